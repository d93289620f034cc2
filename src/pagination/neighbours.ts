import { identityOf, type Place } from './cursor.ts'
import type { Stretch } from './list.ts'

/** A remembered row that a stretch shows. */
export interface Neighbour {
  /** Its number among the remembered rows. */
  readonly nth: number
  /** Its index in the stretch. */
  readonly at: number
  readonly isUnchanged: boolean
}

/**
 * So many unchanged neighbours in order are enough to vote, even if most others are gone or out of view. So are two
 * that still follow each other directly: rows that move one by one rarely end up like that.
 */
const ENOUGH_UNCHANGED = 3

/** The remembered rows that the stretch shows, the place's own row included, in the order of the stretch. */
export function neighboursIn<Row>(place: Place, stretch: Stretch<Row>): readonly Neighbour[] {
  const remembered = new Map(place.marks.map((mark, nth) => [identityOf(mark), { nth, mark }]))
  return stretch.rows.flatMap((_, at) => {
    const mark = stretch.markAt(at) ?? 0
    const known = remembered.get(identityOf(mark))
    if (!known) return []
    remembered.delete(identityOf(mark))
    return [{ nth: known.nth, at, isUnchanged: known.mark === mark }]
  })
}

/**
 * The neighbours that vote on the position: the unchanged ones if there are enough, else all found if they are a
 * majority of the `remembered` ones, else none.
 */
export function votersAmong(found: readonly Neighbour[], remembered: number): readonly Neighbour[] {
  const unchanged = found.filter(({ isUnchanged }) => isUnchanged)
  const isFollowed = ({ at, nth }: Neighbour, i: number) => {
    const next = unchanged[i + 1]
    return next?.at === at + 1 && next.nth === nth + 1
  }
  const areEnough = unchanged.length >= ENOUGH_UNCHANGED || unchanged.some(isFollowed)
  if (areEnough && isInOrder(unchanged)) return unchanged
  return 2 * found.length > remembered ? found : []
}

/** Whether the neighbours are still in the order in which they are remembered. */
export function isInOrder(neighbours: readonly Neighbour[]): boolean {
  return neighbours.every(({ nth }, i) => nth > (neighbours[i - 1]?.nth ?? -1))
}
