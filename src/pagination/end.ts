import type { PageLimits } from './arguments.ts'
import { UnreadableListError } from './errors.ts'
import { type List, readStretch, type Stretch, stretchOf, type WindowReads } from './list.ts'

/** What the stretches read so far say about the length of a list. */
export interface Total {
  readonly atLeast: number
  /** Known if one stretch shows the end of the list together with rows before it, or that the list is empty. */
  readonly exact: number | undefined
}

/** Enough for a list of six million rows that shrinks to nothing meanwhile. */
export const MAX_PROBES = 32

/** Where to look for the end of a list. */
interface EndSearch {
  readonly atLeast: number
  /** How many rows before the guessed end to read along. */
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

export function totalOf<Row>(stretches: readonly Stretch<Row>[]): Total {
  const end = stretches.findLast(({ offset, rows, hasMore }) => !hasMore && (rows.length > 0 || offset === 0))
  const ends = stretches.map(({ offset, rows }) => (rows.length === 0 ? 0 : offset + rows.length))
  return { exact: end && end.offset + end.rows.length, atLeast: Math.max(0, ...ends) }
}

/** Finds the stretch that shows the end: at the list's guess, then by doubling the stride, then by halving the gap. */
export function* findEnd<Row>(
  list: List<Row>,
  { atLeast, lead }: EndSearch,
  maxReadSize: number,
): WindowReads<Row, Stretch<Row>> {
  let low = atLeast
  let high = Number.POSITIVE_INFINITY
  let stride = 0
  let readSize = maxReadSize
  let last: Stretch<Row> | undefined
  let offset = Math.max(low, (list.guess ?? 0) - lead)
  for (let probes = 0; probes < MAX_PROBES; probes++) {
    const stretch = yield* readStretch(list, { offset, limit: maxReadSize })
    if (!stretch.hasMore && (stretch.rows.length > 0 || offset === 0)) return stretch
    if (stretch.isClipped) readSize = Math.min(readSize, stretch.rows.length)
    if (stretch.hasMore) [low, last] = [offset + stretch.rows.length, stretch]
    else high = offset
    // A row that is read alone can't show that it is the last one: that nothing follows it does.
    if (!stretch.hasMore && readSize === 1 && last && low === high)
      return stretchOf(list, { offset: last.offset, limit: 1 }, { rows: last.rows, hasMore: false })
    // If the two bounds contradict each other, the list has changed meanwhile, or ends with a full page that does not say
    // so. A window that was read before may come from a cache, so the next window lies across the newer bound.
    if (low >= high) {
      offset = Math.max(0, (stretch.hasMore ? low : high) - Math.ceil(readSize / 2))
      if (stretch.hasMore) high = Number.POSITIVE_INFINITY
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
