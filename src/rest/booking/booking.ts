import { isBefore } from '../../events/filter.ts'
import type { Leases } from '../../shared/leases.ts'
import type { AppointmentChanges, Appointments, FreeCheck } from '../appointments/appointments.ts'
import { matchesChanges } from '../appointments/matching.ts'
import { type AppointmentRow, readableFields } from '../appointments/row.ts'
import type { Clock } from '../clock.ts'
import type { Coherence } from '../coherence/coherence.ts'
import { derivedUuid } from '../derived-uuid.ts'
import { bookingUnchecked, slotTaken, tooCostly, UpstreamError } from '../errors.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import { type Claims, createClaims } from './claims.ts'
import { type Conflict, type Days, mayConflict, readDays, type Wanted } from './days.ts'
import { type Hold, holdAll } from './hold.ts'
import { type News, watchNews } from './news.ts'
import { daysOf, ownerIn } from './slot.ts'

export interface BookingOptions {
  readonly coherence: Coherence
  readonly leases: Leases
  readonly clock: Clock
  /** How long a reply may be given again without events, in milliseconds. */
  readonly cacheTtlMs: number
  /** How long an operation may take, in milliseconds. */
  readonly operationTimeoutMs: number
}

interface Booking extends Wanted {
  readonly fields: AppointmentChanges
  readonly idempotencyKey: string
  readonly mayBeRepeated: boolean
  /** The same for every attempt at this booking. */
  readonly holder: string
  /** It sees everybody's appointments, whoever books. */
  readonly by: Operation
}

/** One attempt at a booking. */
interface Attempt {
  readonly booking: Booking
  readonly hold: Hold
  readonly claims: Claims
  readonly news: News
  /** By either clock. */
  readonly begun: { readonly monotonic: number; readonly now: number }
}

/** An appointment as the create was answered. */
interface Created {
  readonly row: AppointmentRow
  /** No answer to it was lost. */
  readonly isAtOnce: boolean
}

const REASON = 'Another appointment was booked at the same moment.'
/** More than the clocks of two machines differ. */
const SKEW_MS = 60_000

/**
 * Creates an appointment only where its time is free. All instances take turns at a day of a clinician, patient or location,
 * so no two bookings through them get the same time. A writer elsewhere takes no turns: wherever one may have come between,
 * the days are read again, and the booking that was not certainly the first gives way: it is cancelled.
 */
export function bookIfFree(appointments: Appointments, options: BookingOptions): Appointments {
  const { coherence, leases, clock, cacheTtlMs, operationTimeoutMs: longestMs } = options

  async function book(booking: Booking): Promise<AppointmentRow> {
    const { owners, slot, holder, by } = booking
    const names = owners.flatMap(({ filter }) => daysOf(slot).map((day) => JSON.stringify([filter, day])))
    const { account, deadline: ending } = by
    const hold = await holdAll(names, { leases, account, holder, ending, longestMs })
    let mayStillHappen = false
    try {
      return await bookHeld(booking, hold)
    } catch (error) {
      mayStillHappen = isCreateUnknown(error)
      throw error
    } finally {
      // Nobody else books these days until it has happened, or can't any more. The same booking again may.
      await (mayStillHappen ? hold.releaseLater() : hold.release())
    }
  }

  async function bookHeld(booking: Booking, hold: Hold): Promise<AppointmentRow> {
    const begun = { monotonic: clock.monotonic(), now: clock.now() }
    const claims = claimsOf(booking)
    const news = await watchNews(coherence, booking.by.account, booking)
    const attempt: Attempt = { booking, hold, claims, news, begun }
    try {
      const before = await look(attempt)
      await requireFree(before, attempt)
      const created = await create(before, attempt)
      const row = await settle(created, before, attempt)
      await claims.keep(row.id)
      return row
    } finally {
      await claims.release()
      news.stop()
    }
  }

  function claimsOf({ fields, slot, mayBeRepeated, holder, by: { account } }: Booking): Claims {
    const { title = '', patientId = null } = fields
    const isAlike = (row: AppointmentRow) => matchesChanges(row, { ...slot, title, patientId })
    return createClaims({ leases, clock, account, holder, mayBeRepeated, longestMs, isAlike })
  }

  function look({ booking, begun }: Attempt): Promise<Days> {
    const { by } = booking
    // With events the cache has what the upstream has, unless an event is on its way. Without, it may be old.
    const isFed = coherence.covers(by.account, begun.monotonic - cacheTtlMs)
    return readDays(appointments, booking, isFed ? by : bypassingCache(by))
  }

  async function create(before: Days, { booking, hold }: Attempt): Promise<Created> {
    const { fields, idempotencyKey, by } = booking
    requireRoomFor(before.pages + 2, by)
    await hold.renew()
    const spent = by.ledger.exchanges
    const row = await appointments.create(fields, idempotencyKey, by)
    return { row, isAtOnce: by.ledger.exchanges - spent === 1 }
  }

  /** The appointment as it is now. Gives way where another one may have been first. */
  async function settle(created: Created, before: Days, attempt: Attempt): Promise<AppointmentRow> {
    const { booking, claims } = attempt
    const { id } = created.row
    const shown = before.rows.find((row) => row.id === id)
    const isBooked = await claims.isBooked(id)
    const earlier = shown ?? (isBooked || isOld(created, attempt) ? await readAgain(id, booking) : undefined)
    // Whoever was told that it is booked keeps it, and where it has moved or was cancelled it is in nobody's way.
    if (earlier !== undefined && (isBooked || !mayConflict(readableFields(earlier), booking))) return earlier
    const row = earlier ?? created.row
    if (isSure(created, before, attempt)) return row
    // What was there before an earlier attempt is seen wherever that is seen.
    const isDecisive = shown !== undefined && !before.isRemembered
    const days = isDecisive ? before : await lookAgain(id, booking)
    const rival = days.conflicts.find((other) => other.row.id !== id && !wasBefore(row, other.row))
    return rival === undefined ? row : giveWay(id, rival, booking)
  }

  /** The upstream repeats its first answer, and the appointment may be another by now. */
  function isOld({ row: { createdAt } }: Created, { booking, begun }: Attempt): boolean {
    if (!booking.mayBeRepeated || typeof createdAt !== 'string') return false
    return Date.parse(createdAt) < begun.now - SKEW_MS
  }

  /** Nobody can have come between. */
  function isSure({ row, isAtOnce }: Created, before: Days, { booking, news, begun }: Attempt): boolean {
    return (
      before.conflicts.length === 0 &&
      !before.isRemembered &&
      isAtOnce &&
      coherence.covers(booking.by.account, begun.monotonic) &&
      !news.concern(row.id)
    )
  }

  async function readAgain(id: string, { by }: Booking): Promise<AppointmentRow> {
    const { row } = await appointments.retrieve(id, bypassingCache(by)).catch(() => {
      throw bookingUnchecked(id)
    })
    return row
  }

  async function lookAgain(id: string, booking: Booking): Promise<Days> {
    return readDays(appointments, booking, bypassingCache(booking.by)).catch(() => {
      throw bookingUnchecked(id)
    })
  }

  async function giveWay(id: string, rival: Conflict, { by }: Booking): Promise<never> {
    try {
      await appointments.cancel(id, REASON, by)
    } catch (error) {
      const isClosed = error instanceof UpstreamError && error.code === 'INVALID_STATE_TRANSITION'
      throw slotTaken(rival, isClosed ? undefined : id)
    }
    throw slotTaken(rival)
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

function ownersIn(fields: AppointmentChanges, { owners }: FreeCheck): Wanted['owners'] {
  return [...new Set(owners)].map((owner) => ({ owner, filter: ownerIn(fields, owner) }))
}

async function requireFree({ conflicts }: Days, { claims }: Attempt): Promise<void> {
  const [conflict] = conflicts
  if (conflict === undefined || (await claims.mayBeMade(conflicts.map(({ row }) => row)))) return
  throw slotTaken(conflict)
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

function isCreateUnknown(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || error.code !== 'OUTCOME_UNKNOWN') return false
  return error.extensions.check !== undefined && 'idempotencyKey' in error.extensions.check
}
