import type { EntryKind } from '../../contract/directory-fields.ts'
import { isNarrowed } from '../access.ts'
import { requireRead } from '../appointments/guard.ts'
import { missingScope, noPatientsForClinicians, noSuchPatient, notOwn, notTheirs } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { Directory, PatientChanges } from './directory.ts'

/**
 * Keeps every caller to what it may see. Clinicians, locations and types are the organisation's, and everybody who may
 * read at all reads them. The records of patients need a scope of their own. Without it, a caller that is kept to one
 * patient sees that one: any other is a missing one, and costs nothing, so neither answer nor cost tells whether there is
 * one. It finds nobody by a list, and registers nobody. A caller that is kept to a clinician sees none, whatever its scopes:
 * it may book an appointment for any patient, so an appointment proves nothing.
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

/** How somebody is called and reached. The rest of a record is the clinic's to say. */
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
  if (Object.keys(changes).some((name) => !OWN_FIELDS.includes(name))) throw notTheirs()
}

/** The API's list has no condition that would keep a caller to its own record. */
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

function requirePatientScope(what: 'read' | 'write', { access, credential }: Operation): void {
  const isAllowed = what === 'read' ? access.mayReadPatients : access.mayWritePatients
  if (credential !== null && !isAllowed) throw missingScope(`patients:${what}`)
}

/** What is refused costs nothing, as what the cache has. */
function isRefused(kind: EntryKind, id: string, { access }: Operation): boolean {
  if (kind !== 'Patient') return false
  const { patientId, clinicianId } = access.narrowing
  if (clinicianId !== undefined) return true
  return patientId === undefined ? !access.mayReadPatients : patientId !== id
}
