import type { ChangeKind } from '../../shared/event-log.ts'
import type { AppointmentChanges, Appointments } from '../appointments/appointments.ts'
import { type AppointmentRow, readableFields } from '../appointments/row.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { Coherence } from './coherence.ts'

/** Each write that the upstream answered is a change that subscribers are told of, at once and at no cost. */
export function announceWrites(appointments: Appointments, coherence: Coherence): Appointments {
  /** Sends a write, and tells of it once it is answered. The answer may leave fields out that the request has. */
  async function announce<Answer>(
    { account }: Operation,
    {
      id,
      kind,
      sent = {},
    }: { readonly id?: string; readonly kind: ChangeKind; readonly sent?: AppointmentChanges },
    send: () => Promise<Answer>,
    told: (answer: Answer) => { readonly row: AppointmentRow; readonly at: unknown },
  ): Promise<Answer> {
    if (!coherence.hasEvents(account)) return send()
    const known = id === undefined ? undefined : await coherence.lastWord(account, id)
    const answer = await send()
    const { row, at } = told(answer)
    const now = { ...sent, ...readableFields(row) }
    await coherence.takeWrite(account, { kind, now, known, at: typeof at === 'string' ? at : undefined })
    return answer
  }

  return {
    ...appointments,
    create: (fields, key, by) =>
      announce(
        by,
        { kind: 'created', sent: fields },
        () => appointments.create(fields, key, by),
        (row) => ({ row, at: row.updatedAt }),
      ),
    update: (id, changes, by) =>
      announce(
        by,
        { id, kind: isMoved(changes) ? 'rescheduled' : 'updated', sent: changes },
        () => appointments.update(id, changes, by),
        (row) => ({ row, at: row.updatedAt }),
      ),
    cancel: (id, reason, by) =>
      announce(
        by,
        { id, kind: 'cancelled' },
        () => appointments.cancel(id, reason, by),
        ({ row, performedAt }) => ({ row, at: row.updatedAt ?? performedAt }),
      ),
  }
}

function isMoved({ startTime, endTime }: AppointmentChanges): boolean {
  return startTime !== undefined || endTime !== undefined
}
