import {
  checkArguments,
  DEFAULT_PAGE_LIMITS,
  type PageArguments,
  type PageLimits,
  type PageRequest,
} from './arguments.ts'
import { type Cost, costOf, EXTRA_READS, readsFor } from './cost.ts'
import type { Place } from './cursor.ts'
import { findEnd, type Total, totalOf } from './end.ts'
import { CursorExpiredError } from './errors.ts'
import type { List, WindowReads } from './list.ts'
import { type Location, locate } from './location.ts'
import {
  type Edge,
  EdgesInfo,
  hasRowsBehind,
  type PageInfo,
  type Piece,
  pieceOf,
  placeOf,
  type RowAhead,
  RowEdge,
  rowsAhead,
  showsEnd,
} from './piece.ts'
import { type FoundPlace, findPlace, type ReadSession, readNext, requireOrder } from './search.ts'
import { windowAhead, windowFromStart } from './window.ts'

/** A page whose arguments are checked, and of which nothing has been read yet. */
export interface PagePlan<Row> {
  /** The most edges that the page can have. If it is 0, reading the page is of use for `pageInfo` only. */
  readonly size: number
  readonly cost: Cost
  readonly read: () => WindowReads<Row, Page<Row>>
}

export interface Page<Row> {
  readonly edges: readonly Edge<Row>[]
  readonly pageInfo: PageInfo
  readonly total: Total
}

/**
 * Plans how to read a page, in the sense of the Relay cursor connections specification, from a list that has offsets
 * only. Throws a PageArgumentError for arguments that can not be answered. Nothing here does I/O: the plan's `read`
 * yields windows, and its caller reads them.
 */
export function planPage<Row>(
  list: List<Row>,
  args: PageArguments,
  { maxPageSize, maxReadSize }: PageLimits = DEFAULT_PAGE_LIMITS,
): PagePlan<Row> {
  const request = checkArguments(args, list.filter, maxPageSize)
  return {
    size: request.size,
    cost: costOf(request, maxReadSize),
    read: () => readPage(list, request, maxReadSize),
  }
}

/** A page larger than one read is a walk of smaller ones, each of which continues at the last row of the one before. */
function* readPage<Row>(
  list: List<Row>,
  request: PageRequest,
  maxReadSize: number,
): WindowReads<Row, Page<Row>> {
  const { isForward, size, from, to } = request
  if (size === 0 && !isForward && !from) return yield* readNothingFromEnd(list, request, maxReadSize)

  const readsLeft = readsFor(request, maxReadSize)
  const session: ReadSession<Row> = { list, stretches: [], readsLeft, readSize: maxReadSize }
  const taken: RowAhead<Row>[] = []
  const first = yield* readFirstPiece(session, request)
  let piece = first
  let end: Location | undefined
  let hasMore = true
  for (;;) {
    end = to && locate(to, isForward ? 'before' : 'after', piece.stretch)
    if (end) requireOrder({ isForward, from: first.location, to: end, reached: taken.at(-1)?.offset })
    const ahead = rowsAhead(piece, end, isForward)
    const wanted = size - taken.length
    taken.push(...ahead.slice(0, wanted))
    const hasEnded = end !== undefined || showsEnd(piece, isForward)
    hasMore = ahead.length > wanted || !hasEnded
    const last = ahead.at(-1)
    if (hasEnded || taken.length === size || !last) break
    const next = yield* readOn(session, placeOf(last), { ...request, size: size - taken.length })
    if (!next) break
    piece = next
  }

  if (to && !end) {
    session.readsLeft = 1 + EXTRA_READS
    const location = yield* readEnd(session, to, isForward)
    requireOrder({ isForward, from: first.location, to: location, reached: taken.at(-1)?.offset })
    const reached = taken.at(-1)?.offset ?? first.location?.offset ?? -1
    hasMore &&= Math.abs(location.offset - reached) > 1
  }

  const edges = (isForward ? taken : taken.toReversed()).map((row) => new RowEdge(row, list.filter))
  const hasBehind = hasRowsBehind(first, isForward)
  return {
    edges,
    pageInfo: new EdgesInfo(edges, isForward ? hasMore : hasBehind, isForward ? hasBehind : hasMore),
    total: totalOf(session.stretches),
  }
}

/** `last: 0` asks, like `first: 0`, only whether there is any row, which needs no search for the end. */
function* readNothingFromEnd<Row>(
  list: List<Row>,
  { to }: PageRequest,
  maxReadSize: number,
): WindowReads<Row, Page<Row>> {
  const mirrored = { isForward: true, size: 0, from: to, to: undefined }
  const { edges, pageInfo, total } = yield* readPage(list, mirrored, maxReadSize)
  return { edges, pageInfo: new EdgesInfo(edges, false, pageInfo.hasNextPage), total }
}

function* readFirstPiece<Row>(session: ReadSession<Row>, request: PageRequest): WindowReads<Row, Piece<Row>> {
  const { isForward, from, size, to } = request
  const { list, readSize, stretches } = session
  if (from) return yield* readPieceAhead(session, from, request)
  if (isForward) {
    const stretch = yield* readNext(session, windowFromStart(request, readSize))
    return pieceOf(stretch, undefined, isForward)
  }
  // Reads the page before the guessed end along, and leaves a tenth of the window for rows inserted since.
  const lead = Math.min(Math.max(size, readSize >> 1), Math.floor(readSize * 0.9))
  const stretch = yield* findEnd(list, { atLeast: to?.offset ?? 0, lead }, readSize)
  stretches.push(stretch)
  return pieceOf(stretch, undefined, isForward)
}

/**
 * The piece that continues the page at its last row. Undefined where the reads are used up, because the upstream gives
 * fewer rows than asked or the list moves: then the page ends early, and the client reads on from there.
 */
function* readOn<Row>(
  session: ReadSession<Row>,
  place: Place,
  request: PageRequest,
): WindowReads<Row, Piece<Row> | undefined> {
  try {
    return yield* readPieceAhead(session, place, request)
  } catch (error) {
    if (error instanceof CursorExpiredError) return undefined
    throw error
  }
}

/** The piece that continues at a place: it shows at least one row ahead, or the end of the list. */
function* readPieceAhead<Row>(
  session: ReadSession<Row>,
  place: Place,
  request: PageRequest,
): WindowReads<Row, Piece<Row>> {
  const { isForward } = request
  const { stretch, location } = yield* findPlace(session, {
    place,
    side: isForward ? 'after' : 'before',
    windowFor: (likely, readSize) => windowAhead(likely, request, readSize),
    isUseful(found) {
      const piece = pieceOf(found.stretch, found.location, isForward)
      return (piece.ahead.length > 0 || showsEnd(piece, isForward)) && !isCutShort(found)
    },
  })
  return pieceOf(stretch, location, isForward)
}

/** Ends before the place: then it does not show whether any row follows the place's own. */
function isCutShort<Row>({ stretch, location }: FoundPlace<Row>): boolean {
  return stretch.isClipped && stretch.offset + stretch.rows.length <= location.offset
}

/** Finds where the page has to end, if its own reads have not shown that place. */
function* readEnd<Row>(
  session: ReadSession<Row>,
  place: Place,
  isForward: boolean,
): WindowReads<Row, Location> {
  const side = isForward ? 'before' : 'after'
  const { location } = yield* findPlace(session, {
    place,
    side,
    windowFor: (likely, readSize) => windowAhead(likely, { isForward, size: 0 }, readSize),
    isUseful: () => true,
  })
  return location
}
