import type { Place } from './cursor.ts'
import type { Stretch } from './list.ts'
import { identityOf } from './mark.ts'

/** A remembered row as it was found in a stretch. */
export interface Neighbour {
  /** Its number among the remembered rows. */
  readonly nth: number
  /** Its index in the stretch. */
  readonly at: number
  readonly unchanged: boolean
}

/**
 * So many unchanged neighbours, all in order, are proof enough when most of the others are out of view or gone, and
 * so are two that still follow each other: rows that move one by one hardly ever arrive like that.
 */
const ENOUGH_WITNESSES = 3

/** The place's own row among them, as they come in the stretch. */
export function neighboursIn<Row>(place: Place, stretch: Stretch<Row>): readonly Neighbour[] {
  const marks = [...place.before, place.row, ...place.after]
  const remembered = new Map(marks.map((mark, nth) => [identityOf(mark), { nth, mark }]))
  return stretch.rows.flatMap((_, at) => {
    const mark = stretch.markAt(at) ?? 0
    const known = remembered.get(identityOf(mark))
    if (!known) return []
    remembered.delete(identityOf(mark))
    return [{ nth: known.nth, at, unchanged: known.mark === mark }]
  })
}

/** Those whose word is taken for where the place is: the unchanged ones if they are enough, else all if they are most. */
export function votersAmong(found: readonly Neighbour[], remembered: number): readonly Neighbour[] {
  const witnesses = found.filter(({ unchanged }) => unchanged)
  const isUnbroken = ({ at, nth }: Neighbour, i: number) => {
    const next = witnesses[i + 1]
    return next?.at === at + 1 && next.nth === nth + 1
  }
  const areEnough = witnesses.length >= ENOUGH_WITNESSES || witnesses.some(isUnbroken)
  if (areEnough && isInOrder(witnesses)) return witnesses
  return 2 * found.length > remembered ? found : []
}

export function isInOrder(neighbours: readonly Neighbour[]): boolean {
  return neighbours.every(({ nth }, i) => nth > (neighbours[i - 1]?.nth ?? -1))
}
