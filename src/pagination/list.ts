import { type Mark, markOf } from './cursor.ts'
import { UnreadableListError } from './errors.ts'

/** A list that can only be read by offset, may change between two reads, and whose order is not known. */
export interface List<Row> {
  /** The canonical text of the filter. A cursor is valid only for this text. */
  readonly filter: string
  readonly identify: (row: Row) => string
  /** The visible fields of a row as a text. A neighbour whose state has not changed has most likely not moved either. */
  readonly state?: (row: Row) => string
  /** The number of rows when the list was last counted. */
  readonly guess?: number | undefined
}

/** The range of rows that one read requests. */
export interface Window {
  readonly offset: number
  readonly limit: number
}

/** The rows that one read returns. */
export interface Slice<Row> {
  readonly rows: readonly Row[]
  /** More rows follow, or may follow if the upstream does not state it. */
  readonly hasMore: boolean
}

/** A slice with its offset in the list. */
export interface Segment<Row> extends Slice<Row> {
  readonly offset: number
  /** The upstream returned fewer rows than the limit, though it has more. */
  readonly isClipped: boolean
  /** The mark of the row with this index. */
  readonly markAt: (index: number) => Mark | undefined
}

/** A generator that yields the windows to read, receives the slice of each, and returns the result. */
export type WindowReads<Row, Result> = Generator<Window, Result, Slice<Row>>

export function* readSegment<Row>(list: List<Row>, window: Window): WindowReads<Row, Segment<Row>> {
  const slice = yield window
  if (slice.hasMore && slice.rows.length === 0)
    throw new UnreadableListError(`The list has more rows at offset ${window.offset}, but gives none.`)
  return segmentOf(list, window, slice)
}

export function segmentOf<Row>(list: List<Row>, window: Window, slice: Slice<Row>): Segment<Row> {
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
