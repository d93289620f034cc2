import { FIELDS_OF_EVENT, type FieldName, type PartialAppointment } from '../contract/field-names.ts'
import { isBefore } from './filter.ts'

/** What one source tells of an appointment, and what its place in time can be read from. */
export interface News {
  readonly now: PartialAppointment
  readonly before: PartialAppointment | null | undefined
  /** When it was so by the upstream's clock, in RFC 3339: for an event, when it was made. Undefined where that is not known. */
  readonly toldAt: string | undefined
}

/** The latest that was known so far. */
export interface Known extends News {
  /** The `updated_at` of `now`, or an earlier one where `isExact` is false. */
  readonly updatedAt: string | undefined
  readonly isExact: boolean
  /** How far `toldAt` may be off, in milliseconds: 0 where an event told it. */
  readonly toldWithinMs: number
  /** The gateway wrote it itself, and its event is still to come. */
  readonly isWritten: boolean
}

/**
 * - `newer`: the appointment has changed since what is known.
 * - `same`: this is what is known already, told again: a write's own event, say.
 * - `older`: what is known has happened since.
 * - `unclear`: nothing tells which of the two came first.
 */
export type Order = 'newer' | 'same' | 'older' | 'unclear'

/**
 * Places news beside what is known, so that nobody is shown an appointment going back. `updated_at` decides. Where it ties
 * (it may count whole seconds) or is not known, two events are in the order in which the upstream made them. A write is the
 * same as an event that says nothing else, and does not begin where the write ended: an event that says more may be of what has
 * happened since. What a read showed may be told.
 */
export function orderOf(news: News, known: Known): Order {
  const { updatedAt } = news.now
  if (updatedAt != null && known.updatedAt !== undefined) {
    if (isBefore(updatedAt, known.updatedAt)) return 'older'
    if (known.isExact && isBefore(known.updatedAt, updatedAt)) return 'newer'
  }
  const passedMs = between(known.toldAt, news.toldAt)
  const areAlike = agree(news.now, known.now)
  if (known.toldWithinMs === 0 && passedMs !== undefined) {
    if (passedMs !== 0) return passedMs < 0 ? 'older' : 'newer'
    if (areAlike) return 'same'
  } else if (areAlike) {
    if (!known.isWritten || follows(news, known)) return 'newer'
    if (isEcho(news, known)) return 'same'
  }
  if (passedMs !== undefined && Math.abs(passedMs) > known.toldWithinMs)
    return passedMs < 0 ? 'older' : 'newer'
  // Whatever of the write is known is still so, or again: unless it is the write's own event, this is what came of it.
  if (areAlike) return differ(news.now, expectedAfter(known)) ? 'unclear' : 'newer'
  const isNext = follows(news, known)
  const isPrevious = known.before != null && agree(news.now, known.before)
  if (isNext !== isPrevious) return isNext ? 'newer' : 'older'
  return 'unclear'
}

/** The news begin with what is known. */
function follows({ before }: News, known: Known): boolean {
  return before != null && agree(before, known.now) && !differ(before, expectedAfter(known))
}

/** An event is made some time after its change. */
const LATEST_ECHO_MS = 300_000

/** The event of what the gateway wrote: it says nothing that was not expected of it. A create has one event only. */
function isEcho(news: News, known: Known): boolean {
  if (news.before === null && known.before === null) return true
  const passedMs = between(known.toldAt, news.toldAt)
  if (passedMs !== undefined && Math.abs(passedMs) > LATEST_ECHO_MS) return false
  const expected = expectedAfter(known)
  return CHANGEABLE.every((name) => news.now[name] === undefined || news.now[name] === expected[name])
}

/** What a write does not tell is as it was before. */
function expectedAfter({ now, before, isWritten }: Known): PartialAppointment {
  return isWritten ? { ...before, ...withoutUndefined(now) } : now
}

export function withoutUndefined(fields: PartialAppointment): PartialAppointment {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return { ...(Object.fromEntries(entries) as Partial<PartialAppointment>), id: fields.id }
}

/** Milliseconds; undefined where one of the two is not known. */
function between(from: string | undefined, to: string | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : Date.parse(to) - Date.parse(from)
}

/** Whether two sources say something of the same fields, and nothing different. */
export function agree(a: PartialAppointment, b: PartialAppointment): boolean {
  const shared = sharedFields(a, b)
  return shared.length > 0 && shared.every((name) => a[name] === b[name])
}

/** Whether two sources say different things of the same appointment, in the fields that both show. */
export function differ(a: PartialAppointment, b: PartialAppointment): boolean {
  return sharedFields(a, b).some((name) => a[name] !== b[name])
}

/** A change may change `updatedAt` alone, and the rest may be another at each read: a link that is signed, say. */
function sharedFields(a: PartialAppointment, b: PartialAppointment): FieldName[] {
  return COMPARED.filter((name) => a[name] !== undefined && b[name] !== undefined)
}

const COMPARED = FIELDS_OF_EVENT.filter((name) => name !== 'id' && name !== 'updatedAt')
const CHANGEABLE = COMPARED.filter((name) => name !== 'createdAt')
