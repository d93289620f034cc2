import { identityOf, type Place, REACH } from './cursor.ts'
import type { Segment } from './list.ts'
import { isInOrder, type Neighbour, neighboursIn, votersAmong } from './neighbours.ts'

/** The side of a place on which the page lies. */
export type Side = 'after' | 'before'

/** Where a place is in a segment of the current list. */
export interface Location {
  /** On which side of the place the row with this index lies: -1 before it, 1 after it, 0 is the place's own row. */
  readonly sideOf: (index: number) => -1 | 0 | 1
  /** The offset that the place's own row has, or would have if it were still in its place. */
  readonly offset: number
  /** The offset at which the place's own row was found. */
  readonly rowOffset: number | undefined
}

/** The offsets between which the neighbours of a place are, or would be. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly isInView: boolean
}

/** If the neighbours on one side are not found within so many rows, they have most likely left the list. */
const FAR = 60

/**
 * Finds the place of a cursor in a list that has changed since. Undefined if the place is uncertain from this segment.
 *
 * Example: a list of ten rows, and the cursor of `e`. A cursor stores up to eight neighbours on a side; say three.
 *
 *     offset        0 1 2 3 4 5 6 7 8 9
 *     then          a b c d e f g h i j     in the cursor: b c d, the row e, f g h
 *
 *     1. now        a b c d e f g h j i     i has moved
 *     2. now        x y a b d f g h i e     x and y were inserted, c and j removed, e has moved
 *     3. now        x g a b c e f h i j     x was inserted, d removed, g has moved, and every row was edited
 *     4. now        i j x                   a to h were removed, x was inserted
 *
 * 1. `findUnmoved` decides: `e` is at its offset, unchanged, and each neighbour is at its own. The rows after the place
 *    are those with a larger index.
 *
 * 2. `findByNeighbours` decides. Five neighbours are unchanged and in order, so they vote: b d f g h. `e` does not,
 *    because the edit that moved it also changed its visible fields. The median of the voters is `f`, which was after
 *    `e`, so the cut is right before `f`. The rows of the cursor keep the side that they had, wherever they are now: b
 *    and d lie before the place, f, g and h after it, and `e` is the place itself. The cut is for the other rows only:
 *    x, y and a lie before it, i after it. The next page is f g h i.
 *
 * 3. `findByNeighbours` again. No neighbour is unchanged, but six of seven are found, a majority, so all six vote:
 *    g b c e f h. They are not in order, so the median decides: `e` itself, and the cut is right after it. The client
 *    has not seen `g` yet and gets it, although it moved to the front. The next page is g f h i j.
 *
 * 4. `findByBounds` decides for some cursors, because the complete list is in view. No row of the cursor is left, so
 *    none can vote. The cursor of `c` stores a b, c and d e f, and that a was the first row: all rows before `c` are
 *    removed, so the rows that stayed are after it, and the next page is i j x. The cursor of `e` does not reach the
 *    start or the end of the list, and has expired.
 *
 * Why the median: neighbours that stayed are still in order, and the rows between the first and the last of them are
 * other neighbours, whose side is known, or rows that were inserted or moved, which may fall on either side. So every
 * cut between the first and the last neighbour that stayed divides the rows that stayed as the cursor did. If most of
 * the cursor's rows stayed, the median of those found is such a cut, wherever the others moved.
 */
export function locate<Row>(place: Place, side: Side, segment: Segment<Row>): Location | undefined {
  return findUnmoved(place, segment) ?? findByNeighbours(place, side, segment) ?? findByBounds(place, segment)
}

/** Where to look for a place: around the neighbours in view, else around the cursor's offset. */
export function spanOf<Row>(place: Place, segment: Segment<Row>): Span {
  const starts = neighboursIn(place, segment).map(
    ({ rowIndex, markIndex }) => segment.offset + rowIndex - markIndex,
  )
  const start = medianOf(starts) ?? place.offset - place.ownIndex
  return { start, end: start + place.marks.length, isInView: starts.length > 0 }
}

function findUnmoved<Row>(place: Place, segment: Segment<Row>): Location | undefined {
  const { offset, marks, ownIndex } = place
  const index = offset - segment.offset
  if (segment.markAt(index) !== marks[ownIndex]) return undefined
  const areInPlace = marks.every((mark, markIndex) => {
    const now = segment.markAt(index - ownIndex + markIndex)
    return now === undefined || identityOf(now) === identityOf(mark)
  })
  return areInPlace ? { sideOf: (rowIndex) => sideOf(rowIndex, index), offset, rowOffset: offset } : undefined
}

function findByNeighbours<Row>(place: Place, side: Side, segment: Segment<Row>): Location | undefined {
  const { marks, ownIndex } = place
  const voters = votersAmong(neighboursIn(place, segment), marks.length)
  const pivot = findOwnRow(voters, place) ?? voters[voters.length >> 1]
  if (!pivot) return undefined

  // Rows out of view might be nearer to the place than those in view. If some moved, most of all must be in view.
  const nearest = side === 'after' ? ownIndex : ownIndex - 1
  const isInView = isInOrder(voters)
    ? isPlaceInView(voters, nearest, segment)
    : 4 * voters.length > 3 * marks.length || hasMargins(voters, segment)
  if (!isInView) return undefined
  const offset =
    medianOf(voters.map(({ rowIndex, markIndex }) => rowIndex - markIndex + ownIndex)) ?? pivot.rowIndex
  return cutAt(pivot.markIndex > ownIndex ? pivot.rowIndex : pivot.rowIndex + 1, offset, place, segment)
}

function findByBounds<Row>(place: Place, segment: Segment<Row>): Location | undefined {
  if (segment.offset > 0 || segment.hasMore) return undefined
  if (place.reachesStart || segment.rows.length === 0) return cutAt(0, 0, place, segment)
  return place.reachesEnd ? cutAt(segment.rows.length, segment.rows.length, place, segment) : undefined
}

/** The place's own row, if it is still among its neighbours: it decides the side of rows inserted beside it. */
function findOwnRow(voters: readonly Neighbour[], place: Place): Neighbour | undefined {
  const { ownIndex, reachesStart, reachesEnd } = place
  const hasBefore = reachesStart || voters.some(({ markIndex }) => markIndex < ownIndex)
  const hasAfter = reachesEnd || voters.some(({ markIndex }) => markIndex > ownIndex)
  return hasBefore && hasAfter && isInOrder(voters)
    ? voters.find(({ markIndex }) => markIndex === ownIndex)
    : undefined
}

/** Whether the rows next to the place (`nearest` and the one after it) are in view, or have left the list for sure. */
function isPlaceInView<Row>(voters: readonly Neighbour[], nearest: number, segment: Segment<Row>): boolean {
  if (voters.some(({ markIndex }) => markIndex === nearest || markIndex === nearest + 1)) return true
  const [last, ...earlier] = voters.filter(({ markIndex }) => markIndex < nearest).reverse()
  const [next, ...later] = voters.filter(({ markIndex }) => markIndex > nearest)
  const hasBefore = earlier.length > 0 && last !== undefined
  const hasAfter = later.length > 0 && next !== undefined
  if (hasBefore && hasAfter && next.rowIndex - last.rowIndex <= next.markIndex - last.markIndex) return true
  if (hasBefore && (!segment.hasMore || segment.rows.length - last.rowIndex > FAR)) return true
  return hasAfter && (segment.offset === 0 || next.rowIndex >= FAR)
}

function hasMargins<Row>(voters: readonly Neighbour[], { offset, rows, hasMore }: Segment<Row>): boolean {
  const [first, last] = [voters.at(0)?.rowIndex ?? 0, voters.at(-1)?.rowIndex ?? 0]
  return (offset === 0 || first >= REACH) && (!hasMore || rows.length - 1 - last >= REACH)
}

/** Rows of the cursor keep their side; the cut decides that of all others. `offset` is within the segment. */
function cutAt<Row>(cut: number, offset: number, place: Place, segment: Segment<Row>): Location {
  const { marks, ownIndex } = place
  const sides = new Map(marks.map((mark, markIndex) => [identityOf(mark), sideOf(markIndex, ownIndex)]))
  // A row that the upstream returned twice may be among its own neighbours.
  sides.set(identityOf(marks[ownIndex] ?? 0), 0)
  const ownRow = neighboursIn(place, segment).find(({ markIndex }) => markIndex === ownIndex)
  return {
    sideOf: (index) => sides.get(identityOf(segment.markAt(index) ?? 0)) ?? (index < cut ? -1 : 1),
    offset: segment.offset + offset,
    rowOffset: ownRow && segment.offset + ownRow.rowIndex,
  }
}

function sideOf(index: number, ownIndex: number): -1 | 0 | 1 {
  return index < ownIndex ? -1 : index > ownIndex ? 1 : 0
}

function medianOf(numbers: readonly number[]): number | undefined {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
}
