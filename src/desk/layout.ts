import type { ClinicClock, Range } from '../client/index.ts'
import type { Row } from './state.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** The step of times in the grid, and the shortest gap that can be booked. */
export const STEP = 15 * MINUTE

/** The rows that start in the range, sorted by their start. */
export function rowsIn(rows: readonly Row[], [from, to]: Range): readonly Row[] {
  return rows
    .filter(({ start }) => start >= from && start < to)
    .sort((a, b) => a.start - b.start || a.end - b.end)
}

/** The hours that a day shows: 08:00 to 18:00, extended to its first and last row. */
export function hoursOf(day: string, rows: readonly Row[], clock: ClinicClock): Range {
  const [dawn, end] = clock.rangeOf(day)
  const first = Math.min(clock.instantOf(day, '08:00') ?? dawn, ...rows.map(({ start }) => start))
  const last = Math.max(clock.instantOf(day, '18:00') ?? end, ...rows.map((row) => row.end))
  const hour = (instant: number, round: (value: number) => number) =>
    dawn + round((instant - dawn) / HOUR) * HOUR
  return [hour(first, Math.floor), Math.min(end, hour(last, Math.ceil))]
}
