import { encodeCursor, type Place, REACH } from './cursor.ts'
import type { Stretch } from './list.ts'
import type { Location } from './location.ts'

export interface Edge<Row> {
  readonly node: Row
  /** Encoded on each access, because many clients never select it. */
  readonly cursor: string
}

export interface PageInfo {
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly startCursor: string | null
  readonly endCursor: string | null
}

/** What one stretch adds to a page. "Ahead" is the direction of reading from the place, "behind" the other one. */
export interface Piece<Row> {
  readonly stretch: Stretch<Row>
  /** The place that was read from; undefined at the start or end of the list. */
  readonly location: Location | undefined
  /**
   * The indexes of the stretch's rows, with those ahead of the place moved ahead of the others. Cursors take their
   * neighbours from this order, so that a row that the client has seen stays behind, wherever it has moved.
   */
  readonly order: readonly number[]
  /** The positions in `order` that are ahead, nearest first. */
  readonly ahead: readonly number[]
}

/** A row of the page, or one ahead of it. */
export interface RowAhead<Row> {
  readonly node: Row
  readonly offset: number
  readonly piece: Piece<Row>
  /** Its position in the piece's order. */
  readonly position: number
}

export function pieceOf<Row>(
  stretch: Stretch<Row>,
  location: Location | undefined,
  isForward: boolean,
): Piece<Row> {
  const indexes = [...stretch.rows.keys()]
  const isAhead = (index: number) => !location || location.sideOf(index) === (isForward ? 1 : -1)
  const ahead = indexes.filter(isAhead)
  const behind = indexes.filter((index) => !isAhead(index))
  return isForward
    ? { stretch, location, order: [...behind, ...ahead], ahead: indexes.slice(behind.length) }
    : { stretch, location, order: [...ahead, ...behind], ahead: indexes.slice(0, ahead.length).reverse() }
}

/** Whether any row lies behind the place, other than its own. */
export function hasRowsBehind<Row>({ stretch, location }: Piece<Row>, isForward: boolean): boolean {
  if (!location) return false
  if (isForward ? stretch.offset > 0 : stretch.hasMore) return true
  return stretch.rows.some((_, index) => location.sideOf(index) === (isForward ? -1 : 1))
}

/** The rows ahead of the piece's place, but not past `end`, nearest first: those of this page and of the next ones. */
export function rowsAhead<Row>(
  piece: Piece<Row>,
  end: Location | undefined,
  isForward: boolean,
): RowAhead<Row>[] {
  const rows: RowAhead<Row>[] = []
  for (const position of piece.ahead) {
    const index = piece.order[position] ?? 0
    const node = piece.stretch.rows[index]
    const isPastEnd = end !== undefined && end.sideOf(index) !== (isForward ? -1 : 1)
    if (node !== undefined && !isPastEnd)
      rows.push({ node, offset: piece.stretch.offset + position, piece, position })
  }
  return rows
}

/** Whether the list ends within the piece, in the direction of reading. */
export function showsEnd<Row>({ stretch }: Piece<Row>, isForward: boolean): boolean {
  return isForward ? !stretch.hasMore : stretch.offset === 0
}

export function placeOf<Row>({ offset, piece, position }: RowAhead<Row>): Place {
  const { stretch, order } = piece
  const start = Math.max(0, position - REACH)
  const remembered = order.slice(start, position + 1 + REACH)
  return {
    offset,
    marks: remembered.map((index) => stretch.markAt(index) ?? 0),
    own: position - start,
    reachesStart: stretch.offset === 0 && position <= REACH,
    reachesEnd: !stretch.hasMore && order.length - 1 - position <= REACH,
  }
}

/** Classes, because V8 keeps a hidden class for each object literal with getters until a full collection. */
export class EdgesInfo implements PageInfo {
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

export class RowEdge<Row> implements Edge<Row> {
  readonly node: Row
  private readonly row: RowAhead<Row>
  private readonly filter: string

  constructor(row: RowAhead<Row>, filter: string) {
    this.node = row.node
    this.row = row
    this.filter = filter
  }

  get cursor(): string {
    return encodeCursor(placeOf(this.row), this.filter)
  }
}
