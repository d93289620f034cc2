import type { PageRequest } from './arguments.ts'
import { type Place, REACH } from './cursor.ts'
import type { Stretch, Window } from './list.ts'
import type { Span } from './location.ts'

type Wanted = Pick<PageRequest, 'forward' | 'size'> & Partial<Pick<PageRequest, 'to'>>

/** A read costs the same whatever its size, so small ones look this many rows beyond what they need, on both sides. */
const SLACK = REACH

/** How many reads `size` rows behind a place take when nothing moves: neighbouring reads share one row. */
export function readsBehind(size: number, maxWindow: number): number {
  return Math.max(1, Math.ceil(size / (maxWindow - 1)))
}

/**
 * The rows that come first, some following ones as neighbours for their cursors and, when it can be had in the same
 * read, the place where the page has to end.
 */
export function windowFromStart({ size, to }: Wanted, maxWindow: number): Window {
  const limit = Math.min(size + REACH, maxWindow)
  const reached = to ? to.offset + 1 + REACH : 0
  return { offset: 0, limit: reached <= maxWindow ? Math.max(limit, reached) : limit }
}

/** The place's own row, the rows behind it and, as far as that takes no further read, neighbours and slack around. */
export function windowBehind(place: Place, { forward, size, to }: Wanted, maxWindow: number): Window {
  const needed = forward ? size : Math.min(size, place.offset)
  const reads = readsBehind(needed, maxWindow)
  const spare = reads * (maxWindow - 1) - needed
  // As many rows back as a page has: whoever reads a page and removes all of it finds the next one there.
  const back = Math.min(REACH + Math.max(SLACK, needed), Math.floor(spare / (reads + 1)))
  const room = maxWindow - 1 - back
  const aim = to ? Math.abs(to.offset - place.offset) + REACH : 0
  const ahead = Math.min(room, Math.max(needed + REACH + SLACK, aim <= room ? aim : 0))
  const start = place.offset - (forward ? back : ahead)
  const offset = Math.max(0, start)
  return { offset, limit: start + back + ahead + 1 - offset }
}

/** Where to look next for a place that is not in what was read around it: on the nearer side, with what is seen of it. */
export function windowBeside<Row>(
  read: readonly Stretch<Row>[],
  span: Span,
  maxWindow: number,
): Window | undefined {
  const start = Math.min(...read.map(({ offset }) => offset))
  const end = Math.max(...read.map(({ offset, rows }) => offset + rows.length))
  const canGoOn = read.every(({ hasMore }) => hasMore)
  if (!canGoOn && start === 0) return undefined
  const overlap = Math.min(3 * REACH, maxWindow - 1)
  const shared = (rows: number) =>
    span.isSeen ? Math.min(Math.max(rows + REACH, overlap), maxWindow - overlap) : overlap
  const isNearerToStart = span.start - start < end - span.end
  const offset =
    canGoOn && (start === 0 || !isNearerToStart)
      ? end - shared(end - span.start)
      : start + shared(span.end - start) - maxWindow
  return { offset: Math.max(0, offset), limit: maxWindow }
}
