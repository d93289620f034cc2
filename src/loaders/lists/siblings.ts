import { APPOINTMENT_STATUSES } from '../../contract/appointment.ts'
import type { AppointmentFilter } from '../../contract/field-names.ts'
import { isBefore } from '../../events/filter.ts'
import type { ListedRow } from '../../rest/appointments/row.ts'
import { UpstreamError } from '../../rest/errors.ts'

/** The filter without date range and status: the conditions that the lists of a family share. */
export function familyOf({ statuses, startsFrom, startsTo, ...rest }: AppointmentFilter): AppointmentFilter {
  return rest
}

/**
 * The filter of a list that contains all lists of a family. Undefined where that list would have many other rows: with open ranges,
 * or ranges far from each other.
 */
export function unionOf(filters: readonly AppointmentFilter[]): AppointmentFilter | undefined {
  const [first] = filters
  if (first === undefined) return undefined
  const range = rangeOf(filters)
  if (range === undefined) return undefined
  const statuses = filters.some((filter) => filter.statuses === undefined)
    ? undefined
    : APPOINTMENT_STATUSES.filter((status) => filters.some((filter) => filter.statuses?.includes(status)))
  return { ...familyOf(first), ...range, ...(statuses !== undefined && { statuses }) }
}

/**
 * The rows of one list, taken from the union. Undefined where a row does not have the fields that decide. The gateway assumes
 * that filtering keeps the order, because an order can only depend on the rows.
 */
export function rowsOf(filter: AppointmentFilter, union: readonly ListedRow[]): ListedRow[] | undefined {
  const rows: ListedRow[] = []
  for (const row of union) {
    if (row instanceof UpstreamError || typeof row.startTime !== 'string' || typeof row.status !== 'string')
      return undefined
    const isInStatus = filter.statuses?.includes(row.status as never) ?? true
    if (isInStatus && isInRange(row.startTime, filter)) rows.push(row)
  }
  return rows
}

type Range = Pick<AppointmentFilter, 'startsFrom' | 'startsTo'>

function rangeOf(filters: readonly AppointmentFilter[]): Range | undefined {
  const [first] = filters
  const isSame = filters.every(
    ({ startsFrom, startsTo }) => startsFrom === first?.startsFrom && startsTo === first?.startsTo,
  )
  if (isSame) {
    const { startsFrom, startsTo } = first ?? {}
    return { ...(startsFrom !== undefined && { startsFrom }), ...(startsTo !== undefined && { startsTo }) }
  }
  const bounds: { from: string; to: string }[] = []
  for (const { startsFrom, startsTo } of filters) {
    if (startsFrom === undefined || startsTo === undefined) return undefined
    bounds.push({ from: startsFrom, to: startsTo })
  }
  const startsFrom = bounds.map(({ from }) => from).reduce((a, b) => (isBefore(b, a) ? b : a))
  const startsTo = bounds.map(({ to }) => to).reduce((a, b) => (isBefore(a, b) ? b : a))
  const wanted = bounds.reduce((sum, { from, to }) => sum + lengthOf(from, to), 0)
  return lengthOf(startsFrom, startsTo) <= 2 * wanted ? { startsFrom, startsTo } : undefined
}

function isInRange(instant: string, { startsFrom, startsTo }: Range): boolean {
  if (startsFrom !== undefined && isBefore(instant, startsFrom)) return false
  return startsTo === undefined || !isBefore(startsTo, instant)
}

function lengthOf(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from)
}
