import { OPEN_STATUSES } from '../../contract/appointment.ts'
import type { FieldName } from '../../contract/field-names.ts'
import { isInDoubt, type Told, UpstreamError } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { AppointmentChanges, Appointments, Cancellation } from './appointments.ts'
import type { AppointmentRow } from './row.ts'

/**
 * A write whose answer was lost settles its own doubt: it reads what it was to change. Only where that fails too is the
 * answer `OUTCOME_UNKNOWN`, which says what to check. A create was repeated with its key before it comes to this.
 */
export function settleDoubts(appointments: Appointments): Appointments {
  async function look(id: string, by: Operation): Promise<AppointmentRow> {
    try {
      return (await appointments.retrieve(id, by)).row
    } catch {
      throw outcomeUnknown({ appointmentId: id })
    }
  }

  /** The first one may have worked after all, and then the second one is refused. */
  async function settleCancel(
    error: unknown,
    id: string,
    reason: string | null,
    by: Operation,
    isRepeat: boolean,
  ): Promise<Cancellation> {
    if (!isInDoubt(error) && !(isRepeat && isTransition(error))) throw error
    const row = await look(id, by)
    if (row.status === 'cancelled' && row.cancellationReason === reason)
      return { row, performedAt: null, performedBy: null }
    if (!OPEN_STATUSES.some((open) => open === row.status)) throw closedAlready(row, id)
    if (isRepeat) throw error
    return cancel(id, reason, by, true)
  }

  function cancel(
    id: string,
    reason: string | null,
    by: Operation,
    isRepeat: boolean,
  ): Promise<Cancellation> {
    return appointments
      .cancel(id, reason, by)
      .catch((error: unknown) => settleCancel(error, id, reason, by, isRepeat))
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
        const row = await look(id, by)
        if (shows(row, changes)) return row
        throw error
      }
    },
    cancel: (id, reason, by) => cancel(id, reason, by, false),
  }
}

function isTransition(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'INVALID_STATE_TRANSITION'
}

function shows(row: AppointmentRow, changes: AppointmentChanges): boolean {
  return Object.entries(changes).every(([name, value]) => row[name as FieldName] === value)
}

function outcomeUnknown(check: NonNullable<Told['check']>): UpstreamError {
  const advice =
    'appointmentId' in check
      ? 'Read the appointment to see whether it did.'
      : 'Send the create again with this idempotencyKey: it gives the appointment, and books no second one.'
  const message = `The upstream was asked, and its answer was lost: it may have done it or not. ${advice}`
  return new UpstreamError('OUTCOME_UNKNOWN', message, { check })
}

/** What the upstream would have answered, had it been asked when we looked. */
function closedAlready({ status }: AppointmentRow, id: string): UpstreamError {
  if (typeof status !== 'string') return outcomeUnknown({ appointmentId: id })
  const details = { current_status: status, attempted_action: 'cancel' }
  const message = `Cannot cancel appointment with status "${status}"`
  return new UpstreamError('INVALID_STATE_TRANSITION', message, { details })
}
