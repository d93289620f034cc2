import type { Slice, Window } from '../pagination/list.ts'

/** The fewest windows that together cover the given ones, none of them larger than one request may be. */
export function coveringSpans(windows: readonly Window[], maxLimit: number): Window[] {
  const spans: { offset: number; limit: number }[] = []
  for (const { offset, limit } of [...windows].sort((a, b) => a.offset - b.offset)) {
    const span = spans.at(-1)
    const reach = span === undefined ? Number.POSITIVE_INFINITY : offset + limit - span.offset
    if (span !== undefined && reach <= maxLimit) span.limit = Math.max(span.limit, reach)
    else spans.push({ offset, limit })
  }
  return spans
}

export function covers(span: Window, window: Window): boolean {
  return span.offset <= window.offset && window.offset + window.limit <= span.offset + span.limit
}

/** The part of a span's rows that lies in a window; undefined where the upstream gave fewer rows than asked. */
export function sliceOf<Row>(slice: Slice<Row>, span: Window, window: Window): Slice<Row> | undefined {
  const start = window.offset - span.offset
  const rows = slice.rows.slice(start, start + window.limit)
  if (rows.length < window.limit && slice.hasMore) return undefined
  return { rows, hasMore: slice.hasMore || slice.rows.length > start + window.limit }
}
