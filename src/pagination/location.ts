import { type Place, REACH } from './cursor.ts'
import type { Stretch } from './list.ts'
import { identityOf, type Mark } from './mark.ts'
import { isInOrder, type Neighbour, neighboursIn, votersAmong } from './neighbours.ts'

/** The side of a place on which rows are wanted. */
export type Side = 'after' | 'before'

/** Where a place is, in a stretch of the list as it is now. */
export interface Location {
  /** On which side of the place the row with this index lies: -1 before it, 1 after it, 0 is the place's own row. */
  readonly sideOf: (index: number) => -1 | 0 | 1
  /** The offset that the place's row has, or would have. */
  readonly offset: number
  /** The offset at which the place's own row was seen. */
  readonly rowOffset: number | undefined
}

/** Where the neighbours of a place are in the list, or would be. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly isSeen: boolean
}

/** When the neighbours on one side are not found within so many rows, they are taken to have left. */
const FAR = 60

/**
 * Neighbours that stayed are still in their order, and between the first and the last of them lie only neighbours
 * and rows that came or moved. Neighbours are told by identity. So every cut in there divides the rows that stayed
 * exactly as the cursor did, and when most neighbours stayed, the median of those found is such a cut, wherever the
 * others went.
 */
export function locate<Row>(place: Place, side: Side, stretch: Stretch<Row>): Location | undefined {
  return unmoved(place, stretch) ?? byNeighbours(place, side, stretch) ?? byBounds(place, stretch)
}

/** Judged by the neighbours in view, else by what the place remembers. */
export function spanOf<Row>(place: Place, stretch: Stretch<Row>): Span {
  const starts = neighboursIn(place, stretch).map(({ at, nth }) => stretch.offset + at - nth)
  const start = medianOf(starts) ?? place.offset - place.before.length
  return { start, end: start + place.before.length + 1 + place.after.length, isSeen: starts.length > 0 }
}

/** The row itself at its offset, showing what it showed, and every neighbour in view at its own: nothing is dropped. */
function unmoved<Row>(place: Place, stretch: Stretch<Row>): Location | undefined {
  const own = place.offset - stretch.offset
  if (stretch.markAt(own) !== place.row) return undefined
  const inPlace = (mark: Mark, index: number) => {
    const now = stretch.markAt(index)
    return now === undefined || identityOf(now) === identityOf(mark)
  }
  const first = own - place.before.length
  if (!place.before.every((mark, i) => inPlace(mark, first + i))) return undefined
  if (!place.after.every((mark, i) => inPlace(mark, own + 1 + i))) return undefined
  return {
    sideOf: (index) => (index < own ? -1 : index > own ? 1 : 0),
    offset: place.offset,
    rowOffset: place.offset,
  }
}

function byNeighbours<Row>(place: Place, side: Side, stretch: Stretch<Row>): Location | undefined {
  const own = place.before.length
  const remembered = own + 1 + place.after.length
  const votes = votersAmong(neighboursIn(place, stretch), remembered)
  const pivot = enclosedRow(votes, place) ?? votes[votes.length >> 1]
  if (!pivot) return undefined

  // Rows out of view might be nearer to the place than those in view. Where some moved, most of all must be in view.
  const nearest = side === 'after' ? own : own - 1
  const isInView = isInOrder(votes)
    ? isPlaceInView(votes, nearest, stretch)
    : 4 * votes.length > 3 * remembered || hasMargins(votes, stretch)
  if (!isInView) return undefined
  const estimate = medianOf(votes.map(({ at, nth }) => at - nth + own)) ?? pivot.at
  return cutAt(pivot.nth > own ? pivot.at : pivot.at + 1, estimate, place, stretch)
}

/** With the whole list in view and all rows on one side of the place remembered, no neighbour is needed. */
function byBounds<Row>(place: Place, stretch: Stretch<Row>): Location | undefined {
  if (stretch.offset > 0 || stretch.hasMore) return undefined
  if (place.startsList || stretch.rows.length === 0) return cutAt(0, 0, place, stretch)
  return place.endsList ? cutAt(stretch.rows.length, stretch.rows.length, place, stretch) : undefined
}

/** The place's own row, when it is plainly where it was: then even rows that came beside it fall on the right side. */
function enclosedRow(votes: readonly Neighbour[], place: Place): Neighbour | undefined {
  const own = place.before.length
  const isBegun = place.startsList || votes.some(({ nth }) => nth < own)
  const isEnded = place.endsList || votes.some(({ nth }) => nth > own)
  return isBegun && isEnded && isInOrder(votes) ? votes.find(({ nth }) => nth === own) : undefined
}

/** Whether the rows next to the place (`nearest` and the one after it) are in view, or have left the list for sure. */
function isPlaceInView<Row>(votes: readonly Neighbour[], nearest: number, stretch: Stretch<Row>): boolean {
  if (votes.some(({ nth }) => nth === nearest || nth === nearest + 1)) return true
  const [last, ...earlier] = votes.filter(({ nth }) => nth < nearest).reverse()
  const [next, ...later] = votes.filter(({ nth }) => nth > nearest)
  const isBegun = earlier.length > 0 && last !== undefined
  const isEnded = later.length > 0 && next !== undefined
  if (isBegun && isEnded && next.at - last.at <= next.nth - last.nth) return true
  if (isBegun && (!stretch.hasMore || stretch.rows.length - last.at > FAR)) return true
  return isEnded && (stretch.offset === 0 || next.at >= FAR)
}

function hasMargins<Row>(votes: readonly Neighbour[], { offset, rows, hasMore }: Stretch<Row>): boolean {
  const [first, last] = [votes.at(0)?.at ?? 0, votes.at(-1)?.at ?? 0]
  return (offset === 0 || first >= REACH) && (!hasMore || rows.length - 1 - last >= REACH)
}

function cutAt<Row>(cut: number, estimate: number, place: Place, stretch: Stretch<Row>): Location {
  const sides = new Map<number, -1 | 0 | 1>()
  for (const mark of place.before) sides.set(identityOf(mark), -1)
  for (const mark of place.after) sides.set(identityOf(mark), 1)
  sides.set(identityOf(place.row), 0)
  const own = neighboursIn(place, stretch).find(({ nth }) => nth === place.before.length)
  return {
    sideOf: (index) => sides.get(identityOf(stretch.markAt(index) ?? 0)) ?? (index < cut ? -1 : 1),
    offset: stretch.offset + estimate,
    rowOffset: own && stretch.offset + own.at,
  }
}

function medianOf(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
}
