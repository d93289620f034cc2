import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Appointment, type AppointmentStatus, OPEN_STATUSES } from '../../contract/appointment.ts'
import type { Knobs } from '../options.ts'
import { indexStatements, type ListQuery, listStatement } from './list-statement.ts'
import { type AppointmentRow, COLUMNS, toAppointment } from './rows.ts'
import { transaction } from './transaction.ts'

/** A page of the list. There is no total, as in the reference. */
export interface Page {
  readonly rows: readonly Appointment[]
  readonly hasMore: boolean
}

/** The new values of an update. An undefined field keeps its value. Instants are milliseconds since the epoch. */
export type Changes = {
  readonly [Field in Exclude<keyof AppointmentRow, 'id' | 'organisation' | 'created_at'>]?:
    | AppointmentRow[Field]
    | undefined
}

export interface Cancellation {
  readonly reason: string | null
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** An appointment before and after a write. */
export interface AppointmentChange {
  readonly organisation: string
  /** Null for a new appointment. */
  readonly before: Appointment | null
  readonly after: Appointment
}

/** The cancelled appointment, or the status that does not allow a cancel. */
export type CancelOutcome =
  | { readonly cancelled: Appointment }
  | { readonly currentStatus: AppointmentStatus }

/**
 * The appointments of all organisations. Each call names an organisation and reaches only its rows.
 *
 * @param onChange called with each change, inside its transaction: if it throws, the change does not happen
 */
export function createAppointments(
  database: DatabaseSync,
  order: Knobs['order'],
  onChange: (change: AppointmentChange) => void = () => {},
) {
  for (const sql of indexStatements(order)) database.exec(sql)
  const insertOne = database.prepare(
    `INSERT INTO appointments (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  )
  const findOne = database.prepare('SELECT * FROM appointments WHERE id = ? AND organisation = ?')
  const listStatements = new Map<string, StatementSync>()

  // The table is STRICT and has a column for each field, so every row is an AppointmentRow.
  function findRow(organisation: string, id: string): AppointmentRow | undefined {
    return findOne.get(id, organisation) as AppointmentRow | undefined
  }

  function insert(row: AppointmentRow): void {
    insertOne.run(...COLUMNS.map((column) => row[column]))
    onChange({ organisation: row.organisation, before: null, after: toAppointment(row) })
  }

  /** Reports the change, and returns the changed appointment. */
  function reportChange(row: AppointmentRow, after: AppointmentRow): Appointment {
    const change = { organisation: row.organisation, before: toAppointment(row), after: toAppointment(after) }
    onChange(change)
    return change.after
  }

  return {
    /** The caller opens the transaction. */
    insert,

    isEmpty(): boolean {
      return database.prepare('SELECT 1 FROM appointments LIMIT 1').get() === undefined
    },

    insertAll(rows: readonly AppointmentRow[]): void {
      transaction(database, () => rows.forEach(insert))
    },

    find(organisation: string, id: string): Appointment | undefined {
      const row = findRow(organisation, id)
      return row && toAppointment(row)
    },

    list(organisation: string, query: ListQuery): Page {
      const { sql, values } = listStatement(organisation, query, order)
      const statement = listStatements.get(sql) ?? database.prepare(sql)
      listStatements.set(sql, statement)
      const rows = statement.all(...values) as unknown as AppointmentRow[]
      return { rows: rows.slice(0, query.limit).map(toAppointment), hasMore: rows.length > query.limit }
    },

    /**
     * `change` receives the row inside the transaction. If it throws, nothing changes. If all values are equal to those of
     * the row, `updated_at` stays.
     */
    update(
      organisation: string,
      id: string,
      change: (row: AppointmentRow) => Changes,
    ): Appointment | undefined {
      return transaction(database, () => {
        const row = findRow(organisation, id)
        if (!row) return undefined
        const changes = Object.entries(change(row)).flatMap(([column, value]) =>
          value === undefined || value === row[column as keyof AppointmentRow]
            ? []
            : [[column, value] as const],
        )
        if (changes.every(([column]) => column === 'updated_at')) return toAppointment(row)
        // The column names are from our schema, never from the client.
        const columns = changes.map(([column]) => `${column} = ?`).join(', ')
        const values = changes.map(([, value]) => value)
        database.prepare(`UPDATE appointments SET ${columns} WHERE id = ?`).run(...values, id)
        return reportChange(row, { ...row, ...Object.fromEntries(changes) })
      })
    },

    /** Reads the status inside the transaction, so that one of many concurrent cancels succeeds. */
    cancel(organisation: string, id: string, { reason, now }: Cancellation): CancelOutcome | undefined {
      return transaction(database, () => {
        const row = findRow(organisation, id)
        if (!row) return undefined
        if (!isOpen(row.status)) return { currentStatus: row.status }
        database
          .prepare(
            `UPDATE appointments SET status = 'cancelled', cancellation_reason = ?, updated_at = ? WHERE id = ?`,
          )
          .run(reason, now, id)
        const after = { ...row, status: 'cancelled', cancellation_reason: reason, updated_at: now } as const
        return { cancelled: reportChange(row, after) }
      })
    },
  }
}
export type Appointments = ReturnType<typeof createAppointments>

function isOpen(status: AppointmentStatus): boolean {
  return OPEN_STATUSES.some((open) => open === status)
}
