import type { AppointmentFilter, FieldName, PartialAppointment } from '../contract/field-names.ts'
import { isBefore, matches } from './filter.ts'
import { isInOrder, type ListOrder, placeIn } from './list-order.ts'
import { differ } from './order.ts'

/** A list from its start, with nothing more behind it. */
export interface WholeList {
  readonly filter: AppointmentFilter
  /** The most rows that were asked for. */
  readonly limit: number
  /** In the upstream's order. */
  readonly rows: readonly PartialAppointment[]
  /** The latest instant of which the rows can be, on the upstream's clock, in milliseconds since the epoch. */
  readonly asOf: number
  /** Of each appointment that was patched: the `since` of the change. */
  readonly changedAt: ReadonlyMap<string, number>
}

/** A change of an appointment, by its state afterwards. */
export interface ListChange {
  readonly id: string
  readonly now: PartialAppointment
  /** null for an appointment that is new; undefined where it is not known. */
  readonly before: PartialAppointment | null | undefined
  /**
   * The earliest instant at which it can have happened, on the upstream's clock, in milliseconds since the epoch. Undefined
   * where that is not known, or `now` may not be the latest state.
   */
  readonly since?: number | undefined
}

/** `Date` counts whole seconds, and two machines of the upstream may differ a little. */
const MARGIN_MS = 2000

/**
 * The list as a read after the change would show it; null where that is not certain, and the list has to be read again. It
 * is the same list where the change does nothing to it. `orders` are those in which the upstream's lists may be.
 *
 * A change is known by its state afterwards. So it may be put into a list that is certainly from before it, and into no
 * other: that one may already show what has happened since.
 */
export function patch(
  list: WholeList,
  { id, now, before, since }: ListChange,
  orders: readonly ListOrder[],
): WholeList | null {
  const shown = list.rows.find((row) => row.id === id)
  const isIn = matches(list.filter, now)
  // Whichever of the two is the later one, they say the same.
  if (shown === undefined && isIn === false) return noted(list, id, since)
  if (since === undefined || isIn === undefined) return null
  if (shown !== undefined && isIn && agreesWith(shown, now)) return noted(list, id, since)
  if (!isFromBefore(list, id, since) || contradicts(list, shown, before)) return null
  const others = list.rows.filter((row) => row !== shown)
  if (!isIn) return noted({ ...list, rows: others }, id, since)
  if (shown !== undefined && !mayFollow(shown, now)) return null
  const row = rowLike(shown ?? commonShape(others), now)
  const possible = orders.filter((order) => isInOrder(list.rows, order))
  const place = row && placeIn(others, row, possible)
  if (row === undefined || place === undefined || others.length >= list.limit) return null
  return noted({ ...list, rows: others.toSpliced(place, 0, row) }, id, since)
}

function noted(list: WholeList, id: string, since: number | undefined): WholeList {
  const known = list.changedAt.get(id)
  if (since === undefined || (known !== undefined && known >= since)) return list
  return { ...list, changedAt: new Map(list.changedAt).set(id, since) }
}

/** The list is certainly from before the change, with what was patched of its appointment. */
function isFromBefore({ asOf, changedAt }: WholeList, id: string, since: number): boolean {
  return since > asOf + MARGIN_MS && since > (changedAt.get(id) ?? Number.NEGATIVE_INFINITY)
}

/** The change does not begin with what the list shows: another one lies between, that nobody has told of. */
function contradicts(
  { filter }: WholeList,
  shown: PartialAppointment | undefined,
  before: PartialAppointment | null | undefined,
): boolean {
  if (before === undefined) return false
  if (shown === undefined) return before !== null && matches(filter, before) === true
  return before === null || differ(shown, before)
}

/** Ties in the version prove nothing. */
function mayFollow(shown: PartialAppointment, now: PartialAppointment): boolean {
  return shown.updatedAt == null || now.updatedAt == null || isBefore(shown.updatedAt, now.updatedAt)
}

/** A row shows nothing else than what is so now. */
export function agreesWith(shown: PartialAppointment, now: PartialAppointment): boolean {
  return fieldsOf(shown).every((name) => shown[name] === now[name])
}

/** A row with the fields of the given one; undefined where one of them is not known. */
function rowLike(
  shape: PartialAppointment | undefined,
  now: PartialAppointment,
): PartialAppointment | undefined {
  if (shape === undefined) return undefined
  const fields = fieldsOf(shape).map((name) => [name, now[name]] as const)
  if (fields.some(([, value]) => value === undefined)) return undefined
  return { ...(Object.fromEntries(fields) as Partial<PartialAppointment>), id: now.id }
}

/** One of the rows, where all show the same fields. */
function commonShape(rows: readonly PartialAppointment[]): PartialAppointment | undefined {
  const shapes = new Set(rows.map((row) => fieldsOf(row).sort().join()))
  return shapes.size === 1 ? rows[0] : undefined
}

function fieldsOf(row: PartialAppointment): FieldName[] {
  return (Object.keys(row) as FieldName[]).filter((name) => row[name] !== undefined)
}
