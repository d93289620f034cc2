/**
 * Compares the time of a list over 100,000 rows with that over 1,000 rows: each documented filter alone, at offset 0, in
 * the default order, over HTTP and in the database alone. Run it with `npm run bench -- sandbox-indexes`.
 */
import { OPEN_STATUSES } from '../../src/contract/appointment.ts'
import { createIds } from '../../src/sandbox/ids.ts'
import { sampleRows } from '../../src/sandbox/sample/rows.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { createAppointments } from '../../src/sandbox/storage/appointments.ts'
import { openDatabase } from '../../src/sandbox/storage/database.ts'
import type { ListQuery } from '../../src/sandbox/storage/list-statement.ts'
import type { AppointmentRow } from '../../src/sandbox/storage/rows.ts'

const SIZES = [1_000, 100_000] as const
const ROUNDS = 300
const NOW = new Date()
const ORGANISATION = 'org_sandbox'

const sides = await Promise.all(
  SIZES.map(async (seed) => {
    const appointments = createAppointments(openDatabase(':memory:'), 'start_asc')
    const rows = sampleRows({ count: seed, organisation: ORGANISATION, now: NOW, ids: createIds('prefixed') })
    appointments.insertAll(rows)
    const sandbox = await startSandbox({ seed, rateLimit: 0, clock: () => NOW })
    return { appointments, sandbox, filters: filtersOf(rows) }
  }),
)

interface Filter {
  readonly name: string
  readonly query: Partial<ListQuery>
  readonly target: string
}

/** Each filter with a value from the rows, for a URL and for the database. */
function filtersOf(rows: readonly AppointmentRow[]): readonly Filter[] {
  const { patient_id, clinician_profile_id, appointment_type_id, location_id } =
    rows.find(({ is_remote }) => !is_remote) ?? {}
  if (!patient_id || !clinician_profile_id || !appointment_type_id || !location_id) return []
  const from = Date.parse(`${NOW.toISOString().slice(0, 10)}T00:00:00Z`)
  const to = from + 24 * 3_600_000
  const filters: [string, Partial<ListQuery>][] = [
    ['no filter', {}],
    ['patient_id', { patient_id }],
    ['clinician_id', { clinician_id: clinician_profile_id }],
    ['appointment_type_id', { appointment_type_id }],
    ['location_id', { location_id }],
    ['status=no_show', { status: 'no_show' }],
    ['status=scheduled', { status: 'scheduled' }],
    ['status_in, the open four', { status_in: OPEN_STATUSES }],
    ['date_gte', { date_gte: from }],
    ['date_lte', { date_lte: to }],
    ['a day', { date_gte: from, date_lte: to }],
    ['a day of the open four', { date_gte: from, date_lte: to, status_in: OPEN_STATUSES }],
  ]
  return filters.map(([name, query]) => ({ name, query, target: target(query) }))
}

function target(query: Partial<ListQuery>): string {
  const parameters = Object.entries(query).map(([name, value]): [string, string] => [
    name,
    typeof value === 'number' ? new Date(value).toISOString() : String(value),
  ])
  return `/appointments?${new URLSearchParams(parameters)}`
}

/** Medians in milliseconds. The sides take turns, so that other load on the machine affects both alike. */
async function compare(asks: readonly (() => unknown)[]): Promise<number[]> {
  const times = asks.map((): number[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [side, ask] of asks.entries()) {
      const start = performance.now()
      await ask()
      times[side]?.push(performance.now() - start)
    }
  }
  return times.map((side) => side.sort((a, b) => a - b)[ROUNDS / 2] ?? 0)
}

const report: Record<string, Record<string, string>> = {}
for (const [index, { name }] of (sides[0]?.filters ?? []).entries()) {
  const overHttp = await compare(
    sides.map(({ sandbox, filters }) => async () => {
      const headers = { authorization: `Bearer ${sandbox.key}` }
      const response = await fetch(`${sandbox.url}${filters[index]?.target}`, { headers })
      await response.text()
    }),
  )
  const inDatabase = await compare(
    sides.map(({ appointments, filters }) => () => {
      appointments.list(ORGANISATION, { limit: 20, offset: 0, ...filters[index]?.query })
    }),
  )
  report[name] = { ...columns('http', overHttp), ...columns('database', inDatabase) }
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
for (const { sandbox } of sides) await sandbox.close()

function columns(place: string, [few = 0, many = 0]: number[]): Record<string, string> {
  return {
    [`${place} 1k ms`]: few.toFixed(3),
    [`${place} 100k ms`]: many.toFixed(3),
    [`${place} ratio`]: (many / few).toFixed(2),
  }
}
