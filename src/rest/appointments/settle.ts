import { OPEN_STATUSES } from '../../contract/appointment.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import {
  cannotCancel,
  isInDoubt,
  mayStillHappen,
  outcomeUnknown,
  provesNothingDone,
  UpstreamError,
} from '../errors.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import type { Appointments, Cancellation } from './appointments.ts'
import { isSameText, matchesChanges } from './matching.ts'
import type { AppointmentRow } from './row.ts'

export type Confirm = (id: string, operation: Operation) => MaybePromise<void>

interface Cancel {
  readonly id: string
  readonly reason: string | null
  readonly operation: Operation
}

/**
 * Finds out how a write ended whose response was lost: the gateway reads the appointment that the write was to change. Where
 * that read fails, or the write has not happened yet and still may, the write fails with `OUTCOME_UNKNOWN`, which says what to
 * check. A create is not read: the retry layer has repeated it with its idempotency key already.
 *
 * @param confirm called for each write that turns out to have happened
 */
export function settleDoubts(appointments: Appointments, confirm: Confirm): Appointments {
  async function readAgain(id: string, operation: Operation): Promise<AppointmentRow> {
    try {
      return (await appointments.retrieve(id, bypassingCache(operation))).row
    } catch {
      throw outcomeUnknown({ appointmentId: id })
    }
  }

  async function cancel(write: Cancel): Promise<Cancellation> {
    const { id, reason, operation } = write
    try {
      return await appointments.cancel(id, reason, operation)
    } catch (error) {
      if (!isInDoubt(error)) throw error
      return (await readCancellation(write)) ?? cancelAgain(write, error)
    }
  }

  /** The first attempt may have succeeded after all, and then the upstream refuses the second one. */
  async function cancelAgain(write: Cancel, first: UpstreamError): Promise<Cancellation> {
    const { id, reason, operation } = write
    try {
      return await appointments.cancel(id, reason, operation)
    } catch (error) {
      const mayFirstHappen = mayStillHappen(first)
      if (isInDoubt(error) || isTransitionRefused(error)) {
        const cancelled = await readCancellation(write)
        if (cancelled !== undefined) return cancelled
        if (mayFirstHappen || mayStillHappen(error)) throw outcomeUnknown({ appointmentId: id })
      }
      throw mayFirstHappen && !provesNothingDone(error) ? outcomeUnknown({ appointmentId: id }) : error
    }
  }

  /** Undefined where the appointment is still open. Throws where it was closed in another way. */
  async function readCancellation({ id, reason, operation }: Cancel): Promise<Cancellation | undefined> {
    const row = await readAgain(id, operation)
    if (row.status === 'cancelled' && isSameText(row.cancellationReason, reason)) {
      await confirm(id, operation)
      return { row, performedAt: null, performedBy: null }
    }
    if (typeof row.status !== 'string') throw outcomeUnknown({ appointmentId: id })
    if (!OPEN_STATUSES.some((open) => open === row.status)) throw cannotCancel(row.status)
    return undefined
  }

  return {
    ...appointments,
    async create(fields, idempotencyKey, operation) {
      try {
        return await appointments.create(fields, idempotencyKey, operation)
      } catch (error) {
        throw isInDoubt(error) ? outcomeUnknown({ idempotencyKey }) : error
      }
    },
    async update(id, changes, operation) {
      try {
        return await appointments.update(id, changes, operation)
      } catch (error) {
        if (!isInDoubt(error)) throw error
        const row = await readAgain(id, operation)
        if (!matchesChanges(row, changes))
          throw mayStillHappen(error) ? outcomeUnknown({ appointmentId: id }) : error
        await confirm(id, operation)
        return row
      }
    },
    cancel: (id, reason, operation) => cancel({ id, reason, operation }),
  }
}

function isTransitionRefused(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'INVALID_STATE_TRANSITION'
}
