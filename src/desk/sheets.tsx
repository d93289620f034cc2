import { useEffect, useState } from 'preact/hooks'
import type { DeskAppointmentQuery, DeskPatientFragment } from '../client/generated/graphql.ts'
import type { Told } from './data.ts'
import { MINUTE } from './layout.ts'
import {
  aboutPatient,
  Choice,
  Choices,
  type Desk,
  Facts,
  Field,
  Form,
  PatientSearch,
  type Place,
  Sheet,
} from './parts.tsx'
import { type Row, rowOf } from './state.ts'
import { nameOf, nameOfDay, STATUS } from './words.ts'
import { book, cancel, move } from './writes.ts'

/** One appointment: what the record says of it, and what can be done. */
export function Details({ desk, row: given, to }: { desk: Desk; row: Row; to?: Place | undefined }) {
  const { data, close } = desk
  const { clock } = data
  const [told, setTold] = useState<Told<DeskAppointmentQuery>>()
  useEffect(() => void data.details(given.id).then(setTold), [given.id, data])
  const row = data.state.rows.byId.get(given.id) ?? given
  const { patient, location, description, cancellationReason } = told?.data?.appointment ?? {}
  const { start, clinicianId } = to ?? row

  function submitMove(field: (name: string) => string) {
    const from = clock.instantOf(field('day'), field('time'))
    if (from === undefined) return data.notify('problem', 'The clocks do not show this time on that day.')
    close()
    void move(data, row, {
      start: from,
      end: from + row.end - row.start,
      clinicianId: field('clinician') || null,
    })
  }
  function submitCancel(field: (name: string) => string) {
    close()
    void cancel(data, row, field('reason'))
  }
  return (
    <Sheet desk={desk} title={row.name ?? (patient ? nameOf(patient) : row.title)}>
      <Facts
        of={[
          [
            'When',
            `${nameOfDay(clock.dayOf(row.start))}, ${clock.timeOf(row.start)} to ${clock.timeOf(row.end)}`,
          ],
          ['What', `${row.title}. ${STATUS[row.status]}.`],
          ['With', data.state.clinicians.find(({ id }) => id === row.clinicianId)?.name],
          ['Where', location?.name],
          ['Born', patient?.dateOfBirth],
          ['Phone', patient?.mobilePhone],
          ['Note', description],
          ['Reason', cancellationReason],
        ]}
      />
      <p role="status">
        {told ? told.problem && `${told.problem.text} This is what the day shows.` : 'Reading…'}
      </p>
      {row.isCancellable ? (
        <>
          <Form onSubmit={submitMove}>
            <Field label="Day">
              <input type="date" name="day" value={clock.dayOf(start)} required autocomplete="off" />
            </Field>
            <Field label="Time">
              <input type="time" name="time" value={clock.timeOf(start)} required autocomplete="off" />
            </Field>
            <ClinicianChoice desk={desk} value={clinicianId} />
            {/* biome-ignore lint/a11y/noAutofocus: after a drag, this is what follows */}
            <button type="submit" autoFocus={to !== undefined}>
              Move
            </button>
          </Form>
          <Form onSubmit={submitCancel}>
            <Field label="Reason">
              <input name="reason" autocomplete="off" />
            </Field>
            <button type="submit" class="danger">
              Cancel appointment
            </button>
          </Form>
        </>
      ) : (
        <p>{STATUS[row.status]}: nothing can be changed.</p>
      )}
    </Sheet>
  )
}

/** A gap becomes an appointment. */
export function Book({ desk, gap }: { desk: Desk; gap: Place & { readonly end: number } }) {
  const { data, close } = desk
  const { clock, state } = data
  // The same for each press: so it books once.
  const [key] = useState(() => crypto.getRandomValues(new Uint32Array(4)).join('-'))
  const [patient, setPatient] = useState<DeskPatientFragment>()
  const day = clock.dayOf(gap.start)
  const fitting = state.kinds.find(({ minutes }) => gap.start + minutes * MINUTE <= gap.end)

  function submit(field: (name: string) => string) {
    const kind = state.kinds.find(({ id }) => id === field('kind'))
    const start = clock.instantOf(day, field('time'))
    if (!kind || !patient || start === undefined) return
    close()
    const whom = {
      clinicianId: field('clinician') || null,
      patient: { id: patient.id, name: nameOf(patient) },
    }
    void book(data, { key, kind, start, end: start + kind.minutes * MINUTE, ...whom })
  }
  return (
    <Sheet desk={desk} title={`Book ${nameOfDay(day)}`}>
      {patient === undefined ? (
        <PatientSearch desk={desk} onChoose={setPatient} />
      ) : (
        <Form onSubmit={submit}>
          <p>{aboutPatient(patient)}</p>
          <Choice
            label="Kind"
            name="kind"
            value={fitting?.id}
            of={state.kinds.map(({ id, name, minutes }) => ({ id, name: `${name}, ${minutes} min` }))}
          />
          <Field label={`Time, free until ${clock.timeOf(gap.end)}`}>
            <input type="time" name="time" value={clock.timeOf(gap.start)} required autocomplete="off" />
          </Field>
          <ClinicianChoice desk={desk} value={gap.clinicianId} />
          {/* biome-ignore lint/a11y/noAutofocus: the patient is chosen, and this is what follows */}
          <button type="submit" autoFocus>
            Book
          </button>
        </Form>
      )}
    </Sheet>
  )
}

/** A patient by name, and what is booked from now on. */
export function Find({ desk }: { desk: Desk }) {
  const { data, show, open } = desk
  const { clock } = data
  const [visits, setVisits] = useState<readonly Row[]>([])
  const [says, setSays] = useState('')
  async function choose(patient: DeskPatientFragment) {
    const told = await data.visitsOf(patient.id)
    const rows = told.data?.appointments?.nodes.flatMap((node) => (node ? rowOf(node) : [])) ?? []
    setVisits(rows.map((row) => ({ ...row, name: nameOf(patient) })))
    setSays(
      told.problem?.text ??
        `${nameOf(patient)}: ${rows.length === 0 ? 'nothing is booked' : 'what is booked'}.`,
    )
  }
  return (
    <Sheet desk={desk} title="Find a patient">
      <PatientSearch desk={desk} onChoose={(patient) => void choose(patient)} />
      <Choices
        says={says}
        of={visits.map((row) => ({
          id: row.id,
          text: `${nameOfDay(clock.dayOf(row.start))}, ${clock.timeOf(row.start)}: ${row.title}`,
          choose() {
            show(clock.dayOf(row.start))
            open({ kind: 'details', row })
          },
        }))}
      />
    </Sheet>
  )
}

export function Keys({ desk }: { desk: Desk }) {
  return (
    <Sheet desk={desk} title="Keys">
      <Facts of={KEYS} />
      <label class="check">
        <input
          type="checkbox"
          checked={sessionStorage.getItem('desk:letters') !== 'off'}
          onChange={({ currentTarget: { checked } }) =>
            sessionStorage.setItem('desk:letters', checked ? 'on' : 'off')
          }
        />
        Single letters are keys
      </label>
    </Sheet>
  )
}

/** Where callers have a key or a token of their own. This browser tab keeps it until it is closed. */
export function SignIn() {
  function signIn(field: (name: string) => string) {
    sessionStorage.setItem('desk:key', field('key'))
    location.reload()
  }
  return (
    <Form onSubmit={signIn}>
      <Field label="Your key or token">
        <input type="password" name="key" autocomplete="off" />
      </Field>
      <button type="submit">Open the desk</button>
    </Form>
  )
}

function ClinicianChoice({ desk, value }: { desk: Desk; value: string | null | undefined }) {
  const working = desk.data.state.clinicians.filter(({ id, isActive }) => isActive || id === value)
  const nobody = value ? [] : [{ id: '', name: 'Nobody' }]
  return <Choice label="Clinician" name="clinician" value={value ?? ''} of={[...nobody, ...working]} />
}

const KEYS = [
  ['← →', 'The day before, the day after. On an appointment or a gap: what is beside it'],
  ['↑ ↓', 'On an appointment or a gap: what is above, what is below'],
  ['Enter', 'Opens an appointment, to move or cancel it; books a gap'],
  ['Alt ↑ ↓', 'Moves an appointment by a quarter of an hour'],
  ['T', 'Today'],
  ['W', 'The week, and back to the day'],
  ['F', 'Finds a patient'],
  ['?', 'Shows these keys'],
] as const
