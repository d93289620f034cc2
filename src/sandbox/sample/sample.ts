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
 * Fills an empty database with appointments, and with the people and places that they name. A database whose sample is of
 * a version that had no people gets these alone.
 */
export function addSample(options: SampleOptions, { database, order }: Storage): void {
  const { organisation } = options
  // Sample rows are no changes: no webhook is told of them.
  const appointments = createAppointments(database, order)
  const directory = createDirectory(database)
  const clinic = sampleClinic(options)
  if (appointments.isEmpty()) appointments.insertAll(sampleRows(options))
  if (!directory.clinicians.isEmpty() || !directory.patients.isEmpty()) return
  const [{ id: clinician_id }] = clinic.clinicians
  const { rows } = appointments.list(organisation, { limit: 1, offset: 0, clinician_id })
  if (rows.length > 0) transaction(database, () => addPeople(directory, clinic, options))
}
