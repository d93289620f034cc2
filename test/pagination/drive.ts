import type { Reading, Slice, Window } from '../../src/pagination/list.ts'

/** Runs a reading against a source that may change between two windows, and tells which windows it asked for. */
export function drive<Row, Result>(
  reading: Reading<Row, Result>,
  source: (window: Window) => Slice<Row>,
): { value: Result; windows: [offset: number, limit: number][] } {
  const windows: [number, number][] = []
  let step = reading.next()
  while (!step.done) {
    const { offset, limit } = step.value
    windows.push([offset, limit])
    step = reading.next(source({ offset, limit }))
  }
  return { value: step.value, windows }
}

/** What the upstream answers for a window of this list. */
export function sliceOf<Row>(rows: readonly Row[], { offset, limit }: Window): Slice<Row> {
  if (!(Number.isInteger(offset) && offset >= 0 && Number.isInteger(limit) && limit >= 1)) {
    throw new RangeError(`No upstream takes offset ${offset} and limit ${limit}`)
  }
  return { rows: rows.slice(offset, offset + limit), hasMore: offset + limit < rows.length }
}
