import type { Slice, Window } from '../pagination/list.ts'

/** The fewest windows that show all of these, none of them larger than one request can be. */
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

/** What a window shows, where a span around it showed this; undefined where the upstream gave less than was asked. */
export function sliceOf<Row>(shown: Slice<Row>, span: Window, window: Window): Slice<Row> | undefined {
  const start = window.offset - span.offset
  const rows = shown.rows.slice(start, start + window.limit)
  if (rows.length < window.limit && shown.hasMore) return undefined
  return { rows, hasMore: shown.hasMore || shown.rows.length > start + window.limit }
}
