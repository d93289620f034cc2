import { randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { PartialAppointment } from '../contract/field-names.ts'
import type { MaybePromise } from './maybe-promise.ts'

export type ChangeKind =
  | 'created'
  | 'updated'
  | 'rescheduled'
  | 'cancelled'
  | 'completed'
  | 'no_show'
  | 'reconciled'

/** Who told of a change: an event of the upstream, a write through the gateway, or a read that found it. */
export type ChangeSource = 'webhook' | 'gateway' | 'reconciled'

/** A change of an appointment, as subscribers get it. */
export interface Change {
  readonly kind: ChangeKind
  readonly source: ChangeSource
  /** RFC 3339. */
  readonly occurredAt: string
  readonly now: PartialAppointment
  /** null for an appointment that is new; undefined where it is not known. */
  readonly before: PartialAppointment | null | undefined
}

export interface LoggedChange extends Change {
  /** That of the last word that it became. */
  readonly mark: string
  /** Its place in the log: opaque, and the next one's is another. */
  readonly sequence: string
}

/** The latest that is known of an appointment, by whatever order the news came. */
export interface LastWord extends Change {
  /** Tells this last word from any other. */
  readonly mark: string
  /** When the upstream last changed it, or an earlier such time where the source did not tell. */
  readonly updatedAt: string | undefined
  /** Whether `updatedAt` is that of `now`. */
  readonly isExact: boolean
  /** When it was so by the upstream's clock, in RFC 3339; undefined where that is not known. */
  readonly toldAt: string | undefined
  /** How far `toldAt` may be off, in milliseconds. */
  readonly toldWithinMs: number
  /** When the gateway learned it, on the monotonic clock. */
  readonly notedAt: number
  /** Of what a read has shown: when that was asked for, on the same clock. */
  readonly readAt?: number | undefined
}

export interface Entry {
  readonly appointmentId: string
  /** The upstream's id of the event: the log takes it once. */
  readonly eventId: string | undefined
  /** The mark of what the caller has compared with: where the log knows another by now, the caller compares again. */
  readonly expected: string | undefined
  readonly lastWord: LastWord
  /** Whether subscribers are told. */
  readonly isNews: boolean
}

/** `unavailable`: where it is shared, it can't be reached now. */
export type Appended = 'logged' | 'duplicate' | 'conflict' | 'unavailable'

export interface Following {
  /** The sequence that the first change after the backlog has as its predecessor: resuming from it loses nothing. */
  readonly head: string
  /** The changes between `after` and now, oldest first. */
  readonly backlog: readonly LoggedChange[]
  stop(): void
}

export interface Follower {
  change(change: LoggedChange): void
  /** The log is gone, and what was in it: nothing comes any more. */
  lost(): void
}

/**
 * The changes of an account in the order of the log, as far back as the log is kept. Only accounts that the configuration names
 * have one.
 */
export interface EventLog {
  /** Takes the account's changes in from now on, so that what others note is known here too. */
  watch(account: string, onChange: (change: LoggedChange) => void): void
  /** What this process knows of it; it may be a moment behind. */
  knownHere(account: string, appointmentId: string): LastWord | undefined
  /** Undefined also where it is shared and can't be reached: nothing can be noted then. */
  lastWord(account: string, appointmentId: string): MaybePromise<LastWord | undefined>
  hasSeen(account: string, eventId: string): MaybePromise<boolean>
  /** Notes all of an entry, or nothing. */
  append(account: string, entry: Entry): MaybePromise<Appended>
  /** Gives the follower each change from now on. `expired` where the log does not go back to `after`. */
  follow(
    account: string,
    after: string | undefined,
    follower: Follower,
  ): MaybePromise<Following | 'expired' | 'unavailable'>
}

export interface EventLogOptions {
  /** The changes of an account that can be resumed from. */
  readonly maxChanges: number
  /** How long an event is known by its id, in milliseconds. */
  readonly seenMs: number
  readonly monotonic: () => number
  readonly onFault: OnFault
}

/** Gets what a follower of the log has thrown. */
export type OnFault = (thrown: unknown) => void

const MAX_SEEN = 200_000

interface AccountLog {
  /** Sequences begin with it, so that none of another process is taken for one of this log. */
  readonly id: string
  readonly changes: LoggedChange[]
  readonly lastWords: LRUCache<string, LastWord>
  readonly seen: LRUCache<string, number>
  readonly listeners: Set<(change: LoggedChange) => void>
  /** The number of changes so far. */
  length: number
}

export function createEventLog({ maxChanges, seenMs, monotonic, onFault }: EventLogOptions): EventLog {
  const logs = new Map<string, AccountLog>()

  function logOf(account: string): AccountLog {
    const known = logs.get(account)
    if (known !== undefined) return known
    const log: AccountLog = {
      id: randomUUID(),
      changes: [],
      lastWords: new LRUCache({ max: 2 * maxChanges }),
      seen: new LRUCache({ max: MAX_SEEN }),
      listeners: new Set(),
      length: 0,
    }
    logs.set(account, log)
    return log
  }

  function isSeen({ seen }: AccountLog, eventId: string): boolean {
    const until = seen.get(eventId)
    return until !== undefined && monotonic() < until
  }

  function sequenceOf({ id, length }: AccountLog): string {
    return `${id}.${length}`
  }

  function tell(log: AccountLog, word: LastWord): void {
    log.length += 1
    const logged = changeOf(word, sequenceOf(log))
    log.changes.push(logged)
    // In blocks, because each of them moves the whole array.
    if (log.changes.length >= 2 * maxChanges) log.changes.splice(0, log.changes.length - maxChanges)
    tellEach(log.listeners, (listener) => listener(logged), onFault)
  }

  /** The changes behind a sequence; undefined where one of them is lost, or the sequence is of another log. */
  function changesAfter({ id, changes, length }: AccountLog, after: string): LoggedChange[] | undefined {
    const match = /^(.+)\.(\d{1,15})$/.exec(after)
    const number = Number(match?.[2])
    if (match?.[1] !== id || number > length || length - number > changes.length) return undefined
    return number === length ? [] : changes.slice(number - length)
  }

  return {
    watch: (account, onChange) => void logOf(account).listeners.add(onChange),
    knownHere: (account, appointmentId) => logOf(account).lastWords.get(appointmentId),
    lastWord: (account, appointmentId) => logOf(account).lastWords.get(appointmentId),
    hasSeen: (account, eventId) => isSeen(logOf(account), eventId),
    append(account, { appointmentId, eventId, expected, lastWord, isNews }) {
      const log = logOf(account)
      if (eventId !== undefined && isSeen(log, eventId)) return 'duplicate'
      if (log.lastWords.get(appointmentId)?.mark !== expected) return 'conflict'
      if (eventId !== undefined) log.seen.set(eventId, monotonic() + seenMs)
      log.lastWords.set(appointmentId, lastWord)
      if (isNews) tell(log, lastWord)
      return 'logged'
    },
    follow(account, after, { change: onChange }) {
      const log = logOf(account)
      const backlog = after === undefined ? [] : changesAfter(log, after)
      if (backlog === undefined) return 'expired'
      // A function of its own, so that one listener may follow twice.
      const listener = (change: LoggedChange) => onChange(change)
      log.listeners.add(listener)
      return { backlog, head: sequenceOf(log), stop: () => void log.listeners.delete(listener) }
    },
  }
}

/** Tells all of them: a fault of one costs neither the others nor the log anything. */
export function tellEach<Listener>(
  listeners: Iterable<Listener>,
  tell: (listener: Listener) => void,
  onFault: OnFault,
): void {
  for (const listener of listeners)
    try {
      tell(listener)
    } catch (thrown) {
      onFault(thrown)
    }
}

/** What subscribers get of a last word. */
export function changeOf(
  { updatedAt, isExact, toldAt, toldWithinMs, notedAt, readAt, ...change }: LastWord,
  sequence: string,
): LoggedChange {
  return { ...change, sequence }
}
