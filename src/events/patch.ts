import type { AppointmentFilter, FieldName, PartialAppointment } from '../contract/field-names.ts'
import { isBefore, matches } from './filter.ts'
import { isPossible, type ListOrder, placeIn } from './list-order.ts'
import { differ } from './order.ts'

/** A cached list, or a part of one. */
export interface CachedList {
  readonly filter: AppointmentFilter
  /** The most rows that it can have. */
  readonly limit: number
  /** In the upstream's order. */
  readonly rows: readonly PartialAppointment[]
  /** Whether the rows are the complete list. A row that enters before a part of a list moves the rows of that part along. */
  readonly isComplete: boolean
  /** The latest instant at which the upstream can have read the rows, on its clock, in milliseconds since the epoch. */
  readonly asOf: number
  /** By appointment, the `since` of the latest change in the list: a change that may be earlier is not applied. */
  readonly changedAt: ReadonlyMap<string, number>
}

/** A change of an appointment, described by the state after it. */
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

/** `Date` and the upstream's stored times count whole seconds, and the clocks of two of its machines may differ a little. */
export const MARGIN_MS = 2000

/** The appointments of which one list keeps the time of the latest change. */
const MAX_CHANGED = 500

/**
 * Applies changes, the oldest first, to a cached list. Returns the list that a read after them would return, with the same
 * array of rows if no row changes; null where that list is not certain and must be read. `orders` are the orders that the
 * upstream's lists may have.
 *
 * Of a change only the state after it is known. So it is applied to lists that are certainly older than the change: a newer list
 * may already contain the result of a later one.
 */
export function patch(
  list: CachedList,
  changes: readonly ListChange[],
  orders: readonly ListOrder[],
): CachedList | null {
  const changedAt = new Map(list.changedAt)
  let { rows } = list
  for (const change of changes) {
    const patched = rowsAfter({ ...list, rows, changedAt }, change, orders)
    if (patched === null) return null
    rows = patched
    recordChange(changedAt, change)
  }
  return compacted({ ...list, rows, changedAt })
}

function rowsAfter(
  list: CachedList,
  { id, now, before, since }: ListChange,
  orders: readonly ListOrder[],
): readonly PartialAppointment[] | null {
  const { filter, rows, limit, isComplete } = list
  const listed = rows.find((row) => row.id === id)
  const isIn = matches(filter, now)
  const wasIn = before === null ? false : before === undefined ? undefined : matches(filter, before)
  // Then it makes no difference whether the list or the change is newer.
  if (listed === undefined && isIn === false && (isComplete || wasIn === false)) return rows
  const possible = orders.filter((order) => isPossible(rows, order))
  if (listed !== undefined && isIn && agreesWith(listed, now)) {
    // A list that contains a new appointment was read after its creation.
    if (before === null || isInPlace(list, listed, possible)) return rows
  }
  if (!isComplete || since === undefined || isIn === undefined || !isOlder(list, id, since)) return null
  if (before !== undefined && contradicts(listed, before, wasIn)) return null
  const others = rows.filter((row) => row !== listed)
  if (!isIn) return others
  if (listed !== undefined && !mayFollow(listed, now)) return null
  const row = rowLike(listed ?? commonShape(others), now)
  const place = row && placeIn(others, row, possible)
  if (row === undefined || place === undefined || others.length >= limit) return null
  return others.toSpliced(place, 0, row)
}

function recordChange(changedAt: Map<string, number>, { id, since }: ListChange): void {
  if (since !== undefined && since > (changedAt.get(id) ?? Number.NEGATIVE_INFINITY)) changedAt.set(id, since)
}

/** Beyond the limit, the earlier times are replaced by one for all appointments: the list counts as read at the latest of them. */
function compacted(list: CachedList): CachedList {
  if (list.changedAt.size <= MAX_CHANGED) return list
  const earlier = [...list.changedAt].sort(([, a], [, b]) => a - b)
  const kept = earlier.splice(-MAX_CHANGED / 2)
  const [, latest = Number.NEGATIVE_INFINITY] = earlier.at(-1) ?? []
  return { ...list, changedAt: new Map(kept), asOf: Math.max(list.asOf, latest - MARGIN_MS) }
}

/** Whether the list, with the changes of this appointment that were applied to it, is certainly older than the change. */
function isOlder({ asOf, changedAt }: CachedList, id: string, since: number): boolean {
  return since > asOf + MARGIN_MS && since > (changedAt.get(id) ?? Number.NEGATIVE_INFINITY)
}

/** Whether the list differs from the state before the change: then a change in between was never reported. */
function contradicts(
  listed: PartialAppointment | undefined,
  before: PartialAppointment | null,
  wasIn: boolean | undefined,
): boolean {
  if (listed === undefined) return wasIn === true
  return before === null || differ(listed, before)
}

/** Equal versions prove no order. */
function mayFollow(listed: PartialAppointment, now: PartialAppointment): boolean {
  return listed.updatedAt == null || now.updatedAt == null || isBefore(listed.updatedAt, now.updatedAt)
}

/** Whether each field of the row has its current value. */
function agreesWith(listed: PartialAppointment, now: PartialAppointment): boolean {
  return fieldsOf(listed).every((name) => listed[name] === now[name])
}

/**
 * Whether the row is certainly in its place: the list may be sorted by a field that the row does not contain. The neighbour of a
 * row at the edge of a part of a list is not known.
 */
function isInPlace(
  { rows, isComplete }: CachedList,
  listed: PartialAppointment,
  possible: readonly ListOrder[],
): boolean {
  const place = rows.indexOf(listed)
  if (!isComplete && (place === 0 || place === rows.length - 1)) return false
  const others = rows.filter((row) => row !== listed)
  return placeIn(others, listed, possible) === place
}

/** A row with the fields of `shape` and the values of `now`; undefined where one of the values is not known. */
function rowLike(
  shape: PartialAppointment | undefined,
  now: PartialAppointment,
): PartialAppointment | undefined {
  if (shape === undefined) return undefined
  const fields = fieldsOf(shape).map((name) => [name, now[name]] as const)
  if (fields.some(([, value]) => value === undefined)) return undefined
  return { ...(Object.fromEntries(fields) as Partial<PartialAppointment>), id: now.id }
}

/** One of the rows, if all have the same fields. */
function commonShape(rows: readonly PartialAppointment[]): PartialAppointment | undefined {
  const shapes = new Set(rows.map((row) => fieldsOf(row).sort().join()))
  return shapes.size === 1 ? rows[0] : undefined
}

function fieldsOf(row: PartialAppointment): FieldName[] {
  return (Object.keys(row) as FieldName[]).filter((name) => row[name] !== undefined)
}
