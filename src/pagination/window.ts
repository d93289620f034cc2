import type { PageRequest } from './arguments.ts'
import { type Place, REACH } from './cursor.ts'
import type { Segment, Window } from './list.ts'
import type { Span } from './location.ts'

/** What a window should contain: `size` rows in one direction and, if one read can have both, the end of the page. */
type WindowRequest = Pick<PageRequest, 'isForward' | 'size'> & Partial<Pick<PageRequest, 'to'>>

/** Extra rows on both sides of a small window: a read costs one request, whatever its size. */
const SLACK = REACH

/** How many reads `size` rows ahead of a place take while the list does not change. Adjacent reads share one row. */
export function readsAhead(size: number, maxReadSize: number): number {
  return Math.max(1, Math.ceil(size / (maxReadSize - 1)))
}

/** The first rows of the list, and some more as neighbours for their cursors. */
export function windowFromStart({ size, to }: WindowRequest, maxReadSize: number): Window {
  const limit = Math.min(size + REACH, maxReadSize)
  const upToEnd = to ? to.offset + 1 + REACH : 0
  return { offset: 0, limit: upToEnd <= maxReadSize ? Math.max(limit, upToEnd) : limit }
}

/** The place's own row, the rows ahead of it and, as far as no further read is needed, neighbours and slack around. */
export function windowAhead(
  place: Place,
  { isForward, size, to }: WindowRequest,
  maxReadSize: number,
): Window {
  const needed = isForward ? size : Math.min(size, place.offset)
  const reads = readsAhead(needed, maxReadSize)
  const spare = reads * (maxReadSize - 1) - needed
  // Looks back a full page, so that a client that deletes every row of a page still finds the next page.
  const back = Math.min(REACH + Math.max(SLACK, needed), Math.floor(spare / (reads + 1)))
  const room = maxReadSize - 1 - back
  const upToEnd = to ? Math.abs(to.offset - place.offset) + REACH : 0
  const ahead = Math.min(room, Math.max(needed + REACH + SLACK, upToEnd <= room ? upToEnd : 0))
  const start = place.offset - (isForward ? back : ahead)
  const offset = Math.max(0, start)
  return { offset, limit: start + back + ahead + 1 - offset }
}

/**
 * The window to read next for a place that the segments so far do not contain: on the side of the segments that is
 * nearer to the place's neighbours, and overlapping the neighbours in view. Undefined if the complete list is read.
 */
export function windowBeside<Row>(
  segments: readonly Segment<Row>[],
  span: Span,
  maxReadSize: number,
): Window | undefined {
  const start = Math.min(...segments.map(({ offset }) => offset))
  const end = Math.max(...segments.map(({ offset, rows }) => offset + rows.length))
  const hasMore = segments.every((segment) => segment.hasMore)
  if (!hasMore && start === 0) return undefined
  const overlap = Math.min(3 * REACH, maxReadSize - 1)
  const sharedRows = (rows: number) =>
    span.isInView ? Math.min(Math.max(rows + REACH, overlap), maxReadSize - overlap) : overlap
  const isNearerToStart = span.start - start < end - span.end
  const offset =
    hasMore && (start === 0 || !isNearerToStart)
      ? end - sharedRows(end - span.start)
      : start + sharedRows(span.end - start) - maxReadSize
  return { offset: Math.max(0, offset), limit: maxReadSize }
}
