import { OPEN_STATUSES } from '../../contract/appointment.ts'
import type { FieldName } from '../../contract/field-names.ts'
import { cannotCancel, isInDoubt, outcomeUnknown, UpstreamError } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { AppointmentChanges, Appointments, Cancellation } from './appointments.ts'
import type { AppointmentRow } from './row.ts'

interface Cancel {
  readonly id: string
  readonly reason: string | null
  readonly by: Operation
  /** An earlier attempt of the same cancel is in doubt. */
  readonly isRepeat: boolean
}

/**
 * A write whose response was lost settles its own doubt: the gateway reads what the write was to change. Only where that
 * fails too is the answer `OUTCOME_UNKNOWN`, which says what to check. The retry layer repeats a create with its key
 * before it comes to this.
 */
export function settleDoubts(appointments: Appointments): Appointments {
  async function readAgain(id: string, by: Operation): Promise<AppointmentRow> {
    try {
      return (await appointments.retrieve(id, by)).row
    } catch {
      throw outcomeUnknown({ appointmentId: id })
    }
  }

  async function cancel({ id, reason, by, isRepeat }: Cancel): Promise<Cancellation> {
    try {
      return await appointments.cancel(id, reason, by)
    } catch (error) {
      // The first attempt may have worked after all, and then the upstream refuses the second one.
      if (!isInDoubt(error) && !(isRepeat && isTransitionRefused(error))) throw error
      const row = await readAgain(id, by)
      if (row.status === 'cancelled' && row.cancellationReason === reason)
        return { row, performedAt: null, performedBy: null }
      if (typeof row.status !== 'string') throw outcomeUnknown({ appointmentId: id })
      if (!isOpen(row.status)) throw cannotCancel(row.status)
      if (isRepeat) throw error
      return cancel({ id, reason, by, isRepeat: true })
    }
  }

  return {
    ...appointments,
    async create(fields, idempotencyKey, by) {
      try {
        return await appointments.create(fields, idempotencyKey, by)
      } catch (error) {
        throw isInDoubt(error) ? outcomeUnknown({ idempotencyKey }) : error
      }
    },
    async update(id, changes, by) {
      try {
        return await appointments.update(id, changes, by)
      } catch (error) {
        if (!isInDoubt(error)) throw error
        const row = await readAgain(id, by)
        if (matchesChanges(row, changes)) return row
        throw error
      }
    },
    cancel: (id, reason, by) => cancel({ id, reason, by, isRepeat: false }),
  }
}

function isOpen(status: string): boolean {
  return OPEN_STATUSES.some((open) => open === status)
}

function isTransitionRefused(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'INVALID_STATE_TRANSITION'
}

function matchesChanges(row: AppointmentRow, changes: AppointmentChanges): boolean {
  return Object.entries(changes).every(([name, value]) => row[name as FieldName] === value)
}
