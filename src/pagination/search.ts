import type { Place } from './cursor.ts'
import { CursorExpiredError, PageArgumentError } from './errors.ts'
import { type List, readStretch, type Stretch, stretchOf, type Window, type WindowReads } from './list.ts'
import { type Location, locate, type Side, spanOf } from './location.ts'
import { windowBeside } from './window.ts'

/** The reads of one page: the stretches so far, and how many more reads it may take. */
export interface ReadSession<Row> {
  readonly list: List<Row>
  readonly stretches: Stretch<Row>[]
  readsLeft: number
  /** The most rows that the upstream gives in one read, as far as this page has seen. */
  readSize: number
}

/** A place that a page begins or ends at. */
export interface PlaceSearch<Row> {
  readonly place: Place
  readonly side: Side
  /** Where the place most likely is in a list that gives so many rows in one read. */
  readonly windowFor: (place: Place, readSize: number) => Window
  readonly isUseful: (found: FoundPlace<Row>) => boolean
}

export interface FoundPlace<Row> {
  readonly stretch: Stretch<Row>
  readonly location: Location
}

/** The most rows that a window asks for: the row of a place, and one beside it, even where those take two reads. */
function windowSize<Row>({ readSize }: ReadSession<Row>): number {
  return Math.max(2, readSize)
}

/** Throws a CursorExpiredError if the page has no reads left. */
export function* readNext<Row>(session: ReadSession<Row>, window: Window): WindowReads<Row, Stretch<Row>> {
  const isSingle = session.readSize === 1
  const stretch = yield* readCounted(session, window)
  if (stretch.isClipped) session.readSize = Math.min(session.readSize, stretch.rows.length)
  const shown = isSingle && stretch.isClipped ? yield* readOneMore(session, window, stretch) : stretch
  session.stretches.push(shown)
  return shown
}

function* readCounted<Row>(session: ReadSession<Row>, window: Window): WindowReads<Row, Stretch<Row>> {
  if (session.readsLeft === 0)
    throw new CursorExpiredError('The list has changed too much since this cursor was made.')
  session.readsLeft -= 1
  return yield* readStretch(session.list, window)
}

/** A row that is read alone shows no place beside it, so its successor is read along, unless the list has moved. */
function* readOneMore<Row>(
  session: ReadSession<Row>,
  { offset, limit }: Window,
  stretch: Stretch<Row>,
): WindowReads<Row, Stretch<Row>> {
  if (session.readsLeft === 0) return stretch
  const next = yield* readCounted(session, { offset: offset + 1, limit: limit - 1 })
  if (next.markAt(0) === stretch.markAt(0)) return stretch
  const { hasMore } = next
  return stretchOf(session.list, { offset, limit }, { rows: [...stretch.rows, ...next.rows], hasMore })
}

/**
 * Finds a useful stretch with the place: one that was read already, else the proposed window, else the windows beside
 * it. Earlier stretches may be a little older than the place; rows that stayed are in the same order in both.
 */
export function* findPlace<Row>(
  session: ReadSession<Row>,
  { place, side, windowFor, isUseful }: PlaceSearch<Row>,
): WindowReads<Row, FoundPlace<Row>> {
  for (const stretch of session.stretches) {
    const location = locate(place, side, stretch)
    if (location && isUseful({ stretch, location })) return { stretch, location }
  }
  let read: Stretch<Row>[] = []
  let window: Window | undefined = windowFor(place, windowSize(session))
  while (window) {
    const { readSize } = session
    const stretch: Stretch<Row> = yield* readNext(session, window)
    read.push(stretch)
    const location = locate(place, side, stretch)
    if (location && isUseful({ stretch, location })) return { stretch, location }
    const span = spanOf(place, stretch)
    if (session.readSize === readSize) window = windowBeside(read, span, windowSize(session))
    else {
      // The window asked for more rows than the upstream gives, so it may end before the place.
      read = []
      window = windowFor({ ...place, offset: Math.max(0, span.start + place.own) }, windowSize(session))
    }
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
