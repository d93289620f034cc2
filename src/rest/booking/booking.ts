import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { isBefore, matches } from '../../events/filter.ts'
import type { LoggedChange } from '../../shared/event-log.ts'
import type { Leases } from '../../shared/leases.ts'
import type { AppointmentChanges, Appointments, FreeCheck, SlotOwner } from '../appointments/appointments.ts'
import { matchesChanges } from '../appointments/matching.ts'
import type { AppointmentRow } from '../appointments/row.ts'
import type { Clock } from '../clock.ts'
import type { Coherence } from '../coherence/coherence.ts'
import { derivedUuid } from '../derived-uuid.ts'
import { bookingUnchecked, slotTaken, tooCostly, UpstreamError } from '../errors.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import { type Hold, holdAll, leaseOf } from './hold.ts'
import { daysOf, ownerIn, reachOf, type Slot, takenBy } from './slot.ts'

export interface BookingOptions {
  readonly coherence: Coherence
  readonly leases: Leases
  readonly clock: Clock
  /** How long a reply may be given again without events, in milliseconds. */
  readonly cacheTtlMs: number
}

interface Booking {
  readonly fields: AppointmentChanges
  readonly slot: Slot
  readonly owners: readonly { readonly owner: SlotOwner; readonly filter: AppointmentFilter }[]
  readonly idempotencyKey: string
  readonly mayBeRepeated: boolean
  /** The same for every attempt at this booking. */
  readonly holder: string
  /** It sees everybody's appointments, whoever books. */
  readonly by: Operation
}

/** What the days of the slot hold. */
interface Days {
  readonly rows: readonly AppointmentRow[]
  readonly conflicts: readonly Conflict[]
  /** Upstream requests that reading them takes. */
  readonly pages: number
  /** Some of it may be as old as events are late. */
  readonly isRemembered: boolean
}

interface Conflict {
  readonly row: AppointmentRow
  readonly owner: SlotOwner
  readonly taken: Slot
}

const DAY_MS = 86_400_000
const REASON = 'Another appointment was booked at the same moment.'

/**
 * Creates an appointment only where its time is free. All instances take turns at a day of a clinician, patient or location,
 * so no two bookings through them get the same time. A writer elsewhere takes no turns: wherever one may have come between,
 * the days are read again, and the booking that was not certainly the first gives way: it is cancelled.
 */
export function bookIfFree(appointments: Appointments, options: BookingOptions): Appointments {
  const { coherence, leases, clock, cacheTtlMs } = options

  async function book(booking: Booking): Promise<AppointmentRow> {
    const { owners, slot, holder, by } = booking
    const names = owners.flatMap(({ filter }) => daysOf(slot).map((day) => JSON.stringify([filter, day])))
    const { account, deadline: ending } = by
    const hold = await holdAll(names, { leases, account, holder, ending })
    let mayStillHappen = false
    try {
      return await bookHeld(booking, hold)
    } catch (error) {
      mayStillHappen = isCreateUnknown(error)
      throw error
    } finally {
      // Nobody else books these days until it has happened, or can't any more. The same booking again may.
      if (!mayStillHappen) await hold.release()
    }
  }

  async function bookHeld(booking: Booking, hold: Hold): Promise<AppointmentRow> {
    const { fields, idempotencyKey, by } = booking
    const { ledger, account } = by
    const begun = clock.monotonic()
    const news = await watch(booking)
    try {
      // With events the cache has what the upstream has, unless an event is on its way. Without, it may be old.
      const isFed = coherence.covers(account, begun - cacheTtlMs)
      const before = await readDays(booking, isFed ? by : bypassingCache(by))
      const earlier = await earlierAttempts(before, booking)
      const [conflict] = before.conflicts
      if (conflict !== undefined && earlier.length === 0) throw slotTaken(conflict)
      requireRoomFor(before.pages + 2, by)
      await hold.renew()
      const spent = ledger.exchanges
      const row = await appointments.create(fields, idempotencyKey, by)
      const known = before.rows.find(({ id }) => id === row.id)
      // The upstream repeats its first answer: what has become of the appointment since, the list knows.
      if (known !== undefined) return known
      await Promise.all(earlier.map((id) => leases.release(account, bookedName(id), booking.holder)))
      await leases.take(account, bookedName(row.id), booking.holder, DAY_MS)
      const isSure =
        before.conflicts.length === 0 &&
        !before.isRemembered &&
        ledger.exchanges - spent === 1 &&
        coherence.covers(account, begun) &&
        !news.concern(row.id)
      return isSure ? row : await confirm(row, booking)
    } finally {
      news.stop()
    }
  }

  async function readDays(booking: Booking, by: Operation): Promise<Days> {
    const { owners, slot } = booking
    const { ledger } = by
    const saved = ledger.remembered + ledger.joined
    const reads = await Promise.all(owners.map(({ filter }) => readAll({ ...filter, ...reachOf(slot) }, by)))
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

  async function readAll(filter: AppointmentFilter, by: Operation) {
    const rows: AppointmentRow[] = []
    for (let pages = 1; ; pages += 1) {
      const page = await appointments.list(filter, { offset: rows.length, limit: PAGE_LIMIT.max }, by)
      for (const row of page.rows) {
        // What can't be read may take the time.
        if (row instanceof UpstreamError) throw row
        rows.push(row)
      }
      if (!page.hasMore || page.rows.length === 0) return { rows, pages }
    }
  }

  /**
   * The ids in the way that an earlier attempt at this booking may have made, whose answer the client did not get. The upstream
   * finds out by the idempotency key: it creates nothing again.
   */
  async function earlierAttempts({ conflicts }: Days, booking: Booking): Promise<readonly string[]> {
    const { fields, slot, mayBeRepeated, holder, by } = booking
    if (!mayBeRepeated) return []
    const { title = '', patientId = null } = fields
    const alike = conflicts
      .filter(({ row }) => matchesChanges(row, { ...slot, title, patientId }))
      .filter(({ row }) => isOfToday(row))
      .map(({ row }) => row.id)
    const may = await Promise.all(alike.map((id) => leases.take(by.account, bookedName(id), holder, DAY_MS)))
    return alike.filter((_, nth) => may[nth])
  }

  /** The upstream knows an idempotency key for a day. */
  function isOfToday({ createdAt }: AppointmentRow): boolean {
    return typeof createdAt === 'string' && clock.now() - Date.parse(createdAt) <= DAY_MS
  }

  /** Reads the days again, past all that is cached. */
  async function confirm(row: AppointmentRow, booking: Booking): Promise<AppointmentRow> {
    const now = await readDays(booking, bypassingCache(booking.by)).catch(() => {
      throw bookingUnchecked(row.id)
    })
    const rival = now.conflicts.find((other) => other.row.id !== row.id && !wasBefore(row, other.row))
    if (rival === undefined) return row
    try {
      await appointments.cancel(row.id, REASON, booking.by)
    } catch (error) {
      const isClosed = error instanceof UpstreamError && error.code === 'INVALID_STATE_TRANSITION'
      throw slotTaken(rival, isClosed ? undefined : row.id)
    }
    throw slotTaken(rival)
  }

  /** Notes the changes from now on that may take the time. */
  async function watch({ owners, slot, by }: Booking) {
    const ids = new Set<string>()
    let isLost = false
    const following = coherence.hasEvents(by.account)
      ? await coherence.follow(by.account, undefined, {
          change({ now }: LoggedChange) {
            const isTheirs = owners.some(({ filter }) => matches(filter, now) !== false)
            if (isTheirs && mayTake(now, slot)) ids.add(now.id)
          },
          lost() {
            isLost = true
          },
        })
      : undefined
    return {
      concern: (ownId: string) => isLost || [...ids].some((id) => id !== ownId),
      stop: () => typeof following === 'object' && following.stop(),
    }
  }

  return {
    ...appointments,
    create(fields, idempotencyKey, by, check) {
      const { startTime, endTime } = fields
      if (check === undefined || check.owners.length === 0 || startTime == null || endTime == null)
        return appointments.create(fields, idempotencyKey, by)
      const access = { ...by.access, narrowing: {} }
      return book({
        fields,
        slot: { startTime, endTime },
        owners: ownersIn(fields, check),
        idempotencyKey,
        mayBeRepeated: check.mayBeRepeated,
        holder: derivedUuid(`booking\n${idempotencyKey}`),
        by: { ...by, access, view: by.account },
      })
    },
  }
}

function ownersIn(fields: AppointmentChanges, { owners }: FreeCheck): Booking['owners'] {
  return [...new Set(owners)].map((owner) => ({ owner, filter: ownerIn(fields, owner) }))
}

/** What it takes to find out afterwards, and to give way, must be left. */
function requireRoomFor(requests: number, { ledger: { exchanges, ceiling } }: Operation): void {
  const needed = exchanges + requests
  if (needed > ceiling) throw tooCostly({ min: needed, max: needed }, ceiling)
}

/**
 * Of two that were created in the same second nobody knows which came first. Then whoever sees the other one gives way: where
 * both do, both have lost, and no two have the time.
 */
function wasBefore({ createdAt: own }: AppointmentRow, { createdAt: other }: AppointmentRow): boolean {
  return typeof own === 'string' && typeof other === 'string' && isBefore(own, other)
}

function mayTake(now: PartialAppointment, slot: Slot): boolean {
  return now.startTime === undefined || now.endTime === undefined || takenBy(now, slot) !== undefined
}

function isCreateUnknown(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || error.code !== 'OUTCOME_UNKNOWN') return false
  return error.extensions.check !== undefined && 'idempotencyKey' in error.extensions.check
}

function bookedName(id: string): string {
  return leaseOf(`booked ${id}`)
}
