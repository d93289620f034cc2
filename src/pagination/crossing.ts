import { CursorExpiredError, PageArgumentError } from './errors.ts'
import type { Location } from './location.ts'

/**
 * Whether the page may end at `to`. Crossed cursors are so by their rows and by their neighbours: where the list moves
 * the two may differ, and then there is just nothing between.
 */
export function checkOrder(
  forward: boolean,
  from: Location | undefined,
  to: Location,
  reached: number | undefined,
): void {
  const distance = (start: number, end: number) => (forward ? end - start : start - end)
  if (from) {
    const byNeighbours = distance(from.offset, to.offset)
    const byRows =
      from.rowOffset === undefined || to.rowOffset === undefined
        ? byNeighbours + 1
        : distance(from.rowOffset, to.rowOffset)
    if (byNeighbours <= 0 && byRows <= 0) {
      throw new PageArgumentError('before', '`before` is not behind `after` in the list.')
    }
  }
  if (reached !== undefined && distance(reached, to.offset) <= 0) {
    throw new CursorExpiredError('The rows between the two cursors have moved since they were read.')
  }
}
