import { UnreadableListError } from './errors.ts'
import { type Mark, markOf } from './mark.ts'

/** A list that can only be read by offset, may slide between two reads, and has an order that nobody told us. */
export interface List<Row> {
  /** The canonical text of what is listed; a cursor is good for this text only. */
  readonly filter: string
  readonly identify: (row: Row) => string
  /** All that a row shows. A neighbour that shows the same as before is the better witness. */
  readonly state?: (row: Row) => string
  /** How many rows there were when somebody last counted. */
  readonly guess?: number | undefined
}

export interface Window {
  readonly offset: number
  readonly limit: number
}

export interface Slice<Row> {
  readonly rows: readonly Row[]
  readonly hasMore: boolean
  /** What was made of just these rows before, where somebody keeps it. */
  readonly made?: Made
}

/** What is made of the rows of a slice, each when it is first needed. */
export interface Made {
  readonly marks: (Mark | undefined)[]
  /** By all that they depend on besides the rows, and by position. */
  readonly cursors: Map<string, (string | undefined)[]>
}

export function nothingMade(): Made {
  return { marks: [], cursors: new Map() }
}

/** A slice with its place, and marks for its rows, made when first needed. */
export interface Stretch<Row> extends Slice<Row> {
  readonly offset: number
  /** The upstream gave fewer rows than asked, though it has more. */
  readonly clipped: boolean
  readonly markAt: (index: number) => Mark | undefined
  /** The cursors of its rows in their own order, those that were made. */
  readonly cursors: (string | undefined)[]
}

/** A generator of the windows it wants to see; it is sent their slices. */
export type Reading<Row, Result> = Generator<Window, Result, Slice<Row>>

export function* ask<Row>(list: List<Row>, window: Window): Reading<Row, Stretch<Row>> {
  const slice = yield window
  if (slice.hasMore && slice.rows.length === 0) {
    throw new UnreadableListError(`The list has more rows at offset ${window.offset}, but gives none.`)
  }
  const rows = slice.rows.slice(0, window.limit)
  const hasMore = slice.hasMore || slice.rows.length > window.limit
  const { marks, cursors } = slice.made ?? nothingMade()
  const markAt = (index: number) => {
    const row = rows[index]
    if (row === undefined) return undefined
    marks[index] ??= markOf(list.identify(row), list.state?.(row))
    return marks[index]
  }
  const clipped = hasMore && rows.length < window.limit
  const around = `${window.offset} ${rows.length} ${hasMore} ${list.filter}`
  const known = cursors.get(around) ?? []
  cursors.set(around, known)
  return { offset: window.offset, rows, hasMore, clipped, markAt, cursors: known }
}
