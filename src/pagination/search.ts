import type { Place } from './cursor.ts'
import { CursorExpiredError, PageArgumentError } from './errors.ts'
import { type List, readStretch, type Stretch, type Window, type WindowReads } from './list.ts'
import { type Location, locate, type Side, spanOf } from './location.ts'
import { windowBeside } from './window.ts'

/** The reads of one page: the stretches so far, and how many more reads it may take. */
export interface ReadSession<Row> {
  readonly list: List<Row>
  readonly maxReadSize: number
  readonly stretches: Stretch<Row>[]
  readsLeft: number
}

/** A place that a page begins or ends at. */
export interface PlaceSearch<Row> {
  readonly place: Place
  readonly side: Side
  /** Where it most likely is. */
  readonly window: Window
  readonly isUseful: (found: FoundPlace<Row>) => boolean
}

export interface FoundPlace<Row> {
  readonly stretch: Stretch<Row>
  readonly location: Location
}

/** Throws a CursorExpiredError if the page has no reads left. */
export function* readNext<Row>(session: ReadSession<Row>, window: Window): WindowReads<Row, Stretch<Row>> {
  if (session.readsLeft === 0)
    throw new CursorExpiredError('The list has changed too much since this cursor was made.')
  session.readsLeft -= 1
  const stretch = yield* readStretch(session.list, window)
  session.stretches.push(stretch)
  return stretch
}

/**
 * Finds a useful stretch with the place: one that was read already, else the proposed window, else the windows beside
 * it. Earlier stretches may be a little older than the place; rows that stayed are in the same order in both.
 */
export function* findPlace<Row>(
  session: ReadSession<Row>,
  { place, side, window: proposed, isUseful }: PlaceSearch<Row>,
): WindowReads<Row, FoundPlace<Row>> {
  for (const stretch of session.stretches) {
    const location = locate(place, side, stretch)
    if (location && isUseful({ stretch, location })) return { stretch, location }
  }
  const read: Stretch<Row>[] = []
  let window: Window | undefined = proposed
  while (window) {
    const stretch: Stretch<Row> = yield* readNext(session, window)
    read.push(stretch)
    const location = locate(place, side, stretch)
    if (location && isUseful({ stretch, location })) return { stretch, location }
    window = windowBeside(read, spanOf(place, stretch), session.maxReadSize)
  }
  throw new CursorExpiredError(
    'Neither the row of this cursor nor enough of its neighbours are in the list any more.',
  )
}

/** The two places of a page, and the offset of its last row so far. */
export interface PageBounds {
  readonly isForward: boolean
  readonly from: Location | undefined
  readonly to: Location
  readonly reached: number | undefined
}

/**
 * Throws a PageArgumentError if the two cursors are in the wrong order both by their rows and by their neighbours. In
 * a list that changes, the two may differ: then there is just nothing between the cursors.
 */
export function requireOrder({ isForward, from, to, reached }: PageBounds): void {
  const distance = (start: number, end: number) => (isForward ? end - start : start - end)
  if (from) {
    const byNeighbours = distance(from.offset, to.offset)
    const byRows =
      from.rowOffset === undefined || to.rowOffset === undefined
        ? byNeighbours + 1
        : distance(from.rowOffset, to.rowOffset)
    if (byNeighbours <= 0 && byRows <= 0)
      throw new PageArgumentError('before', '`before` is not behind `after` in the list.')
  }
  if (reached !== undefined && distance(reached, to.offset) <= 0)
    throw new CursorExpiredError('The rows between the two cursors have moved since they were read.')
}
