import { hash } from 'node:crypto'
import { REST_ID } from '../contract/rest-id.ts'

/** What a caller may read and write with the credential that the gateway uses for it. */
export interface Access {
  readonly mayRead: boolean
  readonly mayWrite: boolean
  /** The records of all patients. A caller that is narrowed to one patient reads its own record by `mayRead`. */
  readonly mayReadPatients: boolean
  readonly mayWritePatients: boolean
  readonly narrowing: Narrowing
}

/** The patient or clinician to whose appointments a caller is limited; empty = no limit. */
export type Narrowing = { readonly [Name in (typeof NARROWABLE)[number]]?: string }

/** The fields of an appointment, and filters of a list, by which a caller can be narrowed. */
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

/** Reads the claims that narrow a caller. Undefined where a claim is not an id: a bad claim must not widen access. */
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

/** The read rights as a cache key: callers of one view with equal rights may share answers. */
export function rightsOf({ mayRead, mayReadPatients }: Access): string {
  return `${mayRead} ${mayReadPatients}`
}

/** The key of the caller's view: the account, or a hash of it and the narrowing, which reveals no id. */
export function viewOf(account: string, access: Access): string {
  const { patientId, clinicianId } = access.narrowing
  return isNarrowed(access)
    ? hash('sha256', JSON.stringify([account, patientId, clinicianId]), 'base64url')
    : account
}
