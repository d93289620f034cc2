import {
  checkArguments,
  DEFAULT_PAGE_LIMITS,
  type PageArguments,
  type PageLimits,
  type PageRequest,
} from './arguments.ts'
import {
  type Chunk,
  chunkOf,
  type Edge,
  EdgesInfo,
  hasListEnd,
  hasRowsBehind,
  type PageInfo,
  placeOf,
  type RowAhead,
  RowEdge,
  rowsAhead,
} from './chunk.ts'
import { type Cost, costOf, EXTRA_READS, readsFor } from './cost.ts'
import type { Place } from './cursor.ts'
import { findEnd, type Total, totalOf } from './end.ts'
import { CursorExpiredError } from './errors.ts'
import type { List, WindowReads } from './list.ts'
import { type Location, locate } from './location.ts'
import { type FoundPlace, findPlace, type ReadSession, readNext, requireOrder } from './search.ts'
import { windowAhead, windowFromStart } from './window.ts'

/** A page whose arguments are valid, before its first read. */
export interface PagePlan<Row> {
  /** The most edges that the page can have. If the size is 0, only `pageInfo` needs the page. */
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

/** A page larger than one read consists of chunks. Each chunk continues at the last row of the previous one. */
function* readPage<Row>(
  list: List<Row>,
  request: PageRequest,
  maxReadSize: number,
): WindowReads<Row, Page<Row>> {
  const { isForward, size, from, to } = request
  if (size === 0 && !isForward && !from) return yield* readNothingFromEnd(list, request, maxReadSize)

  const readsLeft = readsFor(request, maxReadSize)
  const session: ReadSession<Row> = { list, segments: [], readsLeft, readSize: maxReadSize }
  const pageRows: RowAhead<Row>[] = []
  const first = yield* readFirstChunk(session, request)
  let chunk = first
  let end: Location | undefined
  let hasMore = true
  for (;;) {
    end = to && locate(to, isForward ? 'before' : 'after', chunk.segment)
    if (end) requireOrder({ isForward, from: first.location, to: end, reached: pageRows.at(-1)?.offset })
    const ahead = rowsAhead(chunk, end, isForward)
    const missing = size - pageRows.length
    pageRows.push(...ahead.slice(0, missing))
    const hasEnded = end !== undefined || hasListEnd(chunk, isForward)
    hasMore = ahead.length > missing || !hasEnded
    const last = ahead.at(-1)
    if (hasEnded || pageRows.length === size || !last) break
    const next = yield* readNextChunk(session, placeOf(last), { ...request, size: size - pageRows.length })
    if (!next) break
    chunk = next
  }

  if (to && !end) {
    session.readsLeft = 1 + EXTRA_READS
    const location = yield* readEnd(session, to, isForward)
    requireOrder({ isForward, from: first.location, to: location, reached: pageRows.at(-1)?.offset })
    const reached = pageRows.at(-1)?.offset ?? first.location?.offset ?? -1
    hasMore &&= Math.abs(location.offset - reached) > 1
  }

  const edges = (isForward ? pageRows : pageRows.toReversed()).map((row) => new RowEdge(row, list.filter))
  const hasBehind = hasRowsBehind(first, isForward)
  return {
    edges,
    pageInfo: new EdgesInfo(edges, isForward ? hasMore : hasBehind, isForward ? hasBehind : hasMore),
    total: totalOf(session.segments),
  }
}

/** With `last: 0` as with `first: 0`, only the existence of rows matters, which needs no search for the end. */
function* readNothingFromEnd<Row>(
  list: List<Row>,
  { to }: PageRequest,
  maxReadSize: number,
): WindowReads<Row, Page<Row>> {
  const mirrored = { isForward: true, size: 0, from: to, to: undefined }
  const { edges, pageInfo, total } = yield* readPage(list, mirrored, maxReadSize)
  return { edges, pageInfo: new EdgesInfo(edges, false, pageInfo.hasNextPage), total }
}

function* readFirstChunk<Row>(session: ReadSession<Row>, request: PageRequest): WindowReads<Row, Chunk<Row>> {
  const { isForward, from, size, to } = request
  const { list, readSize, segments } = session
  if (from) return yield* readChunkAhead(session, from, request)
  if (isForward) {
    const segment = yield* readNext(session, windowFromStart(request, readSize))
    return chunkOf(segment, undefined, isForward)
  }
  // The window also has the page before the guessed end, and a tenth of it is left for rows inserted since the guess.
  const lead = Math.min(Math.max(size, readSize >> 1), Math.floor(readSize * 0.9))
  const segment = yield* findEnd(list, { atLeast: to?.offset ?? 0, lead }, readSize)
  segments.push(segment)
  return chunkOf(segment, undefined, isForward)
}

/**
 * The chunk that continues the page at its last row. Undefined when no reads are left, because the upstream returns
 * fewer rows than the limit or the list changes: then the page ends early, and the client continues from its end.
 */
function* readNextChunk<Row>(
  session: ReadSession<Row>,
  place: Place,
  request: PageRequest,
): WindowReads<Row, Chunk<Row> | undefined> {
  try {
    return yield* readChunkAhead(session, place, request)
  } catch (error) {
    if (error instanceof CursorExpiredError) return undefined
    throw error
  }
}

/** The chunk that continues at a place. It contains at least one row ahead of the place, or the end of the list. */
function* readChunkAhead<Row>(
  session: ReadSession<Row>,
  place: Place,
  request: PageRequest,
): WindowReads<Row, Chunk<Row>> {
  const { isForward } = request
  const { segment, location } = yield* findPlace(session, {
    place,
    side: isForward ? 'after' : 'before',
    windowFor: (likely, readSize) => windowAhead(likely, request, readSize),
    isUseful(found) {
      const chunk = chunkOf(found.segment, found.location, isForward)
      return (chunk.ahead.length > 0 || hasListEnd(chunk, isForward)) && !isCutShort(found)
    },
  })
  return chunkOf(segment, location, isForward)
}

/** Whether the segment ends before the place, so that it is unknown whether a row follows the place's own. */
function isCutShort<Row>({ segment, location }: FoundPlace<Row>): boolean {
  return segment.isClipped && segment.offset + segment.rows.length <= location.offset
}

/** Finds where the page has to end, if the page's own reads do not contain that place. */
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
