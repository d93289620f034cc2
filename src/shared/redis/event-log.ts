import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { LRUCache } from 'lru-cache'
import {
  type Appended,
  changeOf,
  type EventLog,
  type Follower,
  type LastWord,
  type LoggedChange,
  type OnFault,
  tellEach,
} from '../event-log.ts'
import type { Connection } from './connection.ts'
import { APPEND, OPEN_LOG } from './scripts.ts'
import { hashed, type Seal } from './seal.ts'

export interface RedisEventLogOptions {
  readonly connection: Connection
  readonly prefix: string
  readonly seal: Seal
  /** The changes of an account that can be resumed from. */
  readonly maxChanges: number
  /** How long an event is known by its id, in milliseconds. */
  readonly seenMs: number
  readonly now: () => number
  readonly monotonic: () => number
  readonly onFault: OnFault
}

/** An account's log, as this process reads along. */
interface Feed {
  /** The name of the log: where it is another, the one before is lost. */
  log: string
  lastId: string
  /** The number of that entry. */
  lastNumber: number
  readonly words: LRUCache<string, LastWord>
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

/** How long a reader waits for the next entry before it looks whether the log is still the same. */
const BLOCK_MS = 2000
/** A reader that has no answer for so much longer is on a connection that is dead. */
const GRACE_MS = 1500
const PAUSE_MS = 50
/** As many entries as Redis sends well within the time that it has for an answer. */
const PAGE = 500
/** The clocks of two machines are never quite the same. */
const CLOCK_SKEW_MS = 2000

/** With its instants on another clock, which is so many milliseconds ahead. */
function shifted(word: LastWord, ms: number): LastWord {
  const { notedAt, readAt } = word
  return { ...word, notedAt: notedAt + ms, ...(readAt !== undefined && { readAt: readAt + ms }) }
}

/** The log as a stream in Redis, sealed. One more connection for each account waits for its next entry. */
export function createRedisEventLog(options: RedisEventLogOptions): EventLog & { close(): void } {
  const { connection, prefix, seal, maxChanges, seenMs, now, monotonic, onFault } = options
  const feeds = new Map<string, Feed>()
  let isClosed = false

  const keyOf = (account: string, name: string) => `${prefix}{${account}}:${name}`
  const logKeys = (account: string) => [keyOf(account, 'log'), keyOf(account, 'events')] as const

  /** An instant of another process's clock, on the monotonic one of this. */
  function here(word: LastWord, isOwn: boolean): LastWord {
    return shifted(word, monotonic() - now() + (isOwn ? 0 : CLOCK_SKEW_MS))
  }

  function open(sealed: string | null | undefined): LastWord | undefined {
    const word = sealed == null ? undefined : (seal.open(sealed) as LastWord | undefined)
    return word && here(word, ownMarks.has(word.mark))
  }
  const ownMarks = new LRUCache<string, true>({ max: 10_000 })
  /** The marks of last words that none of the secrets opens: the next word takes their place. */
  const unreadable = new LRUCache<string, string>({ max: 10_000 })

  function feedOf(account: string): Feed {
    const known = feeds.get(account)
    if (known !== undefined) return known
    const feed: Feed = {
      log: '',
      lastId: '',
      lastNumber: 0,
      words: new LRUCache({ max: 2 * maxChanges }),
      followers: new Set(),
      reader: connection.duplicate(),
    }
    feeds.set(account, feed)
    void readAlong(account, feed)
    return feed
  }

  async function openLog(account: string): Promise<Opened | undefined> {
    const opened = await connection.ask(
      (redis) =>
        redis.eval(OPEN_LOG, 2, ...logKeys(account), randomUUID(), 2 * seenMs) as Promise<
          [string, string, string]
        >,
    )
    return opened && { log: opened[0], id: opened[1], number: Number(opened[2]) }
  }

  /** Reads on for as long as the process runs, from the last entry that it has read. */
  async function readAlong(account: string, feed: Feed): Promise<void> {
    while (!isClosed) {
      try {
        if (!(await isSameLog(account, feed))) {
          await pause()
          continue
        }
        const waiting = feed.reader.xread(
          ...(['COUNT', PAGE, 'BLOCK', BLOCK_MS, 'STREAMS', keyOf(account, 'events'), feed.lastId] as const),
        )
        const found = await unlessDead(waiting, feed.reader)
        for (const [, entries] of found ?? []) for (const [id, fields] of entries) take(feed, id, fields)
      } catch {
        await pause()
      }
    }
  }

  /** False while Redis is away. A log of another name begins a new one, and who followed the old one is told. */
  async function isSameLog(account: string, feed: Feed): Promise<boolean> {
    const place = await openLog(account)
    if (place === undefined) return false
    if (place.log === feed.log) return true
    const isLost = feed.log !== ''
    feed.log = place.log
    feed.lastId = place.id
    feed.lastNumber = place.number
    if (isLost) lose(feed)
    return true
  }

  function lose({ words, followers }: Feed): void {
    words.clear()
    tellEach([...followers], (follower) => follower.lost(), onFault)
  }

  function take(feed: Feed, id: string, [, number, , sealed]: readonly string[]): void {
    // Entries were dropped before this process had read them.
    if (Number(number) !== feed.lastNumber + 1) lose(feed)
    feed.lastId = id
    feed.lastNumber = Number(number)
    const word = open(sealed)
    if (word === undefined) {
      // An instance with other secrets has told of a change: better to read all again than to miss it.
      if (sealed !== undefined) lose(feed)
      return
    }
    feed.words.set(word.now.id, word)
    const change = changeOf(word, sequenceOf(feed.log, id))
    tellEach(feed.followers, (follower) => follower.change(change), onFault)
  }

  async function backlogAfter(
    account: string,
    place: Place,
    last: string,
  ): Promise<LoggedChange[] | undefined> {
    const key = keyOf(account, 'events')
    const changes: LoggedChange[] = []
    for (let from = place.id; ; ) {
      const entries = await connection.ask((redis) => redis.xrange(key, from, last, 'COUNT', PAGE))
      // Each page begins with the last entry before it: where that is gone, so may be some behind it.
      if (entries?.[0]?.[0] !== from) return undefined
      for (const [id, [, , , sealed]] of entries.slice(1)) {
        const word = open(sealed)
        if (word === undefined) return undefined
        changes.push(changeOf(word, sequenceOf(place.log, id)))
        from = id
      }
      if (entries.length < PAGE) return changes
    }
  }

  return {
    watch: (account, onChange) => void feedOf(account).followers.add({ change: onChange, lost() {} }),
    knownHere: (account, appointmentId) => feeds.get(account)?.words.get(appointmentId),
    async lastWord(account, appointmentId) {
      const key = keyOf(account, `word:${hashed(appointmentId)}`)
      const [mark, sealed] = (await connection.ask((redis) => redis.hmget(key, 'm', 'w'))) ?? []
      const word = open(sealed)
      if (word === undefined && mark != null) unreadable.set(key, mark)
      else unreadable.delete(key)
      return word
    },
    async hasSeen(account, eventId) {
      const found = await connection.ask((redis) => redis.exists(keyOf(account, `seen:${hashed(eventId)}`)))
      return found === 1
    },
    async append(account, { appointmentId, eventId, expected, lastWord, isNews }) {
      const { mark } = lastWord
      const sealed = seal.close?.(shifted(lastWord, now() - monotonic()))
      if (sealed === undefined) return 'unavailable'
      ownMarks.set(mark, true)
      const wordKey = keyOf(account, `word:${hashed(appointmentId)}`)
      const keys = [...logKeys(account), wordKey, keyOf(account, `seen:${hashed(eventId ?? '')}`)] as const
      const event = [
        eventId === undefined ? '0' : '1',
        seenMs,
        expected ?? unreadable.get(wordKey) ?? '',
      ] as const
      const appended = await connection.ask(
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
            isNews ? '1' : '0',
            maxChanges,
          ) as Promise<Appended>,
      )
      if (appended === 'logged') feeds.get(account)?.words.set(appointmentId, lastWord)
      return appended ?? 'unavailable'
    },
    async follow(account, after, follower) {
      const feed = feedOf(account)
      const asked = after === undefined ? undefined : placeOf(after)
      if (after !== undefined && asked === undefined) return 'expired'
      if (!connection.isUp() || (feed.log === '' && !(await isSameLog(account, feed)))) return 'unavailable'
      if (asked !== undefined && asked.log !== feed.log) return 'expired'
      // Another process may have told the client of more than this one has read.
      const { log } = feed
      const lastId = asked !== undefined && isLater(asked.id, feed.lastId) ? asked.id : feed.lastId
      // What comes while the backlog is read comes after it.
      let meanwhile: LoggedChange[] | undefined = []
      const listener: Follower = {
        change(change) {
          if (!isLater(change.sequence.slice(log.length + 1), lastId)) return
          if (meanwhile === undefined) follower.change(change)
          else meanwhile.push(change)
        },
        lost: () => follower.lost(),
      }
      feed.followers.add(listener)
      const backlog = asked === undefined ? [] : await backlogAfter(account, asked, lastId)
      if (backlog === undefined) {
        feed.followers.delete(listener)
        return connection.isUp() ? 'expired' : 'unavailable'
      }
      backlog.push(...meanwhile)
      meanwhile = undefined
      return {
        backlog,
        head: sequenceOf(log, lastId),
        stop: () => void feed.followers.delete(listener),
      }
    },
    close() {
      isClosed = true
      for (const { reader } of feeds.values()) reader.disconnect()
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

/** Of two ids of a stream: milliseconds, and a number within them. */
function isLater(a: string, b: string): boolean {
  const [ms = 0, nth = 0] = a.split('-').map(Number)
  const [otherMs = 0, otherNth = 0] = b.split('-').map(Number)
  return ms > otherMs || (ms === otherMs && nth > otherNth)
}

/** Rejects where even the wait has no answer, and connects anew. */
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
