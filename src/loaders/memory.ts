import type { FieldName } from '../contract/field-names.ts'
import { type AppointmentRow, fillIn } from '../rest/row.ts'

/** What this request has been told of each appointment so far, by any answer. */
export interface Memory {
  /** Later answers win, field by field; what they did not hold stays. */
  remember(row: AppointmentRow): void
  /** undefined where nothing is known of it. */
  row(id: string): AppointmentRow | undefined
  holds(id: string, field: FieldName): boolean
  forget(id: string): void
}

export function createMemory(): Memory {
  const rows = new Map<string, AppointmentRow>()
  return {
    remember(row) {
      const known = rows.get(row.id)
      rows.set(row.id, known === undefined ? row : fillIn(row, known))
    },
    row: (id) => rows.get(id),
    // Absent is not null: a field that the API answered as null is held.
    holds: (id, field) => rows.get(id)?.[field] !== undefined,
    forget: (id) => void rows.delete(id),
  }
}
