import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Appointment, type AppointmentStatus, OPEN_STATUSES } from '../../contract/appointment.ts'
import type { Knobs } from '../knobs.ts'
import { indexStatements, type ListQuery, listStatement } from './list-statement.ts'
import { type AppointmentRow, COLUMNS, toAppointment } from './rows.ts'
import { transaction } from './transaction.ts'

/** A page of the list; whether rows follow is known without counting them. */
export interface Page {
  readonly rows: readonly Appointment[]
  readonly hasMore: boolean
}

/** What an update may give; what is undefined stays. Instants in milliseconds. */
export type Changes = {
  readonly [Field in Exclude<keyof AppointmentRow, 'id' | 'organisation' | 'status' | 'created_at'>]?:
    | AppointmentRow[Field]
    | undefined
}

export type Cancelled = { readonly done: Appointment } | { readonly current: AppointmentStatus }

/** The appointments of all organisations; nothing is seen or changed but by its own organisation. */
export function createAppointments(database: DatabaseSync, order: Knobs['order']) {
  for (const sql of indexStatements(order)) database.exec(sql)
  const insertOne = database.prepare(
    `INSERT INTO appointments (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  )
  const findOne = database.prepare('SELECT * FROM appointments WHERE id = ? AND organisation = ?')
  const lists = new Map<string, StatementSync>()

  // The table is STRICT and its columns are the row's fields: what is read is an AppointmentRow.
  function findRow(organisation: string, id: string): AppointmentRow | undefined {
    return findOne.get(id, organisation) as AppointmentRow | undefined
  }

  function insert(row: AppointmentRow): void {
    insertOne.run(...COLUMNS.map((column) => row[column]))
  }

  return {
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
      const statement = lists.get(sql) ?? database.prepare(sql)
      lists.set(sql, statement)
      const rows = statement.all(...values) as unknown as AppointmentRow[]
      return { rows: rows.slice(0, query.limit).map(toAppointment), hasMore: rows.length > query.limit }
    },

    /** `change` sees the row as it is inside the transaction, and may refuse by throwing. */
    update(
      organisation: string,
      id: string,
      change: (row: AppointmentRow) => Changes,
    ): Appointment | undefined {
      return transaction(database, () => {
        const row = findRow(organisation, id)
        if (!row) return undefined
        const changes = Object.entries(change(row)).flatMap(([column, value]) =>
          value === undefined ? [] : [[column, value] as const],
        )
        if (changes.length === 0) return toAppointment(row)
        // The names come from the fields of a schema, never from a caller.
        const columns = changes.map(([column]) => `${column} = ?`).join(', ')
        const values = changes.map(([, value]) => value)
        database.prepare(`UPDATE appointments SET ${columns} WHERE id = ?`).run(...values, id)
        return toAppointment({ ...row, ...Object.fromEntries(changes) })
      })
    },

    /** "Cancel": from an open status only, decided inside the transaction, so that of many at once one succeeds. */
    cancel(organisation: string, id: string, reason: string | null, now: number): Cancelled | undefined {
      return transaction(database, () => {
        const row = findRow(organisation, id)
        if (!row) return undefined
        if (!isOpen(row.status)) return { current: row.status }
        database
          .prepare(
            `UPDATE appointments SET status = 'cancelled', cancellation_reason = ?, updated_at = ? WHERE id = ?`,
          )
          .run(reason, now, id)
        const done = { ...row, status: 'cancelled', cancellation_reason: reason, updated_at: now } as const
        return { done: toAppointment(done) }
      })
    },
  }
}
export type Appointments = ReturnType<typeof createAppointments>

function isOpen(status: AppointmentStatus): boolean {
  return OPEN_STATUSES.some((open) => open === status)
}
