import type { FieldName } from '../../contract/field-names.ts'
import type { AppointmentChanges } from './appointments.ts'
import type { AppointmentRow } from './row.ts'

/** Whether the row has all of these changes, in the form in which the upstream may store them. */
export function matchesChanges(row: AppointmentRow, changes: AppointmentChanges): boolean {
  return Object.entries(changes).every(([name, value]) => {
    const stored = row[name as FieldName]
    return INSTANTS.includes(name) ? isSameInstant(stored, value) : isSameText(stored, value)
  })
}

/** An upstream may trim a text before it stores it. Other values are compared as they are. */
export function isSameText(stored: unknown, sent: unknown): boolean {
  if (typeof stored !== 'string' || typeof sent !== 'string') return stored === sent
  return stored.trim() === sent.trim()
}

const INSTANTS: readonly string[] = ['startTime', 'endTime']

/** An upstream may truncate a fraction to the digits that it stores. Both are RFC 3339 in UTC. */
function isSameInstant(stored: unknown, sent: unknown): boolean {
  if (typeof stored !== 'string' || typeof sent !== 'string') return stored === sent
  const [storedSecond, storedFraction = ''] = stored.slice(0, -1).split('.')
  const [sentSecond, sentFraction = ''] = sent.slice(0, -1).split('.')
  return storedSecond === sentSecond && sentFraction.startsWith(storedFraction)
}
