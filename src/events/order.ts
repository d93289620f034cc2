import { FIELDS_OF_EVENT, type FieldName, type PartialAppointment } from '../contract/field-names.ts'
import { isBefore } from './filter.ts'

/** A change of an appointment as one source reports it: an event, the answer to a write, or a read. */
export interface ChangeReport {
  readonly now: PartialAppointment
  readonly before: PartialAppointment | null | undefined
  /**
   * An instant of the upstream's clock at which `now` was the appointment's state, in RFC 3339: of an event, its creation.
   * Undefined where it is not known.
   */
  readonly reportedAt: string | undefined
}

/** The latest known change. */
export interface KnownChange extends ChangeReport {
  /** The `updated_at` of `now`, or an earlier one where `isExact` is false. */
  readonly updatedAt: string | undefined
  readonly isExact: boolean
  /** The error of `reportedAt`, in milliseconds: 0 where it is from an event. */
  readonly reportedWithinMs: number
  /** A write of the gateway's own, whose event has not arrived yet. */
  readonly isOwnWrite: boolean
}

/**
 * How a report stands to the latest known change:
 * - `newer`: the appointment has changed since
 * - `same`: the report repeats what is known, like the event of the gateway's own write
 * - `older`: the known change happened later
 * - `unclear`: nothing proves which of the two came first
 */
export type Order = 'newer' | 'same' | 'older' | 'unclear'

/**
 * Orders a report and the latest known change, so that no client sees an appointment go back in time. `updated_at` decides.
 * Where it ties (it may count whole seconds) or is missing, two events are in the order of their creation. An event is the
 * echo of a write if it states only what is expected after the write, and does not begin with that state: an event that states
 * more may be of a later change. A state that only a read has found may be reported again.
 */
export function orderOf(report: ChangeReport, known: KnownChange): Order {
  const { updatedAt } = report.now
  if (updatedAt != null && known.updatedAt !== undefined) {
    if (isBefore(updatedAt, known.updatedAt)) return 'older'
    if (known.isExact && isBefore(known.updatedAt, updatedAt)) return 'newer'
  }
  const passedMs = between(known.reportedAt, report.reportedAt)
  const areEqual = agree(report.now, known.now)
  if (known.reportedWithinMs === 0 && passedMs !== undefined) {
    if (passedMs !== 0) return passedMs < 0 ? 'older' : 'newer'
    if (areEqual) return 'same'
  } else if (areEqual) {
    if (!known.isOwnWrite || follows(report, known)) return 'newer'
    if (isEcho(report, known)) return 'same'
  }
  if (passedMs !== undefined && Math.abs(passedMs) > known.reportedWithinMs)
    return passedMs < 0 ? 'older' : 'newer'
  // The state after the write still holds, or holds again. Unless the report is the write's own event, it is of a later change.
  if (areEqual) return differ(report.now, expectedAfter(known)) ? 'unclear' : 'newer'
  const isNext = follows(report, known)
  const isPrevious = known.before != null && agree(report.now, known.before)
  if (isNext !== isPrevious) return isNext ? 'newer' : 'older'
  return 'unclear'
}

/** The reported change begins with the known state. */
function follows({ before }: ChangeReport, known: KnownChange): boolean {
  return before != null && agree(before, known.now) && !differ(before, expectedAfter(known))
}

/** The upstream creates an event some time after its change. */
const LATEST_ECHO_MS = 300_000

/** Whether the report may be the event of the known write: it states only what is expected after it. A create has one event. */
function isEcho(report: ChangeReport, known: KnownChange): boolean {
  if (report.before === null && known.before === null) return true
  const passedMs = between(known.reportedAt, report.reportedAt)
  if (passedMs !== undefined && Math.abs(passedMs) > LATEST_ECHO_MS) return false
  const expected = expectedAfter(known)
  return CHANGEABLE.every((name) => report.now[name] === undefined || report.now[name] === expected[name])
}

/** A field that neither the write nor its answer contains keeps its value. */
function expectedAfter({ now, before, isOwnWrite }: KnownChange): PartialAppointment {
  return isOwnWrite ? { ...before, ...withoutUndefined(now) } : now
}

export function withoutUndefined(fields: PartialAppointment): PartialAppointment {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return { ...(Object.fromEntries(entries) as Partial<PartialAppointment>), id: fields.id }
}

/** In milliseconds; undefined where one of the two instants is not known. */
function between(from: string | undefined, to: string | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Date.parse(to) - Date.parse(from)
}

/** Whether two sources have fields in common, and the same value in each of them. */
export function agree(a: PartialAppointment, b: PartialAppointment): boolean {
  const common = commonFields(a, b)
  return common.length > 0 && common.every((name) => a[name] === b[name])
}

/** Whether two sources have different values in a field that both contain. */
export function differ(a: PartialAppointment, b: PartialAppointment): boolean {
  return commonFields(a, b).some((name) => a[name] !== b[name])
}

function commonFields(a: PartialAppointment, b: PartialAppointment): FieldName[] {
  return COMPARED.filter((name) => a[name] !== undefined && b[name] !== undefined)
}

/**
 * Events, answers and reads are compared by the fields of an event: other fields may differ in each read, as a signed link does.
 * A change may change `updatedAt` alone.
 */
const COMPARED = FIELDS_OF_EVENT.filter((name) => name !== 'id' && name !== 'updatedAt')
const CHANGEABLE = COMPARED.filter((name) => name !== 'createdAt')
