import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { DeskPatientFragment } from '../client/generated/graphql.ts'
import type { Data } from './data.ts'
import type { Row, View } from './state.ts'
import { nameOf } from './words.ts'

export interface Place {
  readonly start: number
  readonly clinicianId: string | null
}

export type SheetName =
  | { readonly kind: 'details'; readonly row: Row; readonly to?: Place }
  | { readonly kind: 'book'; readonly gap: Place & { readonly end: number } }
  | { readonly kind: 'find' | 'keys' }

/** What each part of the screen gets. */
export interface Desk {
  readonly data: Data
  readonly show: (view: View) => void
  /** Each opening is a window of its own: so give a new object. */
  readonly open: (sheet: SheetName) => void
  /** Closes the window that is open while this is drawn, and no later one. */
  readonly close: () => void
}

/** A window at the side. The browser keeps the focus in it, and gives it back; Escape closes it. */
export function Sheet({ desk, title, children }: { desk: Desk; title: string; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} class="sheet" aria-label={title} onClose={desk.close}>
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

interface FormProps {
  readonly onSubmit: (fields: (name: string) => string) => void
  readonly children: ComponentChildren
}

export function Form({ onSubmit, children }: FormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const fields = new FormData(event.currentTarget)
        onSubmit((name) => String(fields.get(name) ?? '').trim())
      }}
    >
      {children}
    </form>
  )
}

export function Field({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is what is in it
    <label>
      {label}
      {children}
    </label>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly name: string
  readonly value: string | undefined
  readonly of: readonly { readonly id: string; readonly name: string }[]
}

export function Choice({ label, of, ...select }: ChoiceProps) {
  return (
    <Field label={label}>
      <select {...select}>
        {of.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  )
}

/** What the eye takes from the place or the colour. */
export function Unseen({ children }: { children: ComponentChildren }) {
  return <i class="unseen">{children}</i>
}

export function Facts({ of }: { of: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  const known = of.filter(([, value]) => value)
  return (
    <dl>
      {known.flatMap(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
    </dl>
  )
}

/** A list of what can be chosen, or words in its place. */
export function Choices({
  says,
  of,
}: {
  says: string
  of: readonly { id: string; text: ComponentChildren; choose: () => void }[]
}) {
  return (
    <>
      <p role="status">{says}</p>
      <ul class="choices">
        {of.map(({ id, text, choose }) => (
          <li key={id}>
            <button type="button" onClick={choose}>
              {text}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

export function aboutPatient(patient: DeskPatientFragment): ComponentChildren {
  const { dateOfBirth, postcode } = patient
  return [
    <b key="name">{nameOf(patient)}</b>,
    dateOfBirth && `, born ${dateOfBirth}`,
    postcode && `, ${postcode}`,
  ]
}

/** Asks when the person says so, and not with each letter: a search costs a request. */
export function PatientSearch({
  desk,
  onChoose,
}: {
  desk: Desk
  onChoose: (patient: DeskPatientFragment) => void
}) {
  const [found, setFound] = useState<readonly DeskPatientFragment[]>([])
  const [says, setSays] = useState('')
  async function search(words: string) {
    if (words === '') return
    setSays('Looking…')
    const { data, problem } = await desk.data.findPatients(words)
    const patients = data?.patients?.nodes.filter((node) => node !== null) ?? []
    setFound(patients)
    setSays(problem?.text ?? (patients.length === 0 ? `Nobody is called “${words}”.` : ''))
  }
  return (
    <search>
      <Form onSubmit={(field) => void search(field('words'))}>
        <Field label="Name of the patient">
          {/* biome-ignore lint/a11y/noAutofocus: the sheet is opened for this field */}
          <input name="words" autocomplete="off" autoFocus />
        </Field>
        <button type="submit">Find</button>
      </Form>
      <Choices
        says={says}
        of={found.map((patient) => ({
          id: patient.id,
          text: aboutPatient(patient),
          choose: () => onChoose(patient),
        }))}
      />
    </search>
  )
}
