import { randomUUID } from 'node:crypto'
import type { PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import type { AppointmentDiff } from '../../shared/epochs.ts'
import type { Change, Entry, LatestChange } from '../../shared/event-log.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import { advanceAppointment } from '../pipe/epochs.ts'
import { isStateUnknown } from './evidence.ts'

/** The parts of a log entry that differ between changes. */
export type Recording = Pick<Entry, 'latestChange' | 'isPublished'> & { readonly eventId?: string }

/** Decides from the latest known change what to record; undefined for nothing. */
type Decide<Decided extends Recording | undefined> = (known: LatestChange | undefined) => Promise<Decided>

/** When a source states that an appointment was in a state: the like-named fields of `LatestChange`. */
export type ReportTime = Pick<LatestChange, 'reportedAt' | 'reportedWithinMs' | 'readAt'>

/** The upstream's stored times may count whole seconds, and an answer takes time to arrive. */
const INEXACT_MS = 2000
/** How far another clock than that of the upstream's events may be off: the gateway's, or that of a proxy which dates answers. */
export const SKEW_MS = 300_000

/** Records changes in the log, and invalidates or patches cached answers. */
export interface Recorder {
  /** Decides again where another change has been recorded in the meantime. */
  record<Decided extends Recording | undefined>(
    account: string,
    id: string,
    decide: Decide<Decided>,
  ): Promise<Decided | 'duplicate' | 'unavailable'>
  /** Records a change that only a read has found. */
  recordFound(account: string, id: string, decide: Decide<Recording | undefined>): Promise<void>
  /** Invalidates or patches what the change affects. It runs before subscribers are notified, so that what they read is fresh. */
  apply(account: string, diff: AppointmentDiff): MaybePromise<void>
  /** The time of a read or a write; `updatedAt` is the upstream's own time of the state, where it is known. */
  timeOf(updatedAt: string | null | undefined, readAt?: number): ReportTime
  latestChangeOf(change: Change, known: LatestChange | undefined, time: ReportTime): LatestChange
  /** A change that a read has found, by the row that it returned. */
  changeFound(row: PartialAppointment, before: PartialAppointment | undefined): Change
}

export interface RecorderOptions {
  readonly shared: Pick<Shared, 'epochs' | 'events'>
  readonly clock: Clock
  /** Called for each published change that a read has found. */
  readonly onFound: () => void
}

export function createRecorder({ shared, clock, onFound }: RecorderOptions): Recorder {
  const { epochs, events } = shared

  const record: Recorder['record'] = async (account, id, decide) => {
    for (;;) {
      const known = await events.latestChange(account, id)
      const decided = await decide(known)
      if (decided === undefined) return decided
      const { eventId, isPublished, latestChange } = decided
      const entry = { appointmentId: id, eventId, isPublished, latestChange, expected: known?.mark }
      const appended = await events.append(account, entry)
      if (appended === 'logged') return decided
      if (appended !== 'conflict') return appended
    }
  }

  return {
    record,
    async recordFound(account, id, decide) {
      const recorded = await record(account, id, decide)
      if (typeof recorded === 'object' && recorded.isPublished) onFound()
    },
    apply: (account, diff) => advanceAppointment(epochs, account, diff),
    timeOf: (updatedAt, readAt) =>
      updatedAt == null
        ? { reportedAt: utcOf(clock.now()), reportedWithinMs: SKEW_MS, readAt }
        : { reportedAt: updatedAt, reportedWithinMs: INEXACT_MS, readAt },
    latestChangeOf(change, known, time) {
      const { updatedAt } = change.now
      const version =
        updatedAt == null ? { updatedAt: known?.updatedAt, isExact: false } : { updatedAt, isExact: true }
      return { ...change, ...version, ...time, mark: randomUUID(), recordedAt: clock.monotonic() }
    },
    changeFound(row, before) {
      const occurredAt = row.updatedAt ?? utcOf(clock.now())
      return { kind: 'reconciled', source: 'reconciled', occurredAt, now: row, before }
    },
  }
}

/** The diff of a change that no event reported: any list may have contained the appointment before. */
export function diffFound(now: PartialAppointment, since: number | undefined): AppointmentDiff {
  return { id: now.id, now, before: undefined, since }
}

/** Where two changes have no provable order, subscribers read the appointment: what they read is as new as either of the two. */
export function withUnknownState(change: Change, known: LatestChange | undefined): Change {
  const before =
    known === undefined || isStateUnknown(known.now) ? (change.before ?? known?.before) : known.now
  return { ...change, now: { id: change.now.id }, before }
}
