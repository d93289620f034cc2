import { type AppointmentRow, fillIn } from '../rest/appointments/row.ts'

/** An appointment as resolvers pass it on: its name. The loader has its fields, and knows what others would cost. */
export interface AppointmentRef {
  readonly kind: 'Appointment'
  readonly restId: string
}

export function refTo(restId: string): AppointmentRef {
  return { kind: 'Appointment', restId }
}

/** What this operation knows of each appointment so far, from any response. */
export interface Memory {
  /** Later responses win, field by field; fields that they leave out stay. */
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
