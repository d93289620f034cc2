import { UnreadableListError } from './errors.ts'
import type { Limits } from './limits.ts'
import { ask, type List, type Reading, type Stretch } from './list.ts'

/** What reading pages has shown about the length of a list. */
export interface Total {
  readonly atLeast: number
  /** Known once the end was seen together with rows before it, in one slice. */
  readonly exact: number | undefined
}

/** Enough for a list of six million rows that shrinks to nothing meanwhile. */
export const MAX_PROBES = 32

export function* countRows<Row>(list: List<Row>, known: Total, { maxWindow }: Limits): Reading<Row, number> {
  if (known.exact !== undefined) return known.exact
  const end = yield* findEnd(list, known.atLeast, maxWindow >> 1, maxWindow)
  return end.offset + end.rows.length
}

export function totalOf<Row>(read: readonly Stretch<Row>[]): Total {
  const end = read.findLast(({ offset, rows, hasMore }) => !hasMore && (rows.length > 0 || offset === 0))
  const ends = read.map(({ offset, rows, hasMore }) =>
    rows.length === 0 ? 0 : offset + rows.length + (hasMore ? 1 : 0),
  )
  return { exact: end && end.offset + end.rows.length, atLeast: Math.max(0, ...ends) }
}

/** The stretch that shows the end, found by doubling and halving. A guess is looked at with `lead` rows before it. */
export function* findEnd<Row>(
  list: List<Row>,
  atLeast: number,
  lead: number,
  maxWindow: number,
): Reading<Row, Stretch<Row>> {
  let low = Math.max(0, atLeast - 1)
  let high = Number.POSITIVE_INFINITY
  let stride = 0
  let offset = Math.max(low, (list.guess ?? 0) - lead)
  for (let probes = 0; probes < MAX_PROBES; probes++) {
    const stretch = yield* ask(list, { offset, limit: maxWindow })
    if (!stretch.hasMore && (stretch.rows.length > 0 || offset === 0)) return stretch
    // Where the two bounds contradict each other the list has changed meanwhile, and the newer one is believed. What
    // was asked before may be answered from memory, for ever the same, so the next window lies across the bound.
    if (stretch.hasMore) {
      low = offset + stretch.rows.length
      if (high <= low) [high, stride] = [Number.POSITIVE_INFINITY, -(maxWindow >> 1)]
    } else {
      high = offset
      if (low >= high) [low, stride] = [0, -(maxWindow >> 1)]
    }
    if (high === Number.POSITIVE_INFINITY) offset = low + stride
    else if (high - low <= maxWindow) offset = low
    else offset = Math.max(low + ((high - low - maxWindow) >> 1), high - maxWindow - stride)
    stride = 2 * stride + maxWindow
  }
  throw new UnreadableListError('The end of the list was not found: whatever is asked, there is more.')
}
