import type { EntryKind } from '../../contract/directory-fields.ts'
import { isNarrowed } from '../access.ts'
import { requireRead } from '../appointments/guard.ts'
import {
  missingScope,
  noPatientsForClinicians,
  noSuchPatient,
  notEditableByPatient,
  notOwn,
} from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { Directory, PatientChanges } from './directory.ts'

/**
 * Enforces the caller's access to people and places. Clinicians, locations and types are the organisation's, and every caller
 * with the scope to read may read them. The records of patients need a scope of their own. Without it, a caller that is
 * narrowed to a patient may read that patient: any other patient is NOT_FOUND at no cost, so neither answer nor cost reveals
 * whether there is one. It may neither list nor create patients. A caller that is narrowed to a clinician reads no patients,
 * whatever its scopes: it may book for any patient, so an appointment with a patient proves no right to the record.
 */
export function guardDirectory(inner: Directory): Directory {
  return {
    ...inner,
    async list(kind, filter, window, operation) {
      if (kind !== 'Patient') requireRead(operation)
      else {
        requireEveryPatient(operation)
        requirePatientScope('read', operation)
      }
      return inner.list(kind, filter, window, operation)
    },
    async retrieve(kind, id, operation) {
      if (kind === 'Patient') requirePatient(id, operation)
      else requireRead(operation)
      return inner.retrieve(kind, id, operation)
    },
    hasCached: (kind, id, operation) =>
      isRefused(kind, id, operation) || inner.hasCached(kind, id, operation),
    hasCachedList: (kind, filter, window, operation) =>
      (kind === 'Patient' && (isNarrowed(operation.access) || !operation.access.mayReadPatients)) ||
      inner.hasCachedList(kind, filter, window, operation),
    async createPatient(fields, idempotencyKey, operation) {
      requirePatientScope('write', operation)
      requireEveryPatient(operation)
      return inner.createPatient(fields, idempotencyKey, operation)
    },
    async updatePatient(id, changes, operation) {
      requirePatientScope('write', operation)
      requireAnyPatient(operation)
      const { patientId } = operation.access.narrowing
      if (patientId !== undefined && patientId !== id) throw notOwn('patient')
      if (patientId !== undefined) requireOwnFields(changes)
      return inner.updatePatient(id, changes, operation)
    },
  }
}

/** The fields that patients may change in their own record: preferred name, contact and address. */
const OWN_FIELDS: readonly string[] = [
  'preferredName',
  'email',
  'phone',
  'mobilePhone',
  'addressLine1',
  'addressLine2',
  'addressLine3',
  'townCity',
  'postcode',
  'country',
] satisfies (keyof PatientChanges)[]

function requireOwnFields(changes: PatientChanges): void {
  if (Object.keys(changes).some((name) => !OWN_FIELDS.includes(name))) throw notEditableByPatient()
}

/** The API's list of patients has no filter that would limit a caller to its own record. */
function requireEveryPatient(operation: Operation): void {
  requireAnyPatient(operation)
  if (operation.access.narrowing.patientId !== undefined) throw notOwn('patient')
}

function requireAnyPatient({ access: { narrowing } }: Operation): void {
  if (narrowing.clinicianId !== undefined) throw noPatientsForClinicians()
}

function requirePatient(id: string, operation: Operation): void {
  requireAnyPatient(operation)
  const { patientId } = operation.access.narrowing
  if (patientId === undefined || !operation.access.mayRead) requirePatientScope('read', operation)
  if (patientId !== undefined && patientId !== id) throw noSuchPatient()
}

function requirePatientScope(action: 'read' | 'write', { access, credential }: Operation): void {
  const isAllowed = action === 'read' ? access.mayReadPatients : access.mayWritePatients
  if (credential !== null && !isAllowed) throw missingScope(`patients:${action}`)
}

/** A refused read costs nothing, like a cached one. */
function isRefused(kind: EntryKind, id: string, { access }: Operation): boolean {
  if (kind !== 'Patient') return false
  const { patientId, clinicianId } = access.narrowing
  if (clinicianId !== undefined) return true
  return patientId === undefined ? !access.mayReadPatients : patientId !== id
}
