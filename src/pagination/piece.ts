import { type MarkedPlace, REACH } from './cursor.ts'
import type { Stretch } from './list.ts'
import type { Location } from './location.ts'

/** What one stretch gives to a page: its rows ahead of the place that was read from. */
export interface Piece<Row> {
  readonly stretch: Stretch<Row>
  readonly location: Location | undefined
  /**
   * The indexes of the stretch's rows, those behind the place moved behind it. A cursor's neighbours are taken
   * from here, so that rows already seen are on its seen side wherever they went.
   */
  readonly order: readonly number[]
  /** The positions in `order` that are ahead, nearest first. */
  readonly ahead: readonly number[]
}

export function pieceOf<Row>(
  stretch: Stretch<Row>,
  location: Location | undefined,
  forward: boolean,
): Piece<Row> {
  const indexes = [...stretch.rows.keys()]
  const isAhead = (index: number) => !location || location.sideOf(index) === (forward ? 1 : -1)
  const ahead = indexes.filter(isAhead)
  const behind = indexes.filter((index) => !isAhead(index))
  if (forward) return { stretch, location, order: [...behind, ...ahead], ahead: indexes.slice(behind.length) }
  return { stretch, location, order: [...ahead, ...behind], ahead: indexes.slice(0, ahead.length).reverse() }
}

/** Whether a row lies beyond the place that was read from, its own row aside. */
export function hasRowsBeyond<Row>({ stretch, location }: Piece<Row>, forward: boolean): boolean {
  if (!location) return false
  if (forward ? stretch.offset > 0 : stretch.hasMore) return true
  return stretch.rows.some((_, index) => location.sideOf(index) === (forward ? -1 : 1))
}

/** A row of the page, or of the next one. */
export interface RowAhead<Row> {
  readonly node: Row
  readonly offset: number
  readonly piece: Piece<Row>
  /** Its position in the piece's order. */
  readonly position: number
}

/** The rows of a piece that belong to the page or to the next one, nearest first. */
export function rowsAhead<Row>(
  piece: Piece<Row>,
  stop: Location | undefined,
  forward: boolean,
): RowAhead<Row>[] {
  const rows: RowAhead<Row>[] = []
  for (const position of piece.ahead) {
    const index = piece.order[position] ?? 0
    const node = piece.stretch.rows[index]
    const isBeyond = stop !== undefined && stop.sideOf(index) !== (forward ? -1 : 1)
    if (node !== undefined && !isBeyond)
      rows.push({ node, offset: piece.stretch.offset + position, piece, position })
  }
  return rows
}

export function showsEnd<Row>({ stretch }: Piece<Row>, forward: boolean): boolean {
  return forward ? !stretch.hasMore : stretch.offset === 0
}

export function markedPlaceOf<Row>({ offset, piece, position }: RowAhead<Row>): MarkedPlace {
  const { stretch, order } = piece
  const before = Math.min(position, REACH)
  const behind = order.length - 1 - position
  return {
    offset,
    before,
    after: Math.min(behind, REACH),
    markAt: (nth) => stretch.markAt(order[position - before + nth] ?? 0) ?? 0,
    startsList: stretch.offset === 0 && position <= REACH,
    endsList: !stretch.hasMore && behind <= REACH,
  }
}
