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

/** The source of a change: an event of the upstream, a write through the gateway, or a read that found it. */
export type ChangeSource = 'webhook' | 'gateway' | 'reconciled'

/** A change of an appointment, as subscribers receive it. */
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
  /** The `mark` of its `LatestChange`. */
  readonly mark: string
  /** The change's place in the log: opaque and unique. */
  readonly sequence: string
}

/** The latest known change of an appointment, in whichever order the reports of its changes arrived. */
export interface LatestChange extends Change {
  /** Unique: identifies this value in comparisons. */
  readonly mark: string
  /** The appointment's `updatedAt`, or an earlier one where the source does not contain it. */
  readonly updatedAt: string | undefined
  /** Whether `updatedAt` is that of `now`. */
  readonly isExact: boolean
  /** An instant of the upstream's clock at which `now` was the state, in RFC 3339; undefined where it is not known. */
  readonly reportedAt: string | undefined
  /** The error of `reportedAt`, in milliseconds. */
  readonly reportedWithinMs: number
  /** When the gateway recorded the change, on the monotonic clock. */
  readonly recordedAt: number
  /** For a change that a read has found: when the read was sent, on the same clock. */
  readonly readAt?: number | undefined
}

export interface Entry {
  readonly appointmentId: string
  /** The upstream's id of the event: the log accepts an event once. */
  readonly eventId: string | undefined
  /** The mark of the change that the caller compared with. The log rejects the entry if a later change was recorded since. */
  readonly expected: string | undefined
  readonly latestChange: LatestChange
  /** Whether subscribers receive it. */
  readonly isPublished: boolean
}

/** `unavailable`: the log is shared and unreachable. */
export type Appended = 'logged' | 'duplicate' | 'conflict' | 'unavailable'

export interface Following {
  /** The sequence before the first change that follows the backlog. Resuming after it misses no change. */
  readonly head: string
  /** The changes between `after` and now, oldest first. */
  readonly backlog: readonly LoggedChange[]
  stop(): void
}

export interface Follower {
  change(change: LoggedChange): void
  /** The log was lost, with the changes in it. The follower receives no more changes. */
  lost(): void
}

/** The latest changes of each account, in order. Only accounts that the configuration names have a log. */
export interface EventLog {
  /** Follows the account's changes from now on, so that this process knows the changes that other instances record. */
  watch(account: string, onChange: (change: LoggedChange) => void): void
  /** The latest change that this process knows without asking Redis. It may be a moment behind. */
  peekLatestChange(account: string, appointmentId: string): LatestChange | undefined
  /** Undefined also while the log is shared and unreachable: then nothing can be recorded. */
  latestChange(account: string, appointmentId: string): MaybePromise<LatestChange | undefined>
  hasSeen(account: string, eventId: string): MaybePromise<boolean>
  /** Records an entry atomically. */
  append(account: string, entry: Entry): MaybePromise<Appended>
  /** The follower receives each change from now on. `expired` where the log no longer has the changes after `after`. */
  follow(
    account: string,
    after: string | undefined,
    follower: Follower,
  ): MaybePromise<Following | 'expired' | 'unavailable'>
}

export interface EventLogOptions {
  /** The number of changes of an account that subscribers can resume from. */
  readonly maxChanges: number
  /** How long the id of an event is kept to recognise duplicates, in milliseconds. */
  readonly seenMs: number
  readonly monotonic: () => number
  readonly onFault: OnFault
}

/** Receives the errors that followers of the log throw. */
export type OnFault = (thrown: unknown) => void

const MAX_SEEN = 200_000

interface AccountLog {
  /** The prefix of the log's sequences, so that a sequence of another process is not taken for one of this log. */
  readonly id: string
  readonly changes: LoggedChange[]
  readonly latestChanges: LRUCache<string, LatestChange>
  readonly seen: LRUCache<string, number>
  readonly listeners: Set<(change: LoggedChange) => void>
  /** The number of changes so far. */
  length: number
}

export function createEventLog({ maxChanges, seenMs, monotonic, onFault }: EventLogOptions): EventLog {
  const logs = new Map<string, AccountLog>()

  function logOf(account: string): AccountLog {
    const existing = logs.get(account)
    if (existing !== undefined) return existing
    const log: AccountLog = {
      id: randomUUID(),
      changes: [],
      latestChanges: new LRUCache({ max: 2 * maxChanges }),
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

  function publish(log: AccountLog, latest: LatestChange): void {
    log.length += 1
    const logged = changeOf(latest, sequenceOf(log))
    log.changes.push(logged)
    // In blocks, because each removal moves the rest of the array.
    if (log.changes.length >= 2 * maxChanges) log.changes.splice(0, log.changes.length - maxChanges)
    notifyAll(log.listeners, (listener) => listener(logged), onFault)
  }

  /** The changes after a sequence; undefined where one was dropped, or the sequence is of another log. */
  function changesAfter({ id, changes, length }: AccountLog, after: string): LoggedChange[] | undefined {
    const match = /^(.+)\.(\d{1,15})$/.exec(after)
    const number = Number(match?.[2])
    if (match?.[1] !== id || number > length || length - number > changes.length) return undefined
    return number === length ? [] : changes.slice(number - length)
  }

  return {
    watch: (account, onChange) => void logOf(account).listeners.add(onChange),
    peekLatestChange: (account, appointmentId) => logOf(account).latestChanges.get(appointmentId),
    latestChange: (account, appointmentId) => logOf(account).latestChanges.get(appointmentId),
    hasSeen: (account, eventId) => isSeen(logOf(account), eventId),
    append(account, { appointmentId, eventId, expected, latestChange, isPublished }) {
      const log = logOf(account)
      if (eventId !== undefined && isSeen(log, eventId)) return 'duplicate'
      if (log.latestChanges.get(appointmentId)?.mark !== expected) return 'conflict'
      if (eventId !== undefined) log.seen.set(eventId, monotonic() + seenMs)
      log.latestChanges.set(appointmentId, latestChange)
      if (isPublished) publish(log, latestChange)
      return 'logged'
    },
    follow(account, after, { change: onChange }) {
      const log = logOf(account)
      const backlog = after === undefined ? [] : changesAfter(log, after)
      if (backlog === undefined) return 'expired'
      // A new function, so that the set keeps two followings of one follower apart.
      const listener = (change: LoggedChange) => onChange(change)
      log.listeners.add(listener)
      return { backlog, head: sequenceOf(log), stop: () => void log.listeners.delete(listener) }
    },
  }
}

/** Calls `notify` for each listener. An error of one affects neither the others nor the log. */
export function notifyAll<Listener>(
  listeners: Iterable<Listener>,
  notify: (listener: Listener) => void,
  onFault: OnFault,
): void {
  for (const listener of listeners)
    try {
      notify(listener)
    } catch (thrown) {
      onFault(thrown)
    }
}

/** The part of a recorded change that subscribers receive. */
export function changeOf(
  { updatedAt, isExact, reportedAt, reportedWithinMs, recordedAt, readAt, ...change }: LatestChange,
  sequence: string,
): LoggedChange {
  return { ...change, sequence }
}
