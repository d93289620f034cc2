import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { isBefore, matches } from '../../events/filter.ts'
import { agree, differ, type News, type Order, orderOf, withoutUndefined } from '../../events/order.ts'
import type { LastWord } from '../../shared/event-log.ts'

// What a telling means beside what is known already. Pure.

/** What a read that reached the upstream shows of an appointment. */
export interface Sighting {
  readonly shown: PartialAppointment
  /** When the read was sent, and when it was answered, on the monotonic clock. */
  readonly askedAt: number
  readonly seenAt: number
  /** The earliest instant of which it can be, on the upstream's clock, in milliseconds since the epoch. */
  readonly since?: number | undefined
}

/**
 * - `nothing`: the read shows what is known, or is older than that
 * - `change`: the appointment has changed, and nobody told of it
 * - `unclear`: it has, but the read may be older than the one before it
 * - `place`: it was known only that it had changed, and the read shows to what
 */
export type Meaning = 'nothing' | 'change' | 'unclear' | 'place'

/** What a read means; `earlier` is the read before, where nothing else is known. */
export function meaningOf(
  { shown, askedAt }: Sighting,
  known: LastWord | undefined,
  earlier: Sighting | undefined,
): Meaning {
  if (known !== undefined) {
    if (askedAt < known.notedAt) return 'nothing'
    if (isBlank(known.now)) return 'place'
    return contradicts(shown, known) ? 'change' : 'nothing'
  }
  if (earlier === undefined) return 'nothing'
  // Two reads that were on their way together show two states: one of them is old by now, and both may be cached.
  if (askedAt < earlier.seenAt) return isOther(shown, earlier.shown) ? 'unclear' : 'nothing'
  const { updatedAt } = earlier.shown
  const isExact = updatedAt != null
  return contradicts(shown, { now: earlier.shown, updatedAt: updatedAt ?? undefined, isExact })
    ? 'change'
    : 'nothing'
}

/** An appointment is in a list by now, and was not when that was asked for before; or the other way round. */
export interface Move {
  readonly filter: AppointmentFilter
  /** When the list was asked for before, on the monotonic clock, and when what shows the move was. */
  readonly since: number
  readonly askedAt: number
  readonly isIn: boolean
}

/** What is known of the appointment may be the move, or said before where it is. */
export function isExplained({ filter, since, askedAt, isIn }: Move, known: LastWord | undefined): boolean {
  if (known === undefined) return false
  const { readAt, notedAt } = known
  // What that very read has found is from before the move.
  const isTold = readAt === undefined ? notedAt >= since : readAt > since
  return isTold || (notedAt < askedAt && matches(filter, known.now) === isIn)
}

/** Nothing is known but that it has changed. */
export function isBlank(now: PartialAppointment): boolean {
  return Object.keys(now).length === 1
}

/** The read shows another state than the last one that is known, and not an older one. */
function contradicts(
  shown: PartialAppointment,
  known: Pick<LastWord, 'now' | 'updatedAt' | 'isExact'>,
): boolean {
  const { updatedAt } = shown
  if (updatedAt != null && known.updatedAt !== undefined) {
    if (isBefore(updatedAt, known.updatedAt)) return false
    if (known.isExact && isBefore(known.updatedAt, updatedAt)) return true
  }
  return differ(shown, known.now)
}

function isOther(a: PartialAppointment, b: PartialAppointment): boolean {
  const areDated = a.updatedAt != null && b.updatedAt != null
  return differ(a, b) || (areDated && a.updatedAt !== b.updatedAt)
}

/** Where an event stands beside the last word, or without one beside what a read showed. */
export function orderOfEvent(event: News, last: LastWord | undefined): Order {
  if (last === undefined) return 'newer'
  return orderOf(event, { ...last, before: certainBefore(last), isWritten: last.source === 'gateway' })
}

/** Where nobody knows what it has become, what it was before does not tell that other news are older. */
function certainBefore({ now, before }: LastWord): LastWord['before'] {
  return isBlank(now) ? undefined : before
}

/** What the gateway wrote, beside what came while the write was on its way: its own event, as a rule. */
export function orderOfWrite(now: PartialAppointment, known: LastWord): Order {
  if (agree(now, known.now) && !isBlank(known.now)) return 'same'
  const last = { ...known, before: certainBefore(known), isWritten: false }
  return orderOf({ now, before: undefined, toldAt: undefined }, last)
}

/** The event begins with another state than the one that is known, and does not end there: another change lies between. */
export function isGap({ now, before }: Pick<News, 'now' | 'before'>, known: PartialAppointment): boolean {
  return before != null && differ(before, known) && !agree(now, known)
}

/** The last word stays. Its version is known better, and perhaps more of its fields. */
export function toldAgain(known: LastWord, shown: PartialAppointment, toldAt: string): LastWord {
  const { updatedAt } = shown
  const isLater = known.toldAt === undefined || isBefore(known.toldAt, toldAt) || known.toldWithinMs > 0
  const told = isLater ? { toldAt, toldWithinMs: 0 } : {}
  const version = updatedAt == null ? {} : { updatedAt, isExact: true }
  return { ...known, ...told, ...version, now: { ...known.now, ...withoutUndefined(shown) } }
}

/** The later of two instants. */
export function latest(a: string, b: string | undefined): string {
  return b === undefined || isBefore(b, a) ? a : b
}
