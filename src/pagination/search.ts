import type { Place } from './cursor.ts'
import { CursorExpiredError, PageArgumentError } from './errors.ts'
import { type List, readSegment, type Segment, segmentOf, type Window, type WindowReads } from './list.ts'
import { type Location, locate, type Side, spanOf } from './location.ts'
import { windowBeside } from './window.ts'

/** The reads of one page: the segments so far, and how many more reads the page may take. */
export interface ReadSession<Row> {
  readonly list: List<Row>
  readonly segments: Segment<Row>[]
  readsLeft: number
  /** The most rows that the upstream returns in one read, as far as this page knows. */
  readSize: number
}

/** A place that a page begins or ends at. */
export interface PlaceSearch<Row> {
  readonly place: Place
  readonly side: Side
  /** The window in which the place most likely is, where one read returns at most `readSize` rows. */
  readonly windowFor: (place: Place, readSize: number) => Window
  readonly isUseful: (found: FoundPlace<Row>) => boolean
}

export interface FoundPlace<Row> {
  readonly segment: Segment<Row>
  readonly location: Location
}

/** The most rows of a window: at least a place's row and one beside it, even if those take two reads. */
function windowSize<Row>({ readSize }: ReadSession<Row>): number {
  return Math.max(2, readSize)
}

/** Throws a CursorExpiredError if the page has no reads left. */
export function* readNext<Row>(session: ReadSession<Row>, window: Window): WindowReads<Row, Segment<Row>> {
  const isSingle = session.readSize === 1
  const segment = yield* readCounted(session, window)
  if (segment.isClipped) session.readSize = Math.min(session.readSize, segment.rows.length)
  const extended = isSingle && segment.isClipped ? yield* readOneMore(session, window, segment) : segment
  session.segments.push(extended)
  return extended
}

function* readCounted<Row>(session: ReadSession<Row>, window: Window): WindowReads<Row, Segment<Row>> {
  if (session.readsLeft === 0)
    throw new CursorExpiredError('The list has changed too much since this cursor was made.')
  session.readsLeft -= 1
  return yield* readSegment(session.list, window)
}

/** A segment of one row has no neighbours, so this appends the next row, unless the list has moved in between. */
function* readOneMore<Row>(
  session: ReadSession<Row>,
  { offset, limit }: Window,
  segment: Segment<Row>,
): WindowReads<Row, Segment<Row>> {
  if (session.readsLeft === 0) return segment
  const next = yield* readCounted(session, { offset: offset + 1, limit: limit - 1 })
  if (next.markAt(0) === segment.markAt(0)) return segment
  const { hasMore } = next
  return segmentOf(session.list, { offset, limit }, { rows: [...segment.rows, ...next.rows], hasMore })
}

/**
 * Finds a useful segment with the place: an earlier segment, else the proposed window, else the windows beside it.
 * Earlier segments may be a little older than the place; rows that stayed are in the same order in both.
 */
export function* findPlace<Row>(
  session: ReadSession<Row>,
  { place, side, windowFor, isUseful }: PlaceSearch<Row>,
): WindowReads<Row, FoundPlace<Row>> {
  for (const segment of session.segments) {
    const location = locate(place, side, segment)
    if (location && isUseful({ segment, location })) return { segment, location }
  }
  let read: Segment<Row>[] = []
  let window: Window | undefined = windowFor(place, windowSize(session))
  while (window) {
    const { readSize } = session
    const segment: Segment<Row> = yield* readNext(session, window)
    read.push(segment)
    const location = locate(place, side, segment)
    if (location && isUseful({ segment, location })) return { segment, location }
    const span = spanOf(place, segment)
    if (session.readSize === readSize) window = windowBeside(read, span, windowSize(session))
    else {
      // The window was larger than what the upstream returns, so the segment may end before the place.
      read = []
      window = windowFor({ ...place, offset: Math.max(0, span.start + place.ownIndex) }, windowSize(session))
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
 * a list that changes, the two orders may differ: then the page between the cursors is empty.
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
