/** What a calendar needs of a row: when it begins and ends, in milliseconds since the epoch. */
export interface Timed {
  readonly start: number
  readonly end: number
}

export type Range = readonly [from: number, to: number]

/** A row that stands beside those that overlap it: in the `lane`-th of `lanes`, from 0. */
export interface InLane<Row> {
  readonly row: Row
  readonly lane: number
  readonly lanes: number
}

/** Places rows, given in the order of their beginning, so that none lies on another. */
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
 * The gaps of a range that can still be booked. What is cancelled, or nobody came to, leaves its time free.
 *
 * @param rows in the order of their beginning
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
