import type { DatabaseSync } from 'node:sqlite'
import { createDirectory } from '../directory/directory.ts'
import type { Knobs } from '../options.ts'
import { createAppointments } from '../storage/appointments.ts'
import { transaction } from '../storage/transaction.ts'
import { addPeople } from './people.ts'
import { type SampleOptions, sampleClinic, sampleRows } from './rows.ts'

interface Storage {
  readonly database: DatabaseSync
  readonly order: Knobs['order']
}

/**
 * Fills an empty database with appointments, and with the people and places that they refer to. Adds only the people and
 * places to a sample database of a version that had none.
 */
export function addSample(options: SampleOptions, { database, order }: Storage): void {
  const { organisation } = options
  // No `onChange`, because sample rows cause no events.
  const appointments = createAppointments(database, order)
  const directory = createDirectory(database)
  const clinic = sampleClinic(options)
  if (appointments.isEmpty()) appointments.insertAll(sampleRows(options))
  if (!directory.clinicians.isEmpty() || !directory.patients.isEmpty()) return
  const [{ id: clinician_id }] = clinic.clinicians
  const { rows } = appointments.list(organisation, { limit: 1, offset: 0, clinician_id })
  if (rows.length > 0) transaction(database, () => addPeople(directory, clinic, options))
}
