import type { ClinicClock } from '../client/index.ts'
import type { Row } from './state.ts'

export type Range = readonly [from: number, to: number]

/** A row in its column: the `lane`-th of `lanes` beside each other. */
export interface Placed {
  readonly row: Row
  readonly lane: number
  readonly lanes: number
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** The grid of times, and the shortest gap that can be booked. */
export const STEP = 15 * MINUTE

/** The hours that a day shows: from eight to six, and further where there is something. */
export function hoursOf(day: string, rows: readonly Row[], clock: ClinicClock): Range {
  const [dawn, end] = clock.rangeOf(day)
  const first = Math.min(clock.instantOf(day, '08:00') ?? dawn, ...rows.map(({ start }) => start))
  const last = Math.max(clock.instantOf(day, '18:00') ?? end, ...rows.map((row) => row.end))
  const hour = (instant: number, round: (value: number) => number) =>
    dawn + round((instant - dawn) / HOUR) * HOUR
  return [hour(first, Math.floor), Math.min(end, hour(last, Math.ceil))]
}

export function hoursIn([from, to]: Range): readonly number[] {
  return Array.from({ length: Math.ceil((to - from) / HOUR) }, (_, index) => from + index * HOUR)
}

/** Rows that overlap stand beside each other. They come in the order of their beginning. */
export function place(rows: readonly Row[]): readonly Placed[] {
  const placed: Placed[] = []
  let group: Omit<Placed, 'lanes'>[] = []
  let ends: number[] = []
  function close() {
    placed.push(...group.map((each) => ({ ...each, lanes: ends.length })))
    group = []
    ends = []
  }
  for (const row of rows) {
    if (ends.every((end) => end <= row.start)) close()
    const free = ends.findIndex((end) => end <= row.start)
    const lane = free < 0 ? ends.length : free
    ends[lane] = row.end
    group.push({ row, lane })
  }
  close()
  return placed
}

/** The gaps that can still be booked. What is cancelled, or nobody came to, leaves its time free. */
export function gapsOf(rows: readonly Row[], [from, to]: Range, now: number): readonly Range[] {
  const gaps: Range[] = []
  let free = Math.max(from, Math.ceil(now / STEP) * STEP)
  for (const { status, start, end } of rows) {
    if (status === 'CANCELLED' || status === 'NO_SHOW') continue
    if (start - free >= STEP) gaps.push([free, start])
    free = Math.max(free, end)
  }
  if (to - free >= STEP) gaps.push([free, to])
  return gaps
}
