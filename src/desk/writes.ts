import { DeskBookDocument, DeskCancelDocument, DeskMoveDocument } from '../client/generated/graphql.ts'
import { propose, settle, takeFound } from '../client/index.ts'
import type { Data, Told } from './data.ts'
import { type Row, rowOf } from './state.ts'
import { nameOfDay, STATUS } from './words.ts'

export interface Booking {
  /** The same for each press of one form: so it books once. */
  readonly key: string
  readonly start: number
  readonly end: number
  readonly kind: { readonly id: string; readonly name: string }
  readonly clinicianId: string | null
  readonly patient: { readonly id: string; readonly name: string }
}

/** Nobody knows whether the write has happened: the gateway says so, or its answer did not come. */
const UNCLEAR = ['OUTCOME_UNKNOWN', 'NO_ANSWER']

export function cancel(data: Data, row: Row, cancellationReason: string): Promise<void> {
  const cancelled: Row = { ...row, status: 'CANCELLED', isCancellable: false }
  const look = { label: 'Look now', run: () => void check(data, row) }
  return write(data, cancelled, 'cancelled', look, async () => {
    const input = { id: row.id, cancellationReason: cancellationReason || null }
    const told = await data.ask(data.client.ask(DeskCancelDocument, { input }))
    return { ...told, data: told.data?.cancelAppointment ? cancelled : null }
  })
}

export function move(data: Data, row: Row, to: Pick<Row, 'start' | 'end' | 'clinicianId'>): Promise<void> {
  const moved = { ...row, ...to }
  const look = { label: 'Look now', run: () => void check(data, row) }
  return write(data, moved, `moved to ${whenOf(data, moved)}`, look, async () => {
    const times = { startTime: utc(to.start), endTime: utc(to.end) }
    const clinician =
      to.clinicianId && to.clinicianId !== row.clinicianId ? { clinicianId: to.clinicianId } : {}
    const input = { id: row.id, ...times, ...clinician }
    const told = await data.ask(data.client.ask(DeskMoveDocument, { input }))
    return { ...told, data: told.data?.updateAppointment ? moved : null }
  })
}

export function book(data: Data, booking: Booking): Promise<void> {
  const { key, start, end, kind, clinicianId, patient } = booking
  const row: Row = {
    id: key,
    title: kind.name,
    start,
    end,
    clinicianId,
    name: patient.name,
    status: 'PENDING',
    isCancellable: false,
  }
  const again = { label: 'Try again: it books once', run: () => void book(data, booking) }
  return write(data, row, 'booked', again, async () => {
    const times = { startTime: utc(start), endTime: utc(end) }
    const whom = {
      clinicianId,
      patientId: patient.id,
      attendeeName: patient.name,
      appointmentTypeId: kind.id,
    }
    const input = { title: kind.name, ...times, ...whom, idempotencyKey: key }
    const told = await data.ask(data.client.ask(DeskBookDocument, { input }))
    const booked = told.data?.createAppointment?.appointment
    return { ...told, data: booked ? { ...rowOf(booked), clinicianId, name: patient.name } : null }
  })
}

/** Reads what is unclear. */
export async function check(data: Data, row: Row): Promise<void> {
  const since = data.state.rows.changes
  const told = await data.details(row.id)
  const found = told.data?.appointment && rowOf(told.data.appointment)
  if (!found) {
    const text = told.problem?.text ?? 'The record system no longer has it.'
    return data.notify('problem', text, { label: 'Look again', run: () => void check(data, row) })
  }
  const unclear = new Set(data.state.unclear)
  unclear.delete(row.id)
  data.set({ unclear, rows: takeFound(data.state.rows, { rows: [found], since }) })
  data.notify(
    'done',
    `${labelOf(data, found)}: ${STATUS[found.status]?.toLowerCase()}, ${whenOf(data, found)}.`,
  )
}

/**
 * Shows the row as it will be until the answer comes, and then as it is. What a change has told of meanwhile is newer.
 *
 * @param deed what happens to it, as in: it is cancelled
 * @param action what helps where nobody knows whether it has happened
 * @param send gives the row as it is after the write, or null where it failed
 */
async function write(
  data: Data,
  row: Row,
  deed: string,
  action: Action,
  send: () => Promise<Told<Row>>,
): Promise<void> {
  if (data.state.rows.pending.has(row.id)) return
  const label = labelOf(data, data.state.rows.byId.get(row.id) ?? row)
  const since = data.state.rows.changes
  data.set({ rows: propose(data.state.rows, row) })
  const { data: found, problem } = await send()
  const rows = found ? [{ ...found, staleSince: null }] : []
  data.set({ rows: settle(data.state.rows, row.id, { rows, since }) })
  void data.readUpstream()
  if (found) return data.notify('done', `${label} is ${deed}.`)
  if (!UNCLEAR.includes(problem?.code ?? ''))
    return data.notify('problem', `${label} is not ${deed}. ${problem?.text}`)
  if (data.state.rows.byId.has(row.id)) data.set({ unclear: new Set(data.state.unclear).add(row.id) })
  const text = `Nobody can say yet whether ${label} is ${deed}: the answer was lost on its way.`
  data.notify('unclear', `${text} Look before you do it again.`, action)
}

interface Action {
  readonly label: string
  readonly run: () => void
}

function labelOf(data: Data, { name, title, start }: Row): string {
  return `${name ?? title}, ${data.clock.timeOf(start)}`
}

function whenOf({ clock }: Data, { start }: Row): string {
  return `${nameOfDay(clock.dayOf(start))}, ${clock.timeOf(start)}`
}

function utc(instant: number): string {
  return new Date(instant).toISOString()
}
