import type { AppointmentFilter, FieldName, PartialAppointment } from '../contract/field-names.ts'
import { isBefore, matches } from './filter.ts'
import { isPossible, type ListOrder, placeIn } from './list-order.ts'
import { differ } from './order.ts'

/** A list that is remembered, or a part of one. */
export interface RememberedList {
  readonly filter: AppointmentFilter
  /** The most rows that it can have. */
  readonly limit: number
  /** In the upstream's order. */
  readonly rows: readonly PartialAppointment[]
  /** Whether it is read from its start, with nothing more behind it. What lies before a part of a list moves it along. */
  readonly isWhole: boolean
  /** The latest instant of which the rows can be, on the upstream's clock, in milliseconds since the epoch. */
  readonly asOf: number
  /** By appointment, the `since` of the latest change that the list has seen: what may be earlier is not put into it. */
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

/** `Date` and the times that are stored count whole seconds, and two machines of the upstream may differ a little. */
export const MARGIN_MS = 2000

/** A list that sees many changes keeps those of so many appointments apart. */
const MAX_NOTES = 500

/**
 * The list as a read after these changes would show it, the oldest of which comes first; null where that is not certain, and
 * the list has to be read again. Its rows are the same array where the changes do nothing to them. `orders` are those in which
 * the upstream's lists may be.
 *
 * A change is known by its state afterwards. So it may be put into a list that is certainly from before it, and into no
 * other: that one may already show what has happened since.
 */
export function patch(
  list: RememberedList,
  changes: readonly ListChange[],
  orders: readonly ListOrder[],
): RememberedList | null {
  const changedAt = new Map(list.changedAt)
  let { rows } = list
  for (const change of changes) {
    const patched = rowsAfter({ ...list, rows, changedAt }, change, orders)
    if (patched === null) return null
    rows = patched
    note(changedAt, change)
  }
  return compacted({ ...list, rows, changedAt })
}

function rowsAfter(
  list: RememberedList,
  { id, now, before, since }: ListChange,
  orders: readonly ListOrder[],
): readonly PartialAppointment[] | null {
  const { filter, rows, limit, isWhole } = list
  const shown = rows.find((row) => row.id === id)
  const isIn = matches(filter, now)
  const wasIn = before === null ? false : before === undefined ? undefined : matches(filter, before)
  // Whichever of the two is the later one, they say the same.
  if (shown === undefined && isIn === false && (isWhole || wasIn === false)) return rows
  const possible = orders.filter((order) => isPossible(rows, order))
  if (shown !== undefined && isIn && agreesWith(shown, now)) {
    // A list that shows what is new is from after its creation.
    if (before === null || isInPlace(list, shown, possible)) return rows
  }
  if (!isWhole || since === undefined || isIn === undefined || !isFromBefore(list, id, since)) return null
  if (before !== undefined && contradicts(shown, before, wasIn)) return null
  const others = rows.filter((row) => row !== shown)
  if (!isIn) return others
  if (shown !== undefined && !mayFollow(shown, now)) return null
  const row = rowLike(shown ?? commonShape(others), now)
  const place = row && placeIn(others, row, possible)
  if (row === undefined || place === undefined || others.length >= limit) return null
  return others.toSpliced(place, 0, row)
}

function note(changedAt: Map<string, number>, { id, since }: ListChange): void {
  if (since !== undefined && since > (changedAt.get(id) ?? Number.NEGATIVE_INFINITY)) changedAt.set(id, since)
}

/** Of very many changes, the earlier ones count as one of all appointments: as if the list were as late as that. */
function compacted(list: RememberedList): RememberedList {
  if (list.changedAt.size <= MAX_NOTES) return list
  const notes = [...list.changedAt].sort(([, a], [, b]) => a - b)
  const kept = notes.splice(-MAX_NOTES / 2)
  const [, latest = Number.NEGATIVE_INFINITY] = notes.at(-1) ?? []
  return { ...list, changedAt: new Map(kept), asOf: Math.max(list.asOf, latest - MARGIN_MS) }
}

/** The list is certainly from before the change, with what was patched of its appointment. */
function isFromBefore({ asOf, changedAt }: RememberedList, id: string, since: number): boolean {
  return since > asOf + MARGIN_MS && since > (changedAt.get(id) ?? Number.NEGATIVE_INFINITY)
}

/** The change does not begin with what the list shows: another one lies between, that nobody has told of. */
function contradicts(
  shown: PartialAppointment | undefined,
  before: PartialAppointment | null,
  wasIn: boolean | undefined,
): boolean {
  if (shown === undefined) return wasIn === true
  return before === null || differ(shown, before)
}

/** Ties in the version prove nothing. */
function mayFollow(shown: PartialAppointment, now: PartialAppointment): boolean {
  return shown.updatedAt == null || now.updatedAt == null || isBefore(shown.updatedAt, now.updatedAt)
}

/** A row shows nothing else than what is so now. */
function agreesWith(shown: PartialAppointment, now: PartialAppointment): boolean {
  return fieldsOf(shown).every((name) => shown[name] === now[name])
}

/**
 * A row is certainly where it belongs: what it does not show may be what the list is sorted by. At the edge of a part of a list,
 * its neighbour is not known.
 */
function isInPlace(
  { rows, isWhole }: RememberedList,
  shown: PartialAppointment,
  possible: readonly ListOrder[],
): boolean {
  const place = rows.indexOf(shown)
  if (!isWhole && (place === 0 || place === rows.length - 1)) return false
  const others = rows.filter((row) => row !== shown)
  return placeIn(others, shown, possible) === place
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
