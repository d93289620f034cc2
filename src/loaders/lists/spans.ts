import type { Slice, Window } from '../../pagination/list.ts'
import { UpstreamError } from '../../rest/errors.ts'

/**
 * Reads windows of one list by the fewest requests of at most `maxLimit` rows. If such a request fails, each of its windows is read
 * separately, unless the failure would be the same for all: then only from the cache. One promise for each window, so that no read
 * delays another.
 */
export function readWindows<Key extends { readonly window: Window }, Page extends Slice<unknown>>(
  keys: readonly Key[],
  maxLimit: number,
  read: (key: Key, window: Window, failure?: UpstreamError) => Promise<Page>,
): [key: Key, page: Promise<Page>][] {
  const windows = keys.map(({ window }) => window)
  const spans = coveringSpans(windows, maxLimit)
  const reads = new Map<Window, Promise<Page>>()

  async function readVia(span: Window, key: Key): Promise<Page> {
    const { window } = key
    const begun = reads.get(span) ?? read(key, span)
    reads.set(span, begun)
    if (span.offset === window.offset && span.limit === window.limit) return begun
    try {
      const page = await begun
      const slice = sliceOf(page, span, window)
      if (slice !== undefined) return { ...page, ...slice }
    } catch (error) {
      return read(key, window, failureOfAll(error))
    }
    return read(key, window)
  }
  return keys.map((key) => {
    const span = spans.find((candidate) => covers(candidate, key.window)) ?? key.window
    return [key, readVia(span, key)]
  })
}

/**
 * The rows of a window, taken from those of a span. Undefined where the upstream returned fewer rows than requested, unless it would
 * answer the window itself with the same rows.
 */
export function sliceOf<Row>(slice: Slice<Row>, span: Window, window: Window): Slice<Row> | undefined {
  const start = window.offset - span.offset
  const rows = slice.rows.slice(start, start + window.limit)
  if (rows.length < window.limit && slice.hasMore && start > 0) return undefined
  return { rows, hasMore: slice.hasMore || slice.rows.length > start + window.limit }
}

/**
 * The error of a read that stands for several, if each of them would fail with it: then each is looked up in the cache only.
 * Undefined where they may succeed separately: the upstream refused only their union, or no request was sent.
 */
export function failureOfAll(error: unknown): UpstreamError | undefined {
  if (!(error instanceof UpstreamError)) throw error
  return error.progress !== 'notSent' && OF_ALL_READS.includes(error.code) ? error : undefined
}

/** Errors that every read would get: the upstream refuses the credential, or does not answer. */
const OF_ALL_READS = ['UNAUTHENTICATED', 'FORBIDDEN', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_TIMEOUT']

function coveringSpans(windows: readonly Window[], maxLimit: number): Window[] {
  const spans: { offset: number; limit: number }[] = []
  for (const { offset, limit } of [...windows].sort((a, b) => a.offset - b.offset)) {
    const span = spans.at(-1)
    const reach = span === undefined ? Number.POSITIVE_INFINITY : offset + limit - span.offset
    if (span !== undefined && reach <= maxLimit) span.limit = Math.max(span.limit, reach)
    else spans.push({ offset, limit })
  }
  return spans
}

function covers(span: Window, window: Window): boolean {
  return span.offset <= window.offset && window.offset + window.limit <= span.offset + span.limit
}
