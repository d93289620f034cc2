import { identityOf, type Place } from './cursor.ts'
import type { Segment } from './list.ts'

/** A row of a segment whose mark the cursor contains. */
export interface Neighbour {
  /** The index of its mark in the cursor. */
  readonly markIndex: number
  /** The index of the row in the segment. */
  readonly rowIndex: number
  readonly isUnchanged: boolean
}

/**
 * This many unchanged neighbours in order are enough to vote, even if most others are removed or out of view. Two are
 * enough if they still follow each other directly: rows that move one by one rarely end up like that.
 */
const ENOUGH_UNCHANGED = 3

/** The rows of the segment that are marked in the cursor, the place's own row included, in the order of the segment. */
export function neighboursIn<Row>(place: Place, segment: Segment<Row>): readonly Neighbour[] {
  const unmatched = new Map(place.marks.map((mark, markIndex) => [identityOf(mark), { markIndex, mark }]))
  return segment.rows.flatMap((_, rowIndex) => {
    const mark = segment.markAt(rowIndex) ?? 0
    const match = unmatched.get(identityOf(mark))
    if (!match) return []
    unmatched.delete(identityOf(mark))
    return [{ markIndex: match.markIndex, rowIndex, isUnchanged: match.mark === mark }]
  })
}

/**
 * The neighbours that vote on the position: the unchanged ones if there are enough, else all found if they are a
 * majority of the `markCount` marks in the cursor, else none.
 */
export function votersAmong(found: readonly Neighbour[], markCount: number): readonly Neighbour[] {
  const unchanged = found.filter(({ isUnchanged }) => isUnchanged)
  const isFollowed = ({ rowIndex, markIndex }: Neighbour, i: number) => {
    const next = unchanged[i + 1]
    return next?.rowIndex === rowIndex + 1 && next.markIndex === markIndex + 1
  }
  const areEnough = unchanged.length >= ENOUGH_UNCHANGED || unchanged.some(isFollowed)
  if (areEnough && isInOrder(unchanged)) return unchanged
  return 2 * found.length > markCount ? found : []
}

/** Whether the neighbours are still in the order of the cursor. */
export function isInOrder(neighbours: readonly Neighbour[]): boolean {
  return neighbours.every(({ markIndex }, i) => markIndex > (neighbours[i - 1]?.markIndex ?? -1))
}
