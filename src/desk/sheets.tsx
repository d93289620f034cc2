import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import {
  type DeskKindFragment,
  type DeskPatientFragment,
  DeskPatientsDocument,
  DeskVisitsDocument,
} from '../client/generated/graphql.ts'
import { nodesOf } from '../client/index.ts'
import { Form, type Values } from './form.tsx'
import { navigateTo } from './keys.ts'
import { MINUTE } from './layout.ts'
import { type Desk, type Row, rowOf, type Sheet, utc } from './state.ts'
import { nameOf, nameOfDay, STATUS, whenOf } from './texts.ts'
import { book, cancel, move } from './writes.ts'

interface SheetProps<Kind> {
  readonly desk: Desk
  readonly sheet: Extract<Sheet, { readonly kind: Kind }>
}

/** A modal dialog at the side. The browser traps and restores the focus; Escape closes the dialog. */
function Window({ desk, title, children }: { desk: Desk; title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [sheet] = useState(desk.state.sheet)
  useLayoutEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="sheet" aria-label={title} onClose={() => desk.close(sheet)}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      {children}
    </dialog>
  )
}

function Facts({ of }: { of: readonly (readonly [name: string, value: string | null | undefined])[] }) {
  return (
    <dl>
      {of.map(([name, value]) => value && [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
    </dl>
  )
}

/** The dialog of one appointment: its facts, and forms to move and cancel it. */
export function Details({ desk, sheet }: SheetProps<'details'>) {
  const { state, clock } = desk
  const [message, setMessage] = useState('Reading…')
  const row = state.rows.byId.get(sheet.row.id) ?? sheet.row
  useEffect(() => {
    void desk
      .readRow(row.id)
      .then(({ problem }) => setMessage(problem ? `${problem.text} This is what the day shows.` : ''))
  }, [])
  const { patient, location, description, cancellationReason } = row
  const { start, clinicianId } = sheet.to ?? { start: row.start, clinicianId: row.clinician?.id ?? '' }
  const clinician = state.clinicians.find(({ id }) => id === row.clinician?.id)
  const status = STATUS[row.status ?? '']
  return (
    <Window desk={desk} title={row.attendeeName ?? (patient ? nameOf(patient) : (row.title ?? ''))}>
      <Facts
        of={[
          ['When', `${whenOf(row, clock)} to ${clock.timeOf(row.end)}`],
          ['What', `${row.title}. ${status}.`],
          ['With', clinician && nameOf(clinician)],
          ['Where', location?.name],
          ['Born', patient?.dateOfBirth],
          ['Phone', patient?.mobilePhone],
          ['Note', description],
          ['Reason', cancellationReason],
        ]}
      />
      <p role="status">{message}</p>
      {row.isCancellable ? (
        <>
          <Form
            button="Move"
            isNext={sheet.to !== undefined}
            fields={[
              { label: 'Day', name: 'day', type: 'date', value: clock.dayOf(start), required: true },
              { label: 'Time', name: 'time', type: 'time', value: clock.timeOf(start), required: true },
              clinicianField(desk, clinicianId),
            ]}
            onSubmit={({ day = '', time = '', clinician = '' }, event) => {
              const from = clock.instantOf(day, time)
              if (from !== undefined) return void move(desk, row, from, clinician)
              event.preventDefault()
              setMessage('The clocks do not show this time on that day.')
            }}
          />
          <Form
            button="Cancel appointment"
            class="danger"
            fields={[{ label: 'Reason', name: 'reason' }]}
            onSubmit={({ reason = '' }) => void cancel(desk, row, reason)}
          />
        </>
      ) : (
        <p>{status}: nothing can be changed.</p>
      )}
    </Window>
  )
}

type Choice = readonly [id: string, text: ComponentChildren, choose: () => void]

/** The dialog that finds a patient by name, and then books a gap or lists the patient's next appointments. */
export function Patients({ desk, sheet }: SheetProps<'patients'>) {
  const { clock, state } = desk
  const { gap } = sheet
  const [message, setMessage] = useState('')
  const [choices, setChoices] = useState<readonly Choice[]>([])
  const [patient, setPatient] = useState<DeskPatientFragment>()
  // One key for all submits of the form, so that it books once.
  const [idempotencyKey] = useState(() => crypto.getRandomValues(new Uint32Array(4)).join('-'))

  /** Runs on submit, and not for each letter, because a search costs a request. */
  async function search(words: string) {
    setMessage('Looking…')
    const { data, problem } = await desk.ask(desk.client.ask(DeskPatientsDocument, { search: words }))
    const patients = nodesOf(data?.patients)
    const choose = (found: DeskPatientFragment) => (gap ? setPatient(found) : void showVisits(found))
    setChoices(patients.map((found) => [found.id, about(found), () => choose(found)]))
    setMessage(problem?.text ?? (patients.length === 0 ? `Nobody is called “${words}”.` : ''))
  }
  async function showVisits(found: DeskPatientFragment) {
    const variables = { patientId: found.id, gte: utc(Date.now()) }
    const { data, problem } = await desk.ask(desk.client.ask(DeskVisitsDocument, variables))
    const rows = nodesOf(data?.appointments).map((node) => rowOf({ ...node, attendeeName: nameOf(found) }))
    const show = (row: Row) => {
      navigateTo(clock.dayOf(row.start))
      desk.open({ kind: 'details', row })
    }
    setChoices(rows.map((row) => [row.id, `${whenOf(row, clock)}: ${row.title}`, () => show(row)]))
    setMessage(
      problem?.text ?? `${nameOf(found)}: ${rows.length === 0 ? 'nothing is booked' : 'what is booked'}.`,
    )
  }
  if (!gap || !patient)
    return (
      <Window desk={desk} title={gap ? `Book ${whenOf(gap, clock)}` : 'Find a patient'}>
        <search>
          <Form
            button="Find"
            fields={[{ label: 'Name of the patient', name: 'words', autoFocus: true, required: true }]}
            onSubmit={({ words = '' }, event) => {
              event.preventDefault()
              void search(words)
            }}
          />
          <p role="status">{message}</p>
          <ul class="choices">
            {choices.map(([id, text, choose]) => (
              <li key={id}>
                <button type="button" onClick={choose}>
                  {text}
                </button>
              </li>
            ))}
          </ul>
        </search>
      </Window>
    )

  const day = clock.dayOf(gap.start)
  const lengthOf = (kind: DeskKindFragment) => (kind.durationMinutes ?? 30) * MINUTE
  const fitting = state.kinds.find((kind) => gap.start + lengthOf(kind) <= gap.end)
  const kinds = state.kinds.map((kind) => [kind.id, `${kind.name}, ${lengthOf(kind) / MINUTE} min`] as const)
  function submit(values: Values, event: Event) {
    const kind = state.kinds.find(({ id }) => id === values.kind)
    const start = clock.instantOf(day, values.time ?? '')
    if (!kind || !patient || start === undefined) return event.preventDefault()
    const times = { startTime: utc(start), endTime: utc(start + lengthOf(kind)) }
    const whom = {
      patientId: patient.id,
      attendeeName: nameOf(patient),
      clinicianId: values.clinician || null,
    }
    const what = { title: kind.name ?? '', appointmentTypeId: kind.id, idempotencyKey }
    void book(desk, { ...what, ...whom, ...times })
  }
  const until = `Time, free until ${clock.timeOf(gap.end)}`
  return (
    <Window desk={desk} title={`Book ${nameOfDay(day)}`}>
      <p>{about(patient)}</p>
      <Form
        button="Book"
        isNext={true}
        fields={[
          { label: 'Kind', name: 'kind', value: fitting?.id ?? '', of: kinds },
          { label: until, name: 'time', type: 'time', value: clock.timeOf(gap.start), required: true },
          clinicianField(desk, gap.clinicianId),
        ]}
        onSubmit={submit}
      />
    </Window>
  )
}

function about(patient: DeskPatientFragment): ComponentChildren {
  const { dateOfBirth, postcode } = patient
  return [
    <b key="name">{nameOf(patient)}</b>,
    dateOfBirth && `, born ${dateOfBirth}`,
    postcode && `, ${postcode}`,
  ]
}

function clinicianField({ state }: Desk, value: string) {
  const working = state.clinicians.filter(({ id, isActive }) => isActive !== false || id === value)
  const named = working.map((each) => [each.id, nameOf(each)] as const)
  const of = value ? named : [['', 'Nobody'] as const, ...named]
  return { label: 'Clinician', name: 'clinician', value, of }
}

export function Keys({ desk }: { desk: Desk }) {
  return (
    <Window desk={desk} title="Keys">
      <Facts of={KEYS} />
      <label class="check">
        <input
          type="checkbox"
          checked={sessionStorage.getItem('desk:letters') !== 'off'}
          onChange={(event) =>
            sessionStorage.setItem('desk:letters', event.currentTarget.checked ? 'on' : 'off')
          }
        />
        Single letters are keys
      </label>
    </Window>
  )
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
