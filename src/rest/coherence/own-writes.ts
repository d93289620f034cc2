import { MARGIN_MS } from '../../events/patch.ts'
import type { ChangeKind } from '../../shared/event-log.ts'
import type { AppointmentChanges, Appointments } from '../appointments/appointments.ts'
import { type AppointmentRow, readableFields } from '../appointments/row.ts'
import type { Operation, Period } from '../pipe/pipe.ts'
import { certainFieldsOf } from '../pipe/write-diffs.ts'
import type { Coherence, OwnWrite } from './coherence.ts'

/** What is sent. */
interface Write {
  /** Absent of a create. */
  readonly id?: string
  readonly kind: ChangeKind
  readonly sent?: AppointmentChanges
}

/** What the answer says. */
interface Told {
  readonly row: AppointmentRow
  /** When it happened. */
  readonly at: unknown
}

/**
 * Each write that the upstream answered is a change that subscribers are told of, and that lists are patched with, at once and
 * at no cost.
 */
export function announceWrites(appointments: Appointments, coherence: Coherence): Appointments {
  /** Sends a write, and tells of it once it is answered. */
  async function announce<Answer>(
    by: Operation,
    write: Write,
    send: (by: Operation) => Promise<Answer>,
    toldBy: (answer: Answer) => Told,
  ): Promise<Answer> {
    const { account } = by
    if (!coherence.hasEvents(account)) return send(by)
    const known = write.id === undefined ? undefined : await coherence.lastWord(account, write.id)
    let isWritten = false
    let period: Period | undefined
    const onWritten: Operation['onWritten'] = (answered) => {
      isWritten = true
      period = answered
    }
    try {
      const answer = await send({ ...by, onWritten })
      await coherence.takeWrite(account, { ...describe(write, toldBy(answer), period), known })
      return answer
    } catch (error) {
      // It is answered, and nobody knows with what.
      if (isWritten) await coherence.takeUnreadableWrite(account)
      throw error
    }
  }

  return {
    ...appointments,
    create: (fields, key, by) =>
      announce(
        by,
        { kind: 'created', sent: fields },
        (asked) => appointments.create(fields, key, asked),
        (row) => ({ row, at: row.updatedAt }),
      ),
    update: (id, changes, by) =>
      announce(
        by,
        { id, kind: isMoved(changes) ? 'rescheduled' : 'updated', sent: changes },
        (asked) => appointments.update(id, changes, asked),
        (row) => ({ row, at: row.updatedAt }),
      ),
    cancel: (id, reason, by) =>
      announce(
        by,
        { id, kind: 'cancelled' },
        (asked) => appointments.cancel(id, reason, asked),
        ({ row, performedAt }) => ({ row, at: row.updatedAt ?? performedAt }),
      ),
  }
}

/** Without a period the answer to the write itself was lost, and the row was read later. */
function describe(
  { kind, sent }: Write,
  { row, at }: Told,
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

/** A repeated create is answered like the first one, however its appointment has changed since. */
function isNew(createdAt: string | undefined, period: Period | undefined): boolean {
  return (
    createdAt !== undefined && period !== undefined && Date.parse(createdAt) >= period.earliest - MARGIN_MS
  )
}

function isMoved({ startTime, endTime }: AppointmentChanges): boolean {
  return startTime !== undefined || endTime !== undefined
}
