import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { matches } from '../../events/filter.ts'
import type { Appointments, SlotOwner } from '../appointments/appointments.ts'
import type { AppointmentRow, ListedRow } from '../appointments/row.ts'
import { bookingsBusy, invalidResponse, UpstreamError } from '../errors.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import { mayOverlap, overlapOf, type Slot, searchRangeOf } from './slot.ts'

/** The time of a booking, and the people and place that must be free then. */
export interface SlotRequest {
  readonly slot: Slot
  readonly owners: readonly { readonly owner: SlotOwner; readonly filter: AppointmentFilter }[]
}

/** The appointments of the owners on the days of a slot. */
export interface Schedule {
  readonly rows: readonly AppointmentRow[]
  readonly conflicts: readonly Conflict[]
  /** How many upstream requests it takes to read. */
  readonly pages: number
  /** Part of it is from the cache or a shared request, so it may lag behind by the delay of events. */
  readonly isCached: boolean
}

export interface Conflict {
  readonly row: AppointmentRow
  readonly owner: SlotOwner
  /** The part of the slot that the row takes. */
  readonly overlap: Slot
}

type Lists = Pick<Appointments, 'list'>

interface Rows {
  readonly rows: readonly AppointmentRow[]
  readonly pages: number
}

/** A list that moves during each of these reads counts as busy, like a day that other bookings have leased. */
const MAX_READS = 3

export async function readSchedule(
  lists: Lists,
  { owners, slot }: SlotRequest,
  operation: Operation,
): Promise<Schedule> {
  const { ledger } = operation
  const saved = ledger.remembered + ledger.joined
  const reads = await Promise.all(
    owners.map(({ filter }) => readList(lists, { ...filter, ...searchRangeOf(slot) }, operation)),
  )
  const conflicts = reads.flatMap(({ rows }, nth) =>
    rows.flatMap((row): Conflict[] => {
      const overlap = overlapOf(row, slot)
      const owner = owners[nth]?.owner
      return overlap === undefined || owner === undefined ? [] : [{ row, owner, overlap }]
    }),
  )
  return {
    rows: reads.flatMap(({ rows }) => rows),
    conflicts,
    pages: reads.reduce((sum, { pages }) => sum + pages, 0),
    isCached: ledger.remembered + ledger.joined > saved,
  }
}

/** Whether the appointment may take the slot, judged by those of its fields that are known. */
export function mayConflict(known: PartialAppointment, { owners, slot }: SlotRequest): boolean {
  return owners.some(({ filter }) => matches(filter, known) !== false) && mayOverlap(known, slot)
}

/** Cached pages may be of different ages, so a list that has moved is read again past the cache. */
async function readList(lists: Lists, filter: AppointmentFilter, operation: Operation): Promise<Rows> {
  for (let nth = 1; nth <= MAX_READS; nth += 1) {
    const read = await readOnce(lists, filter, nth === 1 ? operation : bypassingCache(operation))
    if (read !== undefined) return read
  }
  throw bookingsBusy()
}

/**
 * A row that is added or removed while the pages are read shifts the rows behind it, and one of them may slip from a page that
 * is not read yet onto a page that was. So each page begins with the last row of the page before. Undefined where it no longer
 * does: the list has moved.
 */
async function readOnce(
  lists: Lists,
  filter: AppointmentFilter,
  operation: Operation,
): Promise<Rows | undefined> {
  const rows: AppointmentRow[] = []
  for (let pages = 1; ; pages += 1) {
    const last = rows.at(-1)
    const window = { offset: last === undefined ? 0 : rows.length - 1, limit: PAGE_LIMIT.max }
    const page = await lists.list(filter, window, operation)
    const pageRows = page.rows.map(requireRow)
    if (last !== undefined && pageRows[0]?.id !== last.id) return undefined
    const added = last === undefined ? pageRows : pageRows.slice(1)
    rows.push(...added)
    if (!page.hasMore) return { rows, pages }
    if (added.length === 0)
      throw invalidResponse('The upstream has more appointments of a day than it lists.')
  }
}

/** A row that can't be read may take the time. */
function requireRow(row: ListedRow): AppointmentRow {
  if (row instanceof UpstreamError) throw row
  return row
}
