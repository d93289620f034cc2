import {
  DeskBookDocument,
  DeskCancelDocument,
  DeskMoveDocument,
  type DeskRowFragment,
} from '../client/generated/graphql.ts'
import { type Answer, type CreateAppointmentInput, propose, settle } from '../client/index.ts'
import { type Desk, type Notice, type Row, rowOf, utc } from './state.ts'
import { STATUS, whenOf } from './texts.ts'

/** The codes after which it is unknown whether the write has happened. */
const UNKNOWN_OUTCOME_CODES = ['OUTCOME_UNKNOWN', 'NO_ANSWER']

export function cancel(desk: Desk, row: Row, reason: string): Promise<void> {
  const input = { id: row.id, cancellationReason: reason || null }
  return write(desk, {
    row: { ...row, status: 'CANCELLED', isCancellable: false },
    outcome: 'cancelled',
    send: () => desk.client.ask(DeskCancelDocument, { input }),
    help: { label: 'Look now', run: () => void readOutcome(desk, row) },
  })
}

/** @param clinicianId empty: unchanged */
export function move(desk: Desk, row: Row, start: number, clinicianId: string): Promise<void> {
  const times = { startTime: utc(start), endTime: utc(start + row.end - row.start) }
  const hasNewClinician = clinicianId !== '' && clinicianId !== row.clinician?.id
  const moved = rowOf({ ...row, ...times, ...(hasNewClinician && { clinician: { id: clinicianId } }) })
  const input = { id: row.id, ...times, ...(hasNewClinician && { clinicianId }) }
  return write(desk, {
    row: moved,
    outcome: `moved to ${whenOf(moved, desk.clock)}`,
    send: () => desk.client.ask(DeskMoveDocument, { input }),
    help: { label: 'Look now', run: () => void readOutcome(desk, row) },
  })
}

/** @param input has one idempotency key for all submits of a form, so that the form books once */
export function book(desk: Desk, input: CreateAppointmentInput & { idempotencyKey: string }): Promise<void> {
  const { idempotencyKey: id, clinicianId, title, startTime, endTime, attendeeName = null } = input
  const clinician = clinicianId ? { id: `${clinicianId}` } : null
  return write(desk, {
    row: rowOf({ id, title, startTime, endTime, attendeeName, clinician, status: 'PENDING' }),
    outcome: 'booked',
    send: () => desk.client.ask(DeskBookDocument, { input }),
    help: { label: 'Try again: it books once', run: () => void book(desk, input) },
  })
}

interface Write {
  /** The expected row. */
  readonly row: Row
  /** The intended outcome, as a participle: `cancelled`. */
  readonly outcome: string
  readonly send: () => Promise<Answer<{ written: { appointment: Partial<DeskRowFragment> | null } | null }>>
  /** The action to offer if it is unknown whether the write has happened. */
  readonly help: Notice['action']
}

/** Shows the expected row until the answer arrives, then the actual one. A change received before is newer than the answer. */
async function write(desk: Desk, { row, outcome, send, help }: Write): Promise<void> {
  const { byId, pending, changes: since } = desk.state.rows
  if (pending.has(row.id)) return
  const label = labelOf(desk, byId.get(row.id) ?? row)
  desk.set({ rows: propose(desk.state.rows, row) })
  const { data, problem } = await desk.ask(send())
  const { appointment } = data?.written ?? {}
  const rows = appointment ? [rowOf({ ...row, ...appointment })] : []
  desk.set({ rows: settle(desk.state.rows, row.id, { rows, since }) })
  void desk.readUpstream()
  if (data?.written) return desk.notify({ kind: 'done', text: `${label} is ${outcome}.` })
  if (!UNKNOWN_OUTCOME_CODES.includes(problem?.code ?? ''))
    return desk.notify({ kind: 'problem', text: `${label} is not ${outcome}. ${problem?.text}` })
  if (byId.has(row.id)) desk.set({ unclear: new Set(desk.state.unclear).add(row.id) })
  const text = `Nobody can say yet whether ${label} is ${outcome}: the answer was lost on its way.`
  desk.notify({ kind: 'unclear', text: `${text} Look before you do it again.`, action: help })
}

/** Reads a row whose last write has an unknown outcome, and reports it in a notice. */
async function readOutcome(desk: Desk, row: Row): Promise<void> {
  const { data, problem } = await desk.readRow(row.id)
  if (data?.appointment) {
    const found = rowOf(data.appointment)
    const status = STATUS[found.status ?? '']?.toLowerCase()
    const text = `${labelOf(desk, found)}: ${status}, ${whenOf(found, desk.clock)}.`
    return desk.notify({ kind: 'done', text })
  }
  const text = problem?.text ?? 'The record system no longer has it.'
  const action = { label: 'Look again', run: () => void readOutcome(desk, row) }
  desk.notify({ kind: 'problem', text, action })
}

function labelOf({ clock }: Desk, { attendeeName, title, start }: Row): string {
  return `${attendeeName ?? title}, ${clock.timeOf(start)}`
}
