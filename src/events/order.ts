import type { FieldName, PartialAppointment } from '../contract/field-names.ts'
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
  /** How far `toldAt` may be off, in milliseconds. */
  readonly toldWithinMs: number
}

/**
 * - `newer`: the appointment has changed since what is known.
 * - `same`: this is what is known already, told again: a write's own event, say.
 * - `older`: what is known has happened since.
 * - `unclear`: nothing tells which of the two came first.
 */
export type Order = 'newer' | 'same' | 'older' | 'unclear'

/**
 * Places news beside what is known, so that nobody is shown an appointment going back. `updated_at` decides; where it ties
 * (it may count whole seconds) or is not known, the contents do, then the time of the event, then what was before.
 */
export function orderOf(news: News, known: Known): Order {
  const { updatedAt } = news.now
  if (updatedAt != null && known.updatedAt !== undefined) {
    if (isBefore(updatedAt, known.updatedAt)) return 'older'
    if (known.isExact && isBefore(known.updatedAt, updatedAt)) return 'newer'
  }
  if (isSame(news.now, known.now) || isSameCreation(news, known)) return 'same'
  const passedMs = between(known.toldAt, news.toldAt)
  if (passedMs !== 0 && Math.abs(passedMs) > known.toldWithinMs) return passedMs < 0 ? 'older' : 'newer'
  const followsKnown = news.before != null && isSame(news.before, known.now)
  const precedesKnown = known.before != null && isSame(news.now, known.before)
  if (followsKnown !== precedesKnown) return followsKnown ? 'newer' : 'older'
  return 'unclear'
}

/** Milliseconds; 0 where one of the two is not known. */
function between(from: string | undefined, to: string | undefined): number {
  return from === undefined || to === undefined ? 0 : Date.parse(to) - Date.parse(from)
}

/** There is one creation of an appointment. Its event shows more fields than the answer to the create did. */
function isSameCreation(news: News, known: News): boolean {
  return news.before === null && known.before === null && !differ(news.now, known.now)
}

/** Whether `known` has every field that `shown` has, with the same value. A change changes `updatedAt` alone at times. */
function isSame(shown: PartialAppointment, known: PartialAppointment): boolean {
  const names = (Object.keys(shown) as FieldName[]).filter((name) => name !== 'updatedAt')
  return names.every((name) => shown[name] === undefined || shown[name] === known[name])
}

/** Whether two sources say different things of the same appointment, in the fields that both show. */
export function differ(a: PartialAppointment, b: PartialAppointment): boolean {
  const names = (Object.keys(a) as FieldName[]).filter((name) => name !== 'updatedAt')
  return names.some((name) => a[name] !== undefined && b[name] !== undefined && a[name] !== b[name])
}
