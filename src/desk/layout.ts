import { type Clock, HOUR, MINUTE } from './clock.ts'
import type { Range, Row } from './rows.ts'

/** A row in its column: the `lane`-th of `lanes` beside each other. */
export interface Placed {
  readonly row: Row
  readonly lane: number
  readonly lanes: number
}

/** The shortest gap that can be booked. */
const SHORTEST = 15 * MINUTE

/** The hours that a day shows: from eight to six, and further where there is something. */
export function hoursOf(day: string, rows: readonly Row[], clock: Clock): Range {
  const [dawn, end] = clock.rangeOf(day)
  const first = Math.min(clock.instantOf(day, '08:00') ?? dawn, ...rows.map(({ start }) => start))
  const last = Math.max(clock.instantOf(day, '18:00') ?? end, ...rows.map((row) => row.end))
  return [
    dawn + Math.floor((first - dawn) / HOUR) * HOUR,
    Math.min(end, dawn + Math.ceil((last - dawn) / HOUR) * HOUR),
  ]
}

/** Rows that overlap stand beside each other. They come in the order of their beginning. */
export function place(rows: readonly Row[]): readonly Placed[] {
  const placed: Placed[] = []
  let group: { readonly row: Row; readonly lane: number }[] = []
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

/** The gaps that can be booked still. What is cancelled, or nobody came to, leaves its time free. */
export function gapsOf(rows: readonly Row[], [from, to]: Range, now: number): readonly Range[] {
  const gaps: Range[] = []
  let free = Math.max(from, Math.ceil(now / SHORTEST) * SHORTEST)
  for (const { status, start, end } of rows) {
    if (status === 'CANCELLED' || status === 'NO_SHOW') continue
    if (start - free >= SHORTEST) gaps.push([free, start])
    free = Math.max(free, end)
  }
  if (to - free >= SHORTEST) gaps.push([free, to])
  return gaps
}
