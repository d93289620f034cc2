import type { Slice, Window, WindowReads } from '../../src/pagination/list.ts'

/** Runs reads against a source that may change between them. Returns the result and the windows that were read. */
export function drive<Row, Result>(
  reads: WindowReads<Row, Result>,
  source: (window: Window) => Slice<Row>,
): { value: Result; windows: [offset: number, limit: number][] } {
  const windows: [number, number][] = []
  let step = reads.next()
  while (!step.done) {
    const { offset, limit } = step.value
    windows.push([offset, limit])
    step = reads.next(source({ offset, limit }))
  }
  return { value: step.value, windows }
}

/** The upstream's response to a window of this list. */
export function sliceOf<Row>(rows: readonly Row[], { offset, limit }: Window): Slice<Row> {
  if (!(Number.isInteger(offset) && offset >= 0 && Number.isInteger(limit) && limit >= 1)) {
    throw new RangeError(`No upstream takes offset ${offset} and limit ${limit}`)
  }
  return { rows: rows.slice(offset, offset + limit), hasMore: offset + limit < rows.length }
}
