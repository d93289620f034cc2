import { ENTRY_FIELDS, type EntryKind } from '../../contract/directory-fields.ts'
import { type Reader, readId } from '../../contract/field-values.ts'
import type { Fail } from '../appointments/row.ts'
import type { UpstreamError } from '../errors.ts'

/**
 * A person or a place as one response has it, under the product's names. A field that the response leaves out is undefined. In
 * place of a value that the schema can't represent there is an error.
 */
export interface Entry {
  readonly id: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Returns an error where the value has no id. */
export function readEntry(kind: EntryKind, value: unknown, fail: Fail): Entry | UpstreamError {
  const rest = (typeof value === 'object' ? value : null) as Readonly<Record<string, unknown>> | null
  const id = readId(rest?.id)
  if (rest === null || id === undefined)
    return fail(`The upstream listed something that is no ${WORDS[kind]}.`)
  const fields: Record<string, unknown> = {}
  for (const [name, { rest: restName, read }] of Object.entries(ENTRY_FIELDS[kind]))
    fields[name] = readValue(name, rest[restName], read, fail)
  return { id, fields }
}

/** The kinds, as error messages name them. */
export const WORDS = {
  Clinician: 'clinician',
  Location: 'location',
  AppointmentType: 'appointment type',
  Patient: 'patient',
} as const satisfies Readonly<Record<EntryKind, string>>

function readValue(name: string, raw: unknown, read: Reader<unknown>, fail: Fail): unknown {
  if (raw === undefined || raw === null) return raw
  return read(raw) ?? fail(`The upstream's value of ${name} is not one that it can have.`)
}
