import type { PageLimits } from './arguments.ts'
import { UnreadableListError } from './errors.ts'
import { type List, readSegment, type Segment, segmentOf, type WindowReads } from './list.ts'

/** What is known about the length of a list from the segments read so far. */
export interface Total {
  readonly atLeast: number
  /** Known if one segment has the end of the list together with rows before it, or if the list is empty. */
  readonly exact: number | undefined
}

/** Enough for a list of six million rows that shrinks to nothing during the search. */
export const MAX_PROBES = 32

interface EndSearch {
  readonly atLeast: number
  /** How many rows before the guessed end to read with it. */
  readonly lead: number
}

export function* countRows<Row>(
  list: List<Row>,
  known: Total,
  { maxReadSize }: PageLimits,
): WindowReads<Row, number> {
  if (known.exact !== undefined) return known.exact
  const end = yield* findEnd(list, { atLeast: known.atLeast, lead: maxReadSize >> 1 }, maxReadSize)
  return end.offset + end.rows.length
}

export function totalOf<Row>(segments: readonly Segment<Row>[]): Total {
  const end = segments.findLast(({ offset, rows, hasMore }) => !hasMore && (rows.length > 0 || offset === 0))
  const ends = segments.map(({ offset, rows }) => (rows.length === 0 ? 0 : offset + rows.length))
  return { exact: end && end.offset + end.rows.length, atLeast: Math.max(0, ...ends) }
}

/** Finds the segment with the end: at the list's guess, then by doubling the stride, then by halving the gap. */
export function* findEnd<Row>(
  list: List<Row>,
  { atLeast, lead }: EndSearch,
  maxReadSize: number,
): WindowReads<Row, Segment<Row>> {
  let low = atLeast
  let high = Number.POSITIVE_INFINITY
  let stride = 0
  let readSize = maxReadSize
  let last: Segment<Row> | undefined
  let offset = Math.max(low, (list.guess ?? 0) - lead)
  for (let probes = 0; probes < MAX_PROBES; probes++) {
    const segment = yield* readSegment(list, { offset, limit: maxReadSize })
    if (!segment.hasMore && (segment.rows.length > 0 || offset === 0)) return segment
    if (segment.isClipped) readSize = Math.min(readSize, segment.rows.length)
    if (segment.hasMore) [low, last] = [offset + segment.rows.length, segment]
    else high = offset
    // A segment of one row is not known to be the last one until a read after it returns nothing.
    if (!segment.hasMore && readSize === 1 && last && low === high)
      return segmentOf(list, { offset: last.offset, limit: 1 }, { rows: last.rows, hasMore: false })
    // If the two bounds contradict each other, the list has changed between the reads, or ends with a full page without
    // `hasMore: false`. An earlier window may be answered from a cache, so the next window lies across the newer bound.
    if (low >= high) {
      offset = Math.max(0, (segment.hasMore ? low : high) - Math.ceil(readSize / 2))
      if (segment.hasMore) high = Number.POSITIVE_INFINITY
      else low = 0
      stride = 0
      continue
    }
    if (high === Number.POSITIVE_INFINITY) offset = low + stride
    else if (high - low <= readSize) offset = low
    else offset = Math.max(low + ((high - low - readSize) >> 1), high - readSize - stride)
    stride = 2 * stride + maxReadSize
  }
  throw new UnreadableListError('The end of the list was not found: whatever is asked, there is more.')
}
