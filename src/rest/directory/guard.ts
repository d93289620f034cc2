import type { EntryKind } from '../../contract/directory-fields.ts'
import { isNarrowed } from '../access.ts'
import { requireRead } from '../appointments/guard.ts'
import { missingScope, noPatientsForClinicians, noSuchPatient, notOwn } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { Directory } from './directory.ts'

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
    async list(kind, filter, window, by) {
      requireRead(by)
      if (kind === 'Patient') {
        requireEveryPatient(by)
        requirePatientScope('read', by)
      }
      return inner.list(kind, filter, window, by)
    },
    async retrieve(kind, id, by) {
      requireRead(by)
      if (kind === 'Patient') requirePatient(id, by)
      return inner.retrieve(kind, id, by)
    },
    hasCached: (kind, id, by) => isRefused(kind, id, by) || inner.hasCached(kind, id, by),
    hasCachedList: (kind, filter, window, by) =>
      (kind === 'Patient' && (isNarrowed(by.access) || !by.access.mayReadPatients)) ||
      inner.hasCachedList(kind, filter, window, by),
    async createPatient(fields, idempotencyKey, by) {
      requirePatientScope('write', by)
      requireEveryPatient(by)
      return inner.createPatient(fields, idempotencyKey, by)
    },
    async updatePatient(id, changes, by) {
      requirePatientScope('write', by)
      requireAnyPatient(by)
      const { patientId } = by.access.narrowing
      if (patientId !== undefined && patientId !== id) throw notOwn('patient')
      return inner.updatePatient(id, changes, by)
    },
  }
}

/** The API's list has no condition that would keep a caller to its own record. */
function requireEveryPatient(by: Operation): void {
  requireAnyPatient(by)
  if (by.access.narrowing.patientId !== undefined) throw notOwn('patient')
}

function requireAnyPatient({ access: { narrowing } }: Operation): void {
  if (narrowing.clinicianId !== undefined) throw noPatientsForClinicians()
}

function requirePatient(id: string, by: Operation): void {
  requireAnyPatient(by)
  const { patientId } = by.access.narrowing
  if (patientId === undefined) requirePatientScope('read', by)
  else if (patientId !== id) throw noSuchPatient()
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
