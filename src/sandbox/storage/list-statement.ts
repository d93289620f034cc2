import type { AppointmentStatus } from '../../contract/appointment.ts'
import type { Knobs } from '../options.ts'

/** The validated query of a list. Instants are milliseconds since the epoch, and both bounds are inclusive. */
export interface ListQuery {
  readonly limit: number
  readonly offset: number
  readonly patient_id?: string | undefined
  readonly clinician_id?: string | undefined
  readonly appointment_type_id?: string | undefined
  readonly location_id?: string | undefined
  readonly status?: AppointmentStatus | undefined
  readonly status_in?: readonly AppointmentStatus[] | undefined
  readonly date_gte?: number | undefined
  readonly date_lte?: number | undefined
}

export interface Statement {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/**
 * Selects one row more than `limit`, to know whether more rows follow. The database has no statistics for the query
 * planner, so the statement allows only its narrowest filter to choose an index. Several statuses become one ordered
 * select each, which SQLite merges: a single select would sort all their rows to find a page.
 */
export function listStatement(organisation: string, query: ListQuery, order: Knobs['order']): Statement {
  const equal = equalities(query)
  const statuses = query.status_in && !equal.length ? query.status_in : [undefined]
  const selects = statuses.map((status) =>
    select(organisation, query, status ? [['status', status]] : equal, !status),
  )
  return {
    sql: `${selects.map(({ sql }) => sql).join(' UNION ALL ')} ORDER BY ${ORDERS[order]} LIMIT ? OFFSET ?`,
    values: [...selects.flatMap(({ values }) => values), query.limit + 1, query.offset],
  }
}

/** One index for each filter: organisation, filter, order. SQLite then reads a page in order and sorts nothing. */
export function indexStatements(order: Knobs['order']): readonly string[] {
  return [
    // Date filters compare the start time in every order.
    createIndex('appointments_start_asc', ORDERS.start_asc),
    createIndex(`appointments_${order}`, ORDERS[order]),
    ...FILTER_COLUMNS.map(([, column]) =>
      createIndex(`appointments_by_${column}_${order}`, `${column}, ${ORDERS[order]}`),
    ),
  ]
}

function createIndex(name: string, columns: string): string {
  return `CREATE INDEX IF NOT EXISTS ${name} ON appointments (organisation, ${columns})`
}

const ORDERS = {
  start_asc: 'start_time, id',
  start_desc: 'start_time DESC, id',
  created_desc: 'created_at DESC, id',
} as const satisfies Record<Knobs['order'], string>

/** Narrowest first: one patient has the fewest rows, one status the most. */
const FILTER_COLUMNS = [
  ['patient_id', 'patient_id'],
  ['clinician_id', 'clinician_profile_id'],
  ['appointment_type_id', 'appointment_type_id'],
  ['location_id', 'location_id'],
  ['status', 'status'],
] as const

type Equality = readonly [column: string, value: string]

function equalities(query: ListQuery): readonly Equality[] {
  return FILTER_COLUMNS.flatMap(([parameter, column]) => {
    const value = query[parameter]
    return value === undefined ? [] : [[column, value] as const]
  })
}

function select(
  organisation: string,
  query: ListQuery,
  equal: readonly Equality[],
  filterStatuses: boolean,
): Statement {
  const where = ['organisation = ?']
  const values: (string | number)[] = [organisation]
  // SQLite uses no index for a column behind a unary plus: only the first and narrowest filter may choose one.
  equal.forEach(([column, value], position) => {
    where.push(`${position === 0 ? '' : '+'}${column} = ?`)
    values.push(value)
  })
  if (filterStatuses && query.status_in) {
    where.push(`+status IN (${query.status_in.map(() => '?').join(', ')})`)
    values.push(...query.status_in)
  }
  if (query.date_gte !== undefined) {
    where.push('start_time >= ?')
    values.push(query.date_gte)
  }
  if (query.date_lte !== undefined) {
    where.push('start_time <= ?')
    values.push(query.date_lte)
  }
  return { sql: `SELECT * FROM appointments WHERE ${where.join(' AND ')}`, values }
}
