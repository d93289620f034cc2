import type { AppointmentFilter } from '../contract/field-names.ts'
import { type AppointmentRow, fillIn, type ListedRow } from '../rest/appointments/row.ts'
import { UpstreamError } from '../rest/errors.ts'

/** The value of an appointment that resolvers receive: its id. The loader has its fields. */
export interface AppointmentRef {
  readonly kind: 'Appointment'
  readonly restId: string
}

export function refTo(restId: string): AppointmentRef {
  return { kind: 'Appointment', restId }
}

/** The fields of appointments that this operation has loaded, from any response. */
export interface Memory {
  /** A later response replaces the fields that it contains, and leaves the others. */
  remember(row: AppointmentRow): void
  /** Undefined where nothing of it is loaded. */
  row(id: string): AppointmentRow | undefined
  forget(id: string): void
  /** Stores the rows of a list. */
  rememberList(filter: AppointmentFilter, rows: readonly ListedRow[]): void
  /** The filter of a list that contained the appointment. */
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
    // Few operations need it, so rows are not indexed by id.
    listOf: (id) =>
      lists.find((list) => list.rows.some((row) => !(row instanceof UpstreamError) && row.id === id))?.filter,
  }
}
