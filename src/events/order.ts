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
 * same as an event that says nothing else, and does not begin where the write ended. What a read showed may be told.
 */
export function orderOf(news: News, known: Known): Order {
  const { updatedAt } = news.now
  if (updatedAt != null && known.updatedAt !== undefined) {
    if (isBefore(updatedAt, known.updatedAt)) return 'older'
    if (known.isExact && isBefore(known.updatedAt, updatedAt)) return 'newer'
  }
  const passedMs = between(known.toldAt, news.toldAt)
  if (known.toldWithinMs === 0 && passedMs !== undefined) {
    if (passedMs !== 0) return passedMs < 0 ? 'older' : 'newer'
    if (agree(news.now, known.now)) return 'same'
  } else if (agree(news.now, known.now)) return known.isWritten && !follows(news, known) ? 'same' : 'newer'
  if (passedMs !== undefined && Math.abs(passedMs) > known.toldWithinMs)
    return passedMs < 0 ? 'older' : 'newer'
  const isNext = follows(news, known)
  const isPrevious = known.before != null && agree(news.now, known.before)
  if (isNext !== isPrevious) return isNext ? 'newer' : 'older'
  return 'unclear'
}

/** The news begin with what is known. */
function follows({ before }: News, { now }: News): boolean {
  return before != null && agree(before, now)
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
