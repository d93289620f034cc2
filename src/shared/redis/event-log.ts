import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import {
  type Appended,
  changeOf,
  type EventLog,
  type Follower,
  type LatestChange,
  type LoggedChange,
  notifyAll,
  type OnFault,
} from '../event-log.ts'
import type { Connection } from './connection.ts'
import { APPEND, OPEN_LOG } from './scripts.ts'
import { hashed, type Seal } from './seal.ts'

export interface RedisEventLogOptions {
  readonly connection: Connection
  readonly prefix: string
  readonly seal: Seal
  /** The number of changes of an account that subscribers can resume from. */
  readonly maxChanges: number
  /** How long the id of an event is kept to recognise duplicates, in milliseconds. */
  readonly seenMs: number
  readonly now: () => number
  readonly monotonic: () => number
  readonly onFault: OnFault
}

/** The consumer of an account's log in this process. */
interface Consumer {
  /** The name of the log. If Redis has a log of another name, the one before was lost. */
  log: string
  /** The id and the number of the last entry that was read. */
  lastId: string
  lastNumber: number
  readonly latestChanges: LRUCache<string, LatestChange>
  readonly followers: Set<Follower>
  readonly reader: Redis
}

interface Place {
  readonly log: string
  readonly id: string
}

interface Opened extends Place {
  readonly number: number
}

/** How long a reader waits for the next entry before it checks that the log is still the same. */
const BLOCK_MS = 2000
/** A reader that has waited so much longer without an answer is on a dead connection. */
const GRACE_MS = 1500
const PAUSE_MS = 50
/** The entries of one read: Redis sends as many well within the timeout. */
const PAGE = 500
/** The clocks of two machines differ a little. */
const CLOCK_SKEW_MS = 2000

/** Bound to each sealed change: an instance whose changes have other fields can't open it, and reads anew. */
const FORMAT = 'change 2'

/** The change with its instants on another clock, which is `ms` milliseconds ahead. */
function shifted(latest: LatestChange, ms: number): LatestChange {
  const { recordedAt, readAt } = latest
  return { ...latest, recordedAt: recordedAt + ms, ...(readAt !== undefined && { readAt: readAt + ms }) }
}

/** The log as a Redis stream of sealed entries. Each account has another connection, which waits for the next entry. */
export function createRedisEventLog(options: RedisEventLogOptions): EventLog & { close(): void } {
  const { connection, prefix, seal, maxChanges, seenMs, now, monotonic, onFault } = options
  const consumers = new Map<string, Consumer>()
  let isClosed = false

  const keyOf = (account: string, name: string) => `${prefix}{${account}}:${name}`
  const logKeys = (account: string) => [keyOf(account, 'log'), keyOf(account, 'events')] as const

  /** The change with its instants on this process's monotonic clock; undefined where none of the secrets opens it. */
  function open(sealed: string | null | undefined): LatestChange | undefined {
    const latest = sealed == null ? undefined : (seal.open(sealed, FORMAT) as LatestChange | undefined)
    const skewMs = latest === undefined || ownMarks.has(latest.mark) ? 0 : CLOCK_SKEW_MS
    return latest && shifted(latest, monotonic() - now() + skewMs)
  }

  /** The marks of changes that this process has recorded. */
  const ownMarks = new LRUCache<string, true>({ max: 10_000 })
  /** By key, the marks of changes that none of the secrets opens: the next change replaces them. */
  const unreadable = new LRUCache<string, string>({ max: 10_000 })

  function consumerOf(account: string): Consumer {
    const existing = consumers.get(account)
    if (existing !== undefined) return existing
    const consumer: Consumer = {
      log: '',
      lastId: '',
      lastNumber: 0,
      latestChanges: new LRUCache({ max: 2 * maxChanges }),
      followers: new Set(),
      reader: connection.duplicate(),
    }
    consumers.set(account, consumer)
    void consume(account, consumer)
    return consumer
  }

  async function openLog(account: string): Promise<Opened | undefined> {
    const opened = await connection.run(
      (redis) =>
        redis.eval(OPEN_LOG, 2, ...logKeys(account), randomUUID(), 2 * seenMs) as Promise<
          [string, string, string]
        >,
    )
    return opened && { log: opened[0], id: opened[1], number: Number(opened[2]) }
  }

  /** Reads each entry after the last one, for as long as the process runs. */
  async function consume(account: string, consumer: Consumer): Promise<void> {
    while (!isClosed) {
      try {
        if (!(await isSameLog(account, consumer))) {
          await pause()
          continue
        }
        const waiting = consumer.reader.xread(
          ...([
            'COUNT',
            PAGE,
            'BLOCK',
            BLOCK_MS,
            'STREAMS',
            keyOf(account, 'events'),
            consumer.lastId,
          ] as const),
        )
        const found = await unlessDead(waiting, consumer.reader)
        for (const [, entries] of found ?? []) for (const [id, fields] of entries) take(consumer, id, fields)
      } catch {
        await pause()
      }
    }
  }

  /** False while Redis is unreachable. Where Redis has begun a new log, the followers learn that the old one is lost. */
  async function isSameLog(account: string, consumer: Consumer): Promise<boolean> {
    const place = await openLog(account)
    if (place === undefined) return false
    if (place.log === consumer.log) return true
    const isLost = consumer.log !== ''
    consumer.log = place.log
    consumer.lastId = place.id
    consumer.lastNumber = place.number
    if (isLost) lose(consumer)
    return true
  }

  function lose({ latestChanges, followers }: Consumer): void {
    latestChanges.clear()
    notifyAll([...followers], (follower) => follower.lost(), onFault)
  }

  function take(consumer: Consumer, id: string, [, number, , sealed]: readonly string[]): void {
    // A gap: Redis has dropped entries that this process had not read.
    if (Number(number) !== consumer.lastNumber + 1) lose(consumer)
    consumer.lastId = id
    consumer.lastNumber = Number(number)
    const latest = open(sealed)
    if (latest === undefined) {
      // An instance with other secrets has recorded a change: followers read all again rather than miss it.
      if (sealed !== undefined) lose(consumer)
      return
    }
    consumer.latestChanges.set(latest.now.id, latest)
    const change = changeOf(latest, sequenceOf(consumer.log, id))
    notifyAll(consumer.followers, (follower) => follower.change(change), onFault)
  }

  async function backlogAfter(
    account: string,
    place: Place,
    last: string,
  ): Promise<LoggedChange[] | undefined> {
    const key = keyOf(account, 'events')
    const changes: LoggedChange[] = []
    for (let from = place.id; ; ) {
      const entries = await connection.run((redis) => redis.xrange(key, from, last, 'COUNT', PAGE))
      // Each page begins with the last entry of the one before. If Redis has dropped that entry, it may have dropped later ones.
      if (entries?.[0]?.[0] !== from) return undefined
      for (const [id, [, , , sealed]] of entries.slice(1)) {
        const latest = open(sealed)
        if (latest === undefined) return undefined
        changes.push(changeOf(latest, sequenceOf(place.log, id)))
        from = id
      }
      if (entries.length < PAGE) return changes
    }
  }

  return {
    watch: (account, onChange) => void consumerOf(account).followers.add({ change: onChange, lost() {} }),
    peekLatestChange: (account, appointmentId) => consumers.get(account)?.latestChanges.get(appointmentId),
    async latestChange(account, appointmentId) {
      const key = keyOf(account, `word:${hashed(appointmentId)}`)
      const [mark, sealed] = (await connection.run((redis) => redis.hmget(key, 'm', 'w'))) ?? []
      const latest = open(sealed)
      if (latest === undefined && mark != null) unreadable.set(key, mark)
      else unreadable.delete(key)
      return latest
    },
    async hasSeen(account, eventId) {
      const found = await connection.run((redis) => redis.exists(keyOf(account, `seen:${hashed(eventId)}`)))
      return found === 1
    },
    async append(account, { appointmentId, eventId, expected, latestChange, isPublished }) {
      const { mark } = latestChange
      const sealed = seal.close?.(shifted(latestChange, now() - monotonic()), FORMAT)
      if (sealed === undefined) return 'unavailable'
      ownMarks.set(mark, true)
      const changeKey = keyOf(account, `word:${hashed(appointmentId)}`)
      const keys = [...logKeys(account), changeKey, keyOf(account, `seen:${hashed(eventId ?? '')}`)] as const
      const event = [
        eventId === undefined ? '0' : '1',
        seenMs,
        expected ?? unreadable.get(changeKey) ?? '',
      ] as const
      const appended = await connection.run(
        (redis) =>
          redis.eval(
            APPEND,
            4,
            ...keys,
            randomUUID(),
            2 * seenMs,
            ...event,
            mark,
            sealed,
            isPublished ? '1' : '0',
            maxChanges,
          ) as Promise<Appended>,
      )
      if (appended === 'logged') consumers.get(account)?.latestChanges.set(appointmentId, latestChange)
      return appended ?? 'unavailable'
    },
    async follow(account, after, follower) {
      const consumer = consumerOf(account)
      const place = after === undefined ? undefined : placeOf(after)
      if (after !== undefined && place === undefined) return 'expired'
      if (!connection.isUp() || (consumer.log === '' && !(await isSameLog(account, consumer))))
        return 'unavailable'
      if (place !== undefined && place.log !== consumer.log) return 'expired'
      // The client may have received changes from another instance that this one has not read yet.
      const { log } = consumer
      const lastId = place !== undefined && isLater(place.id, consumer.lastId) ? place.id : consumer.lastId
      // Changes that arrive while the backlog is read follow it.
      let meanwhile: LoggedChange[] | undefined = []
      const listener: Follower = {
        change(change) {
          if (!isLater(change.sequence.slice(log.length + 1), lastId)) return
          if (meanwhile === undefined) follower.change(change)
          else meanwhile.push(change)
        },
        lost: () => follower.lost(),
      }
      consumer.followers.add(listener)
      const backlog = place === undefined ? [] : await backlogAfter(account, place, lastId)
      if (backlog === undefined) {
        consumer.followers.delete(listener)
        return connection.isUp() ? 'expired' : 'unavailable'
      }
      backlog.push(...meanwhile)
      meanwhile = undefined
      return {
        backlog,
        head: sequenceOf(log, lastId),
        stop: () => void consumer.followers.delete(listener),
      }
    },
    close() {
      isClosed = true
      for (const { reader } of consumers.values()) reader.disconnect()
    },
  }
}

function sequenceOf(log: string, id: string): string {
  return `${log}.${id}`
}

function placeOf(sequence: string): Place | undefined {
  const match = /^([\w-]{36})\.(\d{1,20}-\d{1,20})$/.exec(sequence)
  return match === null ? undefined : { log: match[1] as string, id: match[2] as string }
}

/** Compares two ids of a stream: each is an instant in milliseconds and a number within that millisecond. */
function isLater(a: string, b: string): boolean {
  const [ms = 0, nth = 0] = a.split('-').map(Number)
  const [otherMs = 0, otherNth = 0] = b.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && nth > otherNth)
}

/** Rejects and reconnects where Redis does not even answer that there is no entry yet. */
async function unlessDead<Answer>(waiting: Promise<Answer>, reader: Redis): Promise<Answer> {
  const { promise: dead, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    reader.disconnect(true)
    reject(new Error('Redis does not answer'))
  }, BLOCK_MS + GRACE_MS)
  timer.unref()
  try {
    return await Promise.race([waiting, dead])
  } finally {
    clearTimeout(timer)
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS).unref()
  })
}
