import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { isBefore, matches } from '../../events/filter.ts'
import {
  agree,
  type ChangeReport,
  differ,
  type Order,
  orderOf,
  withoutUndefined,
} from '../../events/order.ts'
import type { LatestChange } from '../../shared/event-log.ts'

// What an event, a write or a read proves beside what is known already. Pure.

/** An appointment in an answer of the upstream that is not from a cache. */
export interface RowRead {
  readonly row: PartialAppointment
  /** When the request was sent, and its answer received, on the monotonic clock. */
  readonly requestedAt: number
  readonly receivedAt: number
  /** The earliest instant at which the upstream can have read the row, on its clock, in milliseconds since the epoch. */
  readonly since?: number | undefined
}

/**
 * - `nothing`: the row agrees with the latest known change, or is older than it
 * - `change`: the appointment has changed, and no event reported that
 * - `unclear`: the appointment has changed, but the row may be older than that of the previous read
 * - `resolved`: only the fact of a change was known, and the row contains the state after it
 */
export type Finding = 'nothing' | 'change' | 'unclear' | 'resolved'

/** What a read proves. `earlier` is the previous read of the appointment, for one without a known change. */
export function findingOf(
  { row, requestedAt }: RowRead,
  known: LatestChange | undefined,
  earlier: RowRead | undefined,
): Finding {
  if (known !== undefined) {
    if (requestedAt < known.recordedAt) return 'nothing'
    if (isStateUnknown(known.now)) return 'resolved'
    return contradicts(row, known) ? 'change' : 'nothing'
  }
  if (earlier === undefined) return 'nothing'
  // Two reads that were in flight at the same time have no order. If they differ, one is outdated, and both may be cached.
  if (requestedAt < earlier.receivedAt) return isOther(row, earlier.row) ? 'unclear' : 'nothing'
  const { updatedAt } = earlier.row
  const isExact = updatedAt != null
  return contradicts(row, { now: earlier.row, updatedAt: updatedAt ?? undefined, isExact })
    ? 'change'
    : 'nothing'
}

/** An appointment that entered a list between two reads of the list, or left it. */
export interface Move {
  readonly filter: AppointmentFilter
  /** When the earlier read was sent, and the read that proves the move, on the monotonic clock. */
  readonly since: number
  readonly requestedAt: number
  /** Whether the appointment is in the list now. */
  readonly isIn: boolean
}

/** Whether the latest known change may be the move, or already placed the appointment there before the read. */
export function isExplained(
  { filter, since, requestedAt, isIn }: Move,
  known: LatestChange | undefined,
): boolean {
  if (known === undefined) return false
  const { readAt, recordedAt } = known
  // A change that the earlier read itself has found precedes the move.
  const isLater = readAt === undefined ? recordedAt >= since : readAt > since
  return isLater || (recordedAt < requestedAt && matches(filter, known.now) === isIn)
}

/** Only the fact that the appointment has changed is known. */
export function isStateUnknown(now: PartialAppointment): boolean {
  return Object.keys(now).length === 1
}

/** Whether the row has another state than the known one, and not an older one. */
function contradicts(
  row: PartialAppointment,
  known: Pick<LatestChange, 'now' | 'updatedAt' | 'isExact'>,
): boolean {
  const { updatedAt } = row
  if (updatedAt != null && known.updatedAt !== undefined) {
    if (isBefore(updatedAt, known.updatedAt)) return false
    if (known.isExact && isBefore(known.updatedAt, updatedAt)) return true
  }
  return differ(row, known.now)
}

function isOther(a: PartialAppointment, b: PartialAppointment): boolean {
  const haveVersions = a.updatedAt != null && b.updatedAt != null
  return differ(a, b) || (haveVersions && a.updatedAt !== b.updatedAt)
}

/** The order of an event and the latest known change. */
export function orderOfEvent(event: ChangeReport, known: LatestChange | undefined): Order {
  if (known === undefined) return 'newer'
  return orderOf(event, { ...known, before: provenBefore(known), isOwnWrite: known.source === 'gateway' })
}

/** Without a known state after the change, the state before it does not prove that another report is older. */
function provenBefore({ now, before }: LatestChange): LatestChange['before'] {
  return isStateUnknown(now) ? undefined : before
}

/** The order of a write of the gateway's own and a change that arrived while the write was in flight: usually its own event. */
export function orderOfWrite(now: PartialAppointment, known: LatestChange): Order {
  if (agree(now, known.now) && !isStateUnknown(known.now)) return 'same'
  const other = { ...known, before: provenBefore(known), isOwnWrite: false }
  return orderOf({ now, before: undefined, reportedAt: undefined }, other)
}

/** Whether a change between the known state and the event was never reported: the event neither begins nor ends with that state. */
export function isGap(
  { now, before }: Pick<ChangeReport, 'now' | 'before'>,
  known: PartialAppointment,
): boolean {
  return before != null && differ(before, known) && !agree(now, known)
}

/** The known change after an event has confirmed it: with the event's time, version and fields. */
export function confirmedBy(known: LatestChange, now: PartialAppointment, reportedAt: string): LatestChange {
  const { updatedAt } = now
  const isLater =
    known.reportedAt === undefined || isBefore(known.reportedAt, reportedAt) || known.reportedWithinMs > 0
  const time = isLater ? { reportedAt, reportedWithinMs: 0 } : {}
  const version = updatedAt == null ? {} : { updatedAt, isExact: true }
  return { ...known, ...time, ...version, now: { ...known.now, ...withoutUndefined(now) } }
}

/** The later of two instants. */
export function latest(a: string, b: string | undefined): string {
  return b === undefined || isBefore(b, a) ? a : b
}
