import { LRUCache } from 'lru-cache'

/**
 * What the gateway remembers of lists across operations, by view: guesses that save requests, never an answer. One for
 * the whole process.
 */
export interface ListMemory {
  /** How many rows the list had when it was last counted. */
  count(view: string, filter: string): number | undefined
  setCount(view: string, filter: string, count: number): void
  /** Whether lists of this shape were too long to be read in one request within the last hour. */
  isTooLong(view: string, shape: string): boolean
  setTooLong(view: string, shape: string): void
}

const MAX_LISTS = 10_000
const TOO_LONG_FOR_MS = 3_600_000

export function createListMemory(monotonic: () => number): ListMemory {
  const counts = new LRUCache<string, number>({ max: MAX_LISTS })
  const tooLongSince = new LRUCache<string, number>({ max: MAX_LISTS })
  const keyOf = (view: string, text: string) => `${view} ${text}`
  return {
    count: (view, filter) => counts.get(keyOf(view, filter)),
    setCount: (view, filter, count) => void counts.set(keyOf(view, filter), count),
    isTooLong(view, shape) {
      const since = tooLongSince.get(keyOf(view, shape))
      return since !== undefined && monotonic() - since < TOO_LONG_FOR_MS
    },
    setTooLong: (view, shape) => void tooLongSince.set(keyOf(view, shape), monotonic()),
  }
}
