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
import { type ConflictWatch, watchConflicts } from './conflict-watch.ts'
import { type DayLeases, takeDayLeases } from './day-leases.ts'
import { createEarlierAttempts, type EarlierAttempts } from './earlier-attempts.ts'
import { type Conflict, mayConflict, readSchedule, type Schedule, type SlotRequest } from './schedule.ts'
import { daysOf, ownerFilterOf } from './slot.ts'

export interface BookingOptions {
  readonly coherence: Coherence
  readonly leases: Leases
  readonly clock: Clock
  /** How long a cached reply is fresh without events, in milliseconds. */
  readonly cacheTtlMs: number
  /** How long an operation may take, in milliseconds. */
  readonly operationTimeoutMs: number
}

interface Booking extends SlotRequest {
  readonly fields: AppointmentChanges
  readonly idempotencyKey: string
  readonly mayBeRepeated: boolean
  /** The same for every attempt at this booking. */
  readonly holder: string
  /** Reads all appointments, whatever the caller is narrowed to. */
  readonly operation: Operation
}

/** One attempt at a booking. */
interface Attempt {
  readonly booking: Booking
  readonly dayLeases: DayLeases
  readonly earlierAttempts: EarlierAttempts
  readonly watch: ConflictWatch
  /** On both clocks. */
  readonly startedAt: { readonly monotonic: number; readonly now: number }
}

/** The appointment in the answer to the create. */
interface Created {
  readonly row: AppointmentRow
  /** The create took one request, so no answer to it was lost. */
  readonly isFirstAnswer: boolean
}

const REASON = 'Another appointment was booked at the same moment.'
/** More than the clocks of two machines differ. */
const SKEW_MS = 60_000

/**
 * Creates an appointment only where its time is free. The instances of the gateway take leases of the days of a clinician,
 * patient or location, so no two bookings through them get the same time. A writer elsewhere takes no leases: wherever it may
 * have booked in between, the schedule is read again, and unless the gateway's booking was certainly first it gives way: the
 * gateway cancels it.
 */
export function bookIfFree(appointments: Appointments, options: BookingOptions): Appointments {
  const { coherence, leases, clock, cacheTtlMs, operationTimeoutMs: longestMs } = options

  async function book(booking: Booking): Promise<AppointmentRow> {
    const { owners, slot, holder, operation } = booking
    const names = owners.flatMap(({ filter }) => daysOf(slot).map((day) => JSON.stringify([filter, day])))
    const { account, deadline: ending } = operation
    const dayLeases = await takeDayLeases(names, { leases, account, holder, ending, longestMs })
    let mayStillHappen = false
    try {
      return await bookUnderLeases(booking, dayLeases)
    } catch (error) {
      mayStillHappen = isCreateUnknown(error)
      throw error
    } finally {
      // No other booking gets these days while the upstream may still create it. A repeat of this booking does.
      await (mayStillHappen ? dayLeases.releaseLater() : dayLeases.release())
    }
  }

  async function bookUnderLeases(booking: Booking, dayLeases: DayLeases): Promise<AppointmentRow> {
    const startedAt = { monotonic: clock.monotonic(), now: clock.now() }
    const earlierAttempts = earlierAttemptsAt(booking)
    const watch = await watchConflicts(coherence, booking.operation.account, booking)
    const attempt: Attempt = { booking, dayLeases, earlierAttempts, watch, startedAt }
    try {
      const before = await readBefore(attempt)
      await requireFree(before, attempt)
      const created = await create(before, attempt)
      const row = await settle(created, before, attempt)
      await earlierAttempts.record(row.id)
      return row
    } finally {
      await earlierAttempts.release()
      watch.stop()
    }
  }

  function earlierAttemptsAt(booking: Booking): EarlierAttempts {
    const { fields, slot, mayBeRepeated, holder, operation } = booking
    const { account } = operation
    const { title = '', patientId = null } = fields
    const isSimilar = (row: AppointmentRow) => matchesChanges(row, { ...slot, title, patientId })
    return createEarlierAttempts({ leases, clock, account, holder, mayBeRepeated, longestMs, isSimilar })
  }

  function readBefore({ booking, startedAt }: Attempt): Promise<Schedule> {
    const { operation } = booking
    // With events the cache has the upstream's state, except for events that are still on their way. Without, it may be stale.
    const isCovered = coherence.covers(operation.account, startedAt.monotonic - cacheTtlMs)
    return readSchedule(appointments, booking, isCovered ? operation : bypassingCache(operation))
  }

  async function create(before: Schedule, { booking, dayLeases }: Attempt): Promise<Created> {
    const { fields, idempotencyKey, operation } = booking
    requireRequestsLeft(before.pages + 2, operation)
    await dayLeases.renew()
    const spent = operation.ledger.exchanges
    const row = await appointments.create(fields, idempotencyKey, operation)
    return { row, isFirstAnswer: operation.ledger.exchanges - spent === 1 }
  }

  /** Returns the appointment as it is now. Gives way where another appointment may have been first. */
  async function settle(created: Created, before: Schedule, attempt: Attempt): Promise<AppointmentRow> {
    const { booking, earlierAttempts } = attempt
    const { id } = created.row
    const listed = before.rows.find((row) => row.id === id)
    const isReported = await earlierAttempts.hasReported(id)
    const earlier =
      listed ?? (isReported || isReplayed(created, attempt) ? await readAgain(id, booking) : undefined)
    // A booking that the gateway has reported stays. A booking that was moved or cancelled since is in no conflict.
    if (earlier !== undefined && (isReported || !mayConflict(readableFields(earlier), booking)))
      return earlier
    const row = earlier ?? created.row
    if (isCertainlyFirst(created, before, attempt)) return row
    // A fresh list that has the booking also has every appointment that was created before it.
    const isDecisive = listed !== undefined && !before.isCached
    const schedule = isDecisive ? before : await readScheduleAgain(id, booking)
    const rival = schedule.conflicts.find((other) => other.row.id !== id && !wasBefore(row, other.row))
    return rival === undefined ? row : giveWay(id, rival, booking)
  }

  /** The upstream replays its first answer to an idempotency key, and the appointment may have changed since. */
  function isReplayed({ row: { createdAt } }: Created, { booking, startedAt }: Attempt): boolean {
    if (!booking.mayBeRepeated || typeof createdAt !== 'string') return false
    return Date.parse(createdAt) < startedAt.now - SKEW_MS
  }

  /** No other writer can have booked between the read and the create. */
  function isCertainlyFirst(
    { row, isFirstAnswer }: Created,
    before: Schedule,
    { booking, watch, startedAt }: Attempt,
  ): boolean {
    return (
      before.conflicts.length === 0 &&
      !before.isCached &&
      isFirstAnswer &&
      coherence.covers(booking.operation.account, startedAt.monotonic) &&
      !watch.hasConflict(row.id)
    )
  }

  async function readAgain(id: string, { operation }: Booking): Promise<AppointmentRow> {
    const { row } = await appointments.retrieve(id, bypassingCache(operation)).catch(() => {
      throw bookingUnchecked(id)
    })
    return row
  }

  async function readScheduleAgain(id: string, booking: Booking): Promise<Schedule> {
    return readSchedule(appointments, booking, bypassingCache(booking.operation)).catch(() => {
      throw bookingUnchecked(id)
    })
  }

  async function giveWay(id: string, rival: Conflict, { operation }: Booking): Promise<never> {
    try {
      await appointments.cancel(id, REASON, operation)
    } catch (error) {
      const isClosed = error instanceof UpstreamError && error.code === 'INVALID_STATE_TRANSITION'
      throw slotTaken(rival, isClosed ? undefined : id)
    }
    throw slotTaken(rival)
  }

  return {
    ...appointments,
    create(fields, idempotencyKey, operation, check) {
      const { startTime, endTime } = fields
      if (check === undefined || check.owners.length === 0 || startTime == null || endTime == null)
        return appointments.create(fields, idempotencyKey, operation)
      const access = { ...operation.access, narrowing: {} }
      return book({
        fields,
        slot: { startTime, endTime },
        owners: ownersIn(fields, check),
        idempotencyKey,
        mayBeRepeated: check.mayBeRepeated,
        holder: derivedUuid(`booking\n${idempotencyKey}`),
        operation: { ...operation, access, view: operation.account },
      })
    },
  }
}

function ownersIn(fields: AppointmentChanges, { owners }: FreeCheck): SlotRequest['owners'] {
  return [...new Set(owners)].map((owner) => ({ owner, filter: ownerFilterOf(fields, owner) }))
}

async function requireFree({ conflicts }: Schedule, { earlierAttempts }: Attempt): Promise<void> {
  const [conflict] = conflicts
  if (conflict === undefined || (await earlierAttempts.mayHaveCreated(conflicts.map(({ row }) => row))))
    return
  throw slotTaken(conflict)
}

/** The ceiling must leave the requests that it takes to read the schedule again and to cancel. */
function requireRequestsLeft(requests: number, { ledger: { exchanges, ceiling } }: Operation): void {
  const needed = exchanges + requests
  if (needed > ceiling) throw tooCostly({ min: needed, max: needed }, ceiling)
}

/**
 * False for two that were created in the same second, as nothing says which was first. Then each booking that finds the other
 * one gives way. Where both do, neither has the time, but never both.
 */
function wasBefore({ createdAt: own }: AppointmentRow, { createdAt: other }: AppointmentRow): boolean {
  return typeof own === 'string' && typeof other === 'string' && isBefore(own, other)
}

function isCreateUnknown(error: unknown): boolean {
  if (!(error instanceof UpstreamError) || error.code !== 'OUTCOME_UNKNOWN') return false
  return error.extensions.check !== undefined && 'idempotencyKey' in error.extensions.check
}
