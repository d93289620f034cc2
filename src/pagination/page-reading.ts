import type { PageRequest } from './arguments.ts'
import { EXTRA_READS, readsOf } from './cost.ts'
import { checkOrder } from './crossing.ts'
import { encodeCursor, type Place, placeOf } from './cursor.ts'
import { findEnd, totalOf } from './end.ts'
import type { List, Reading } from './list.ts'
import { type Location, locate } from './location.ts'
import type { Edge, Page, PageInfo } from './page.ts'
import {
  hasRowsBeyond,
  markedPlaceOf,
  type Piece,
  pieceOf,
  type RowAhead,
  rowsAhead,
  showsEnd,
} from './piece.ts'
import { find, type Reader, readInto } from './search.ts'
import { windowBehind, windowFromStart } from './window.ts'

/** A page larger than the upstream's is a walk of smaller ones, each read on from the last row of the one before. */
export function* readPage<Row>(
  list: List<Row>,
  request: PageRequest,
  maxWindow: number,
): Reading<Row, Page<Row>> {
  const { forward, size, from, to } = request
  if (size === 0 && !forward && !from) return yield* readNoneFromTheEnd(list, request, maxWindow)

  const reader: Reader<Row> = { list, maxWindow, hand: [], left: readsOf(request, maxWindow) + EXTRA_READS }
  const taken: RowAhead<Row>[] = []
  const first = yield* firstPiece(reader, request)
  let piece = first
  let stop: Location | undefined
  let hasMore = true
  for (;;) {
    stop = to && locate(to, forward ? 'before' : 'after', piece.stretch)
    if (stop) checkOrder(forward, first.location, stop, taken.at(-1)?.offset)
    const ahead = rowsAhead(piece, stop, forward)
    const wanted = size - taken.length
    taken.push(...ahead.slice(0, wanted))
    const hasEnded = stop !== undefined || showsEnd(piece, forward)
    hasMore = ahead.length > wanted || !hasEnded
    const last = ahead.at(-1)
    // A clipped slice is taken at its word: the page ends here, short, and the next one goes on.
    if (hasEnded || taken.length === size || piece.stretch.clipped || !last) break
    piece = yield* pieceBehind(reader, placeOf(markedPlaceOf(last)), {
      ...request,
      size: size - taken.length,
    })
  }

  if (to && !stop) {
    reader.left = 1 + EXTRA_READS
    const { location } = yield* find(
      reader,
      to,
      forward ? 'before' : 'after',
      windowBehind(to, { forward, size: 0 }, maxWindow),
      () => true,
    )
    checkOrder(forward, first.location, location, taken.at(-1)?.offset)
    const reached = taken.at(-1)?.offset ?? first.location?.offset ?? -1
    hasMore &&= Math.abs(location.offset - reached) > 1
  }

  const edges = (forward ? taken : taken.toReversed()).map((row) => new RowEdge(row, list.filter))
  const hasBeyond = hasRowsBeyond(first, forward)
  return {
    edges,
    pageInfo: new InfoOfEdges(edges, forward ? hasMore : hasBeyond, forward ? hasBeyond : hasMore),
    total: totalOf(reader.hand),
  }
}

/** `last: 0` needs no end to be found: it only asks whether there is any row, as `first: 0` does. */
function* readNoneFromTheEnd<Row>(
  list: List<Row>,
  { to }: PageRequest,
  maxWindow: number,
): Reading<Row, Page<Row>> {
  const mirrored = { forward: true, size: 0, from: to, to: undefined }
  const { edges, pageInfo, total } = yield* readPage(list, mirrored, maxWindow)
  return { edges, pageInfo: new InfoOfEdges(edges, false, pageInfo.hasNextPage), total }
}

function* firstPiece<Row>(reader: Reader<Row>, request: PageRequest): Reading<Row, Piece<Row>> {
  const { forward, from, size, to } = request
  if (from) return yield* pieceBehind(reader, from, request)
  if (forward) {
    const stretch = yield* readInto(reader, windowFromStart(request, reader.maxWindow))
    return pieceOf(stretch, undefined, forward)
  }
  // Looked at where it was last seen: with the page before it, and a tenth of the window for rows that came since.
  const lead = Math.min(Math.max(size, reader.maxWindow >> 1), Math.floor(reader.maxWindow * 0.9))
  const stretch = yield* findEnd(reader.list, (to?.offset ?? -1) + 1, lead, reader.maxWindow)
  reader.hand.push(stretch)
  return pieceOf(stretch, undefined, forward)
}

function* pieceBehind<Row>(
  reader: Reader<Row>,
  place: Place,
  request: PageRequest,
): Reading<Row, Piece<Row>> {
  const window = windowBehind(place, request, reader.maxWindow)
  const found = yield* find(
    reader,
    place,
    request.forward ? 'after' : 'before',
    window,
    ({ stretch, location }) => {
      const piece = pieceOf(stretch, location, request.forward)
      return piece.ahead.length > 0 || showsEnd(piece, request.forward)
    },
  )
  return pieceOf(found.stretch, found.location, request.forward)
}

/**
 * A class, because for getters in an object the engine makes a shape of its own for each such object. Shapes are old
 * from the start: each kept its page until the next large collection, which was 80 kB an operation of 100 rows.
 */
class InfoOfEdges implements PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  private readonly edges: readonly Edge<unknown>[]

  constructor(edges: readonly Edge<unknown>[], hasNextPage: boolean, hasPreviousPage: boolean) {
    this.edges = edges
    this.hasNextPage = hasNextPage
    this.hasPreviousPage = hasPreviousPage
  }

  get startCursor(): string | null {
    return this.edges.at(0)?.cursor ?? null
  }

  get endCursor(): string | null {
    return this.edges.at(-1)?.cursor ?? null
  }
}

/** A class for the same reason. */
class RowEdge<Row> implements Edge<Row> {
  readonly node: Row
  private readonly row: RowAhead<Row>
  private readonly filter: string

  constructor(row: RowAhead<Row>, filter: string) {
    this.node = row.node
    this.row = row
    this.filter = filter
  }

  get cursor(): string {
    const { piece, position } = this.row
    // Behind a place the rows may be put in another order than theirs.
    if (piece.location !== undefined) return this.write()
    piece.stretch.cursors[position] ??= this.write()
    return piece.stretch.cursors[position]
  }

  private write(): string {
    return encodeCursor(markedPlaceOf(this.row), this.filter)
  }
}
