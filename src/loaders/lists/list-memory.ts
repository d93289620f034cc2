import { LRUCache } from 'lru-cache'

/**
 * Facts about lists that are kept across operations, by view. They save requests as guesses, and are never an answer. The process
 * has one.
 */
export interface ListMemory {
  /** The last known number of rows. */
  count(view: string, filter: string): number | undefined
  setCount(view: string, filter: string, count: number): void
  /** Whether within the last hour a list of this shape was too long for one request. */
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
