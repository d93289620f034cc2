import type { AppointmentStatus } from '../../contract/appointment.ts'
import type { Knobs } from '../knobs.ts'

/** What `GET /appointments` asks for, validated. Instants in milliseconds, both ends inclusive. */
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
 * One more row than `limit`, which tells whether there are more. The planner has no statistics to go by, so the
 * statement leaves it one filter to choose an index for: the narrowest. Several statuses are one ordered read for
 * each, merged; a single read would have to sort all their rows, or walk past all the others', to find the first few.
 */
export function listStatement(organisation: string, query: ListQuery, order: Knobs['order']): Statement {
  const equal = equalities(query)
  const statuses = query.status_in && !equal.length ? query.status_in : [undefined]
  const reads = statuses.map((status) =>
    read(organisation, query, status ? [['status', status]] : equal, !status),
  )
  return {
    sql: `${reads.map(({ sql }) => sql).join(' UNION ALL ')} ORDER BY ${ORDERS[order]} LIMIT ? OFFSET ?`,
    values: [...reads.flatMap(({ values }) => values), query.limit + 1, query.offset],
  }
}

/** For each filter an index that begins with the organisation and ends with the order, so that nothing is sorted. */
export function indexStatements(order: Knobs['order']): readonly string[] {
  return [
    // Whatever the order, ranges are of the start time.
    index('appointments_start_asc', ORDERS.start_asc),
    index(`appointments_${order}`, ORDERS[order]),
    ...FILTER_COLUMNS.map(([, column]) =>
      index(`appointments_by_${column}_${order}`, `${column}, ${ORDERS[order]}`),
    ),
  ]
}

function index(name: string, columns: string): string {
  return `CREATE INDEX IF NOT EXISTS ${name} ON appointments (organisation, ${columns})`
}

const ORDERS = {
  start_asc: 'start_time, id',
  start_desc: 'start_time DESC, id',
  created_desc: 'created_at DESC, id',
} as const satisfies Record<Knobs['order'], string>

/** Narrowest first: a patient has the fewest rows, a status the most. */
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

function read(
  organisation: string,
  query: ListQuery,
  equal: readonly Equality[],
  filterStatuses: boolean,
): Statement {
  const where = ['organisation = ?']
  const values: (string | number)[] = [organisation]
  // A plus sign keeps a column out of the choice of index: only the first, the narrowest, may choose.
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
