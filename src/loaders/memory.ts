import { type AppointmentRow, fillIn } from '../rest/appointments/row.ts'

/** What this request has been told of each appointment so far, by any answer. */
export interface Memory {
  /** Later answers win, field by field; what they did not hold stays. */
  remember(row: AppointmentRow): void
  /** undefined where nothing is known of it. */
  row(id: string): AppointmentRow | undefined
  forget(id: string): void
}

export function createMemory(): Memory {
  const rows = new Map<string, AppointmentRow>()
  return {
    remember(row) {
      const known = rows.get(row.id)
      if (known === row) return
      rows.set(row.id, known === undefined ? row : fillIn(row, known))
    },
    row: (id) => rows.get(id),
    forget: (id) => void rows.delete(id),
  }
}
