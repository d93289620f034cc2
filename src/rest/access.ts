import { createHash } from 'node:crypto'
import { REST_ID } from '../contract/rest-id.ts'

/** What a caller may do and see with the credential that is used for it. */
export interface Access {
  readonly mayRead: boolean
  readonly mayWrite: boolean
  readonly narrowing: Narrowing
}

/** Whose appointments a caller is kept to; empty = everybody's. */
export interface Narrowing {
  readonly patientId?: string
  readonly clinicianId?: string
}

export const FULL_ACCESS: Access = { mayRead: true, mayWrite: true, narrowing: {} }
export const NO_ACCESS: Access = { mayRead: false, mayWrite: false, narrowing: {} }

const CLAIMS = { patientId: 'patient_id', clinicianId: 'clinician_id' } as const

/** Reads the claims that narrow. A claim that is there and is no id must not widen its caller: undefined. */
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
  return narrowing.patientId !== undefined || narrowing.clinicianId !== undefined
}

/** Names a view without saying whose it is: a hash of the credential and of whatever narrows it. */
export function viewOf(credential: string | null, { narrowing }: Access): string {
  const parts = [credential, narrowing.patientId, narrowing.clinicianId]
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}
