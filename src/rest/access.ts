import { hash } from 'node:crypto'
import { REST_ID } from '../contract/rest-id.ts'

/** What a caller may do and see with the credential that the gateway uses for it. */
export interface Access {
  readonly mayRead: boolean
  readonly mayWrite: boolean
  /** The records of all patients. A caller that is kept to one patient reads that one's by `mayRead`. */
  readonly mayReadPatients: boolean
  readonly mayWritePatients: boolean
  readonly narrowing: Narrowing
}

/** Whose appointments a caller is kept to; empty = everybody's. */
export type Narrowing = { readonly [Name in (typeof NARROWABLE)[number]]?: string }

/** The fields of an appointment, and the filters of a list, that a caller can be kept to. */
export const NARROWABLE = ['patientId', 'clinicianId'] as const

export const FULL_ACCESS: Access = {
  mayRead: true,
  mayWrite: true,
  mayReadPatients: true,
  mayWritePatients: true,
  narrowing: {},
}
export const NO_ACCESS: Access = {
  mayRead: false,
  mayWrite: false,
  mayReadPatients: false,
  mayWritePatients: false,
  narrowing: {},
}

const CLAIMS = { patientId: 'patient_id', clinicianId: 'clinician_id' } as const

/** Reads the claims that narrow a caller. Undefined where one of them is no id: a bad claim must not widen its caller. */
export function readNarrowing(claims: Readonly<Record<string, unknown>>): Narrowing | undefined {
  const narrowing: Record<string, string> = {}
  for (const [name, claim] of Object.entries(CLAIMS)) {
    if (!Object.hasOwn(claims, claim)) continue
    const id = claims[claim]
    if (typeof id !== 'string' || !REST_ID.test(id)) return undefined
    narrowing[name] = id
  }
  return narrowing
}

export function isNarrowed({ narrowing }: Access): boolean {
  return NARROWABLE.some((name) => narrowing[name] !== undefined)
}

/** Within one view: equal for callers who are refused the same. What is made for one of them is right for the others. */
export function rightsOf({ mayRead, mayReadPatients }: Access): string {
  return `${mayRead} ${mayReadPatients}`
}

/** Names a view without revealing whose it is: the account, or a hash of it and of what narrows the caller. */
export function viewOf(account: string, access: Access): string {
  const { patientId, clinicianId } = access.narrowing
  return isNarrowed(access)
    ? hash('sha256', JSON.stringify([account, patientId, clinicianId]), 'base64url')
    : account
}
