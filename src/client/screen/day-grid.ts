/** A row with a start and an end, in milliseconds since the epoch. */
export interface Timed {
  readonly start: number
  readonly end: number
}

export type Range = readonly [from: number, to: number]

/** A row beside the rows that overlap it: in lane `lane` of `lanes`, counted from 0. */
export interface InLane<Row> {
  readonly row: Row
  readonly lane: number
  readonly lanes: number
}

/** Assigns lanes to rows, which are sorted by their start, so that no two rows of a lane overlap. */
export function inLanes<Row extends Timed>(rows: readonly Row[]): readonly InLane<Row>[] {
  const placed: InLane<Row>[] = []
  let group: Omit<InLane<Row>, 'lanes'>[] = []
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

/**
 * The gaps of a range that can still be booked. The time of a row that is `CANCELLED` or `NO_SHOW` is free.
 *
 * @param rows sorted by their start
 * @param shortest no gap is shorter, in milliseconds
 */
export function gapsIn<Row extends Timed & { readonly status?: string | null }>(
  [from, to]: Range,
  rows: readonly Row[],
  shortest: number,
): readonly Range[] {
  const gaps: Range[] = []
  let free = from
  for (const { status, start, end } of rows) {
    if (status === 'CANCELLED' || status === 'NO_SHOW') continue
    if (start - free >= shortest) gaps.push([free, start])
    free = Math.max(free, end)
  }
  if (to - free >= shortest) gaps.push([free, to])
  return gaps
}
