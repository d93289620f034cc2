import { encodeCursor, type Place, REACH } from './cursor.ts'
import type { Segment } from './list.ts'
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

/** The rows that one segment adds to a page. "Ahead" is the direction of reading from the place, "behind" the opposite. */
export interface Chunk<Row> {
  readonly segment: Segment<Row>
  /** The place where the chunk begins; undefined at the start or end of the list. */
  readonly location: Location | undefined
  /**
   * The indexes of the segment's rows: in the direction of reading, first those behind the place, then those ahead of it.
   * Cursors take their neighbours from this order, so that a received row stays behind, wherever it moves.
   */
  readonly order: readonly number[]
  /** The positions in `order` that are ahead, nearest first. */
  readonly ahead: readonly number[]
}

/** A row of the page, or a row ahead of the page. */
export interface RowAhead<Row> {
  readonly node: Row
  readonly offset: number
  readonly chunk: Chunk<Row>
  /** The row's position in the chunk's `order`. */
  readonly position: number
}

export function chunkOf<Row>(
  segment: Segment<Row>,
  location: Location | undefined,
  isForward: boolean,
): Chunk<Row> {
  const indexes = [...segment.rows.keys()]
  const isAhead = (index: number) => !location || location.sideOf(index) === (isForward ? 1 : -1)
  const ahead = indexes.filter(isAhead)
  const behind = indexes.filter((index) => !isAhead(index))
  return isForward
    ? { segment, location, order: [...behind, ...ahead], ahead: indexes.slice(behind.length) }
    : { segment, location, order: [...ahead, ...behind], ahead: indexes.slice(0, ahead.length).reverse() }
}

/** Whether any row lies behind the place, other than its own. */
export function hasRowsBehind<Row>({ segment, location }: Chunk<Row>, isForward: boolean): boolean {
  if (!location) return false
  if (isForward ? segment.offset > 0 : segment.hasMore) return true
  return segment.rows.some((_, index) => location.sideOf(index) === (isForward ? -1 : 1))
}

/** The rows ahead of the chunk's place, but not past `end`, nearest first: rows of this page and of the next pages. */
export function rowsAhead<Row>(
  chunk: Chunk<Row>,
  end: Location | undefined,
  isForward: boolean,
): RowAhead<Row>[] {
  const rows: RowAhead<Row>[] = []
  for (const position of chunk.ahead) {
    const index = chunk.order[position] ?? 0
    const node = chunk.segment.rows[index]
    const isPastEnd = end !== undefined && end.sideOf(index) !== (isForward ? -1 : 1)
    if (node !== undefined && !isPastEnd)
      rows.push({ node, offset: chunk.segment.offset + position, chunk, position })
  }
  return rows
}

/** Whether the list ends within the chunk, in the direction of reading. */
export function hasListEnd<Row>({ segment }: Chunk<Row>, isForward: boolean): boolean {
  return isForward ? !segment.hasMore : segment.offset === 0
}

export function placeOf<Row>({ offset, chunk, position }: RowAhead<Row>): Place {
  const { segment, order } = chunk
  const start = Math.max(0, position - REACH)
  const nearby = order.slice(start, position + 1 + REACH)
  return {
    offset,
    marks: nearby.map((index) => segment.markAt(index) ?? 0),
    ownIndex: position - start,
    reachesStart: segment.offset === 0 && position <= REACH,
    reachesEnd: !segment.hasMore && order.length - 1 - position <= REACH,
  }
}

/** A class: V8 keeps a hidden class for each object literal with getters until a full collection. */
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
