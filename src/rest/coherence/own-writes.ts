import { MARGIN_MS } from '../../events/patch.ts'
import type { ChangeKind } from '../../shared/event-log.ts'
import type { AppointmentChanges, Appointments } from '../appointments/appointments.ts'
import { type AppointmentRow, readableFields } from '../appointments/row.ts'
import type { Operation, Period } from '../pipe/pipe.ts'
import { certainFieldsOf } from '../pipe/write-diffs.ts'
import type { Coherence, OwnWrite } from './coherence.ts'

/** A write as it is sent. */
interface Write {
  /** Absent for a create. */
  readonly id?: string
  readonly kind: ChangeKind
  readonly sent?: AppointmentChanges
}

/** The answer to a write. */
interface Answered {
  readonly row: AppointmentRow
  /** When the upstream performed the write, as the answer has it. */
  readonly at: unknown
}

/** Makes each answered write a change: subscribers are notified and cached lists patched without an event or a read. */
export function announceWrites(appointments: Appointments, coherence: Coherence): Appointments {
  /** Sends a write, and records it once the upstream has answered. */
  async function announce<Answer>(
    operation: Operation,
    write: Write,
    send: (operation: Operation) => Promise<Answer>,
    answeredBy: (answer: Answer) => Answered,
  ): Promise<Answer> {
    const { account } = operation
    if (!coherence.hasEvents(account)) return send(operation)
    const known = write.id === undefined ? undefined : await coherence.latestChange(account, write.id)
    let isWritten = false
    let period: Period | undefined
    const onWritten: Operation['onWritten'] = (answered) => {
      isWritten = true
      period = answered
    }
    try {
      const answer = await send({ ...operation, onWritten })
      await coherence.recordWrite(account, { ...describe(write, answeredBy(answer), period), known })
      return answer
    } catch (error) {
      // The upstream has answered, and the answer can't be read.
      if (isWritten) await coherence.recordUnreadableWrite(account)
      throw error
    }
  }

  return {
    ...appointments,
    create: (fields, key, operation) =>
      announce(
        operation,
        { kind: 'created', sent: fields },
        (observed) => appointments.create(fields, key, observed),
        (row) => ({ row, at: row.updatedAt }),
      ),
    update: (id, changes, operation) =>
      announce(
        operation,
        { id, kind: isMoved(changes) ? 'rescheduled' : 'updated', sent: changes },
        (observed) => appointments.update(id, changes, observed),
        (row) => ({ row, at: row.updatedAt }),
      ),
    cancel: (id, reason, operation) =>
      announce(
        operation,
        { id, kind: 'cancelled' },
        (observed) => appointments.cancel(id, reason, observed),
        ({ row, performedAt }) => ({ row, at: row.updatedAt ?? performedAt }),
      ),
  }
}

/** Without a period, the answer to the write was lost, and a later read has returned the row. */
function describe(
  { kind, sent }: Write,
  { row, at }: Answered,
  period: Period | undefined,
): Omit<OwnWrite, 'known'> {
  const certain = certainFieldsOf(sent, row)
  const isRepeated = kind === 'created' && !isNew(certain.createdAt, period)
  return {
    kind,
    now: { ...sent, ...readableFields(row) },
    certain,
    at: typeof at === 'string' ? at : undefined,
    since: isRepeated ? undefined : period?.earliest,
  }
}

/** The upstream repeats the first answer to a repeated create, even if the appointment has changed since. */
function isNew(createdAt: string | undefined, period: Period | undefined): boolean {
  return (
    createdAt !== undefined && period !== undefined && Date.parse(createdAt) >= period.earliest - MARGIN_MS
  )
}

function isMoved({ startTime, endTime }: AppointmentChanges): boolean {
  return startTime !== undefined || endTime !== undefined
}
