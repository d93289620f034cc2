import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { matches } from '../../events/filter.ts'
import type { Appointments, SlotOwner } from '../appointments/appointments.ts'
import type { AppointmentRow, ListedRow } from '../appointments/row.ts'
import { bookingsWait, invalidResponse, UpstreamError } from '../errors.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import { mayTake, reachOf, type Slot, takenBy } from './slot.ts'

/** A slot, and whose time it is to be. */
export interface Wanted {
  readonly slot: Slot
  readonly owners: readonly { readonly owner: SlotOwner; readonly filter: AppointmentFilter }[]
}

/** What the days of a slot hold. */
export interface Days {
  readonly rows: readonly AppointmentRow[]
  readonly conflicts: readonly Conflict[]
  /** Upstream requests that reading them takes. */
  readonly pages: number
  /** Some of it may be as old as events are late. */
  readonly isRemembered: boolean
}

export interface Conflict {
  readonly row: AppointmentRow
  readonly owner: SlotOwner
  /** The part of the slot. */
  readonly taken: Slot
}

type Lists = Pick<Appointments, 'list'>

interface Rows {
  readonly rows: readonly AppointmentRow[]
  readonly pages: number
}

/** A list that has moved under each of so many readings is as busy as one that others book. */
const READINGS = 3

export async function readDays(lists: Lists, { owners, slot }: Wanted, by: Operation): Promise<Days> {
  const { ledger } = by
  const saved = ledger.remembered + ledger.joined
  const reads = await Promise.all(
    owners.map(({ filter }) => readList(lists, { ...filter, ...reachOf(slot) }, by)),
  )
  const conflicts = reads.flatMap(({ rows }, nth) =>
    rows.flatMap((row): Conflict[] => {
      const taken = takenBy(row, slot)
      const owner = owners[nth]?.owner
      return taken === undefined || owner === undefined ? [] : [{ row, owner, taken }]
    }),
  )
  return {
    rows: reads.flatMap(({ rows }) => rows),
    conflicts,
    pages: reads.reduce((sum, { pages }) => sum + pages, 0),
    isRemembered: ledger.remembered + ledger.joined > saved,
  }
}

/** Whether the appointment may be in the way, as far as its known fields tell. */
export function mayConflict(known: PartialAppointment, { owners, slot }: Wanted): boolean {
  return owners.some(({ filter }) => matches(filter, known) !== false) && mayTake(known, slot)
}

/** Pages that are remembered may be of different times, so it is read anew past the cache. */
async function readList(lists: Lists, filter: AppointmentFilter, by: Operation): Promise<Rows> {
  for (let reading = 1; reading <= READINGS; reading += 1) {
    const read = await readOnce(lists, filter, reading === 1 ? by : bypassingCache(by))
    if (read !== undefined) return read
  }
  throw bookingsWait()
}

/**
 * Where rows come or go while the pages are read, those behind them slide, and one may pass from a page that is not read yet
 * to one that was. So each page begins with the last row of the one before. Undefined where that is another one by now.
 */
async function readOnce(lists: Lists, filter: AppointmentFilter, by: Operation): Promise<Rows | undefined> {
  const rows: AppointmentRow[] = []
  for (let pages = 1; ; pages += 1) {
    const last = rows.at(-1)
    const window = { offset: last === undefined ? 0 : rows.length - 1, limit: PAGE_LIMIT.max }
    const page = await lists.list(filter, window, by)
    const shown = page.rows.map(requireRow)
    if (last !== undefined && shown[0]?.id !== last.id) return undefined
    const added = last === undefined ? shown : shown.slice(1)
    rows.push(...added)
    if (!page.hasMore) return { rows, pages }
    if (added.length === 0)
      throw invalidResponse('The upstream has more appointments of a day than it lists.')
  }
}

/** What can't be read may take the time. */
function requireRow(row: ListedRow): AppointmentRow {
  if (row instanceof UpstreamError) throw row
  return row
}
