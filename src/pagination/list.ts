import { type Mark, markOf } from './cursor.ts'
import { UnreadableListError } from './errors.ts'

/** A list that can only be read by offset, may change between two reads, and whose order is not known. */
export interface List<Row> {
  /** The canonical text of the filter. A cursor is valid for this text only. */
  readonly filter: string
  readonly identify: (row: Row) => string
  /** What a row shows, as a text. A neighbour whose state has not changed has most likely not moved either. */
  readonly state?: (row: Row) => string
  /** The number of rows when the list was last counted. */
  readonly guess?: number | undefined
}

/** What one read asks for, in rows. */
export interface Window {
  readonly offset: number
  readonly limit: number
}

/** What one read returns. */
export interface Slice<Row> {
  readonly rows: readonly Row[]
  /** More rows follow, or may follow where the upstream does not say. */
  readonly hasMore: boolean
}

/** A slice with its place in the list. */
export interface Stretch<Row> extends Slice<Row> {
  readonly offset: number
  /** The upstream gave fewer rows than asked, though it has more. */
  readonly isClipped: boolean
  /** The mark of the row with this index. */
  readonly markAt: (index: number) => Mark | undefined
}

/** A generator that yields the windows it wants to read, receives the slice of each, and returns the result. */
export type WindowReads<Row, Result> = Generator<Window, Result, Slice<Row>>

export function* readStretch<Row>(list: List<Row>, window: Window): WindowReads<Row, Stretch<Row>> {
  const slice = yield window
  if (slice.hasMore && slice.rows.length === 0)
    throw new UnreadableListError(`The list has more rows at offset ${window.offset}, but gives none.`)
  return stretchOf(list, window, slice)
}

export function stretchOf<Row>(list: List<Row>, window: Window, slice: Slice<Row>): Stretch<Row> {
  const rows = slice.rows.slice(0, window.limit)
  const hasMore = slice.hasMore || slice.rows.length > window.limit
  const marks: Mark[] = []
  function markAt(index: number): Mark | undefined {
    const row = rows[index]
    if (row === undefined) return undefined
    marks[index] ??= markOf(list.identify(row), list.state?.(row))
    return marks[index]
  }
  return { offset: window.offset, rows, hasMore, isClipped: hasMore && rows.length < window.limit, markAt }
}
