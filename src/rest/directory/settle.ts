import { isSameText } from '../appointments/matching.ts'
import type { Confirm } from '../appointments/settle.ts'
import { isInDoubt, mayStillHappen, outcomeUnknown } from '../errors.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import type { Directory, PatientChanges } from './directory.ts'
import type { Entry } from './entry.ts'

/** Finds out how a write of a patient ended whose response was lost, as `settleDoubts` does for appointments. */
export function settlePatientDoubts(directory: Directory, confirm: Confirm): Directory {
  async function readAgain(id: string, operation: Operation): Promise<Entry> {
    try {
      return (await directory.retrieve('Patient', id, bypassingCache(operation))).entry
    } catch {
      throw outcomeUnknown({ patientId: id })
    }
  }

  return {
    ...directory,
    async createPatient(fields, idempotencyKey, operation) {
      try {
        return await directory.createPatient(fields, idempotencyKey, operation)
      } catch (error) {
        throw isInDoubt(error) ? outcomeUnknown({ idempotencyKey }, 'patient') : error
      }
    },
    async updatePatient(id, changes, operation) {
      try {
        return await directory.updatePatient(id, changes, operation)
      } catch (error) {
        if (!isInDoubt(error)) throw error
        const entry = await readAgain(id, operation)
        if (!hasChanges(entry, changes))
          throw mayStillHappen(error) ? outcomeUnknown({ patientId: id }) : error
        await confirm(id, operation)
        return entry
      }
    },
  }
}

function hasChanges({ fields }: Entry, changes: PatientChanges): boolean {
  return Object.entries(changes).every(([name, value]) => isSameText(fields[name], value))
}
