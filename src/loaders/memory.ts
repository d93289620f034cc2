import type { AppointmentFilter } from '../contract/field-names.ts'
import { type AppointmentRow, fillIn, type ListedRow } from '../rest/appointments/row.ts'
import { UpstreamError } from '../rest/errors.ts'

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
  /** The rows that a list showed. */
  rememberList(filter: AppointmentFilter, rows: readonly ListedRow[]): void
  /** The filter of a list that showed the appointment. */
  listOf(id: string): AppointmentFilter | undefined
}

interface KnownList {
  readonly filter: AppointmentFilter
  readonly rows: readonly ListedRow[]
}

export function createMemory(): Memory {
  const rows = new Map<string, AppointmentRow>()
  const lists: KnownList[] = []
  return {
    remember(row) {
      const known = rows.get(row.id)
      if (known === row) return
      rows.set(row.id, known === undefined ? row : fillIn(row, known))
    },
    row: (id) => rows.get(id),
    forget: (id) => void rows.delete(id),
    rememberList: (filter, shown) => void lists.push({ filter, rows: shown }),
    // Few operations ask, so no row pays for an index.
    listOf: (id) =>
      lists.find((list) => list.rows.some((row) => !(row instanceof UpstreamError) && row.id === id))?.filter,
  }
}
