import type { PageLimits } from './arguments.ts'
import { UnreadableListError } from './errors.ts'
import { type List, readStretch, type Stretch, type WindowReads } from './list.ts'

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
  const ends = stretches.map(({ offset, rows, hasMore }) =>
    rows.length === 0 ? 0 : offset + rows.length + (hasMore ? 1 : 0),
  )
  return { exact: end && end.offset + end.rows.length, atLeast: Math.max(0, ...ends) }
}

/** Finds the stretch that shows the end: at the list's guess, then by doubling the stride, then by halving the gap. */
export function* findEnd<Row>(
  list: List<Row>,
  { atLeast, lead }: EndSearch,
  maxReadSize: number,
): WindowReads<Row, Stretch<Row>> {
  let low = Math.max(0, atLeast - 1)
  let high = Number.POSITIVE_INFINITY
  let stride = 0
  let offset = Math.max(low, (list.guess ?? 0) - lead)
  for (let probes = 0; probes < MAX_PROBES; probes++) {
    const stretch = yield* readStretch(list, { offset, limit: maxReadSize })
    if (!stretch.hasMore && (stretch.rows.length > 0 || offset === 0)) return stretch
    // If the two bounds contradict each other, the list has changed meanwhile, and the newer bound holds. A window that
    // was read before may come from a cache that never changes, so the next window lies across the bound instead.
    if (stretch.hasMore) {
      low = offset + stretch.rows.length
      if (high <= low) [high, stride] = [Number.POSITIVE_INFINITY, -(maxReadSize >> 1)]
    } else {
      high = offset
      if (low >= high) [low, stride] = [0, -(maxReadSize >> 1)]
    }
    if (high === Number.POSITIVE_INFINITY) offset = low + stride
    else if (high - low <= maxReadSize) offset = low
    else offset = Math.max(low + ((high - low - maxReadSize) >> 1), high - maxReadSize - stride)
    stride = 2 * stride + maxReadSize
  }
  throw new UnreadableListError('The end of the list was not found: whatever is asked, there is more.')
}
