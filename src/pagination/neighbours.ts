import { identityOf, type Place } from './cursor.ts'
import type { Segment } from './list.ts'

/** A row of a segment whose mark the cursor contains. */
export interface Neighbour {
  /** The index of its mark in the cursor. */
  readonly nth: number
  /** The index of the row in the segment. */
  readonly at: number
  readonly isUnchanged: boolean
}

/**
 * This many unchanged neighbours in order are enough to vote, even if most others are removed or out of view. Two are
 * enough if they still follow each other directly: rows that move one by one rarely end up like that.
 */
const ENOUGH_UNCHANGED = 3

/** The rows of the segment that are marked in the cursor, the place's own row included, in the order of the segment. */
export function neighboursIn<Row>(place: Place, segment: Segment<Row>): readonly Neighbour[] {
  const unmatched = new Map(place.marks.map((mark, nth) => [identityOf(mark), { nth, mark }]))
  return segment.rows.flatMap((_, at) => {
    const mark = segment.markAt(at) ?? 0
    const match = unmatched.get(identityOf(mark))
    if (!match) return []
    unmatched.delete(identityOf(mark))
    return [{ nth: match.nth, at, isUnchanged: match.mark === mark }]
  })
}

/**
 * The neighbours that vote on the position: the unchanged ones if there are enough, else all found if they are a
 * majority of the `markCount` marks in the cursor, else none.
 */
export function votersAmong(found: readonly Neighbour[], markCount: number): readonly Neighbour[] {
  const unchanged = found.filter(({ isUnchanged }) => isUnchanged)
  const isFollowed = ({ at, nth }: Neighbour, i: number) => {
    const next = unchanged[i + 1]
    return next?.at === at + 1 && next.nth === nth + 1
  }
  const areEnough = unchanged.length >= ENOUGH_UNCHANGED || unchanged.some(isFollowed)
  if (areEnough && isInOrder(unchanged)) return unchanged
  return 2 * found.length > markCount ? found : []
}

/** Whether the neighbours are still in the order of the cursor. */
export function isInOrder(neighbours: readonly Neighbour[]): boolean {
  return neighbours.every(({ nth }, i) => nth > (neighbours[i - 1]?.nth ?? -1))
}
