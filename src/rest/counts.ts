import { LRUCache } from 'lru-cache'

/** How long each list was when it was last counted: a guess for the next count, never an answer. */
export interface Counts {
  get(view: string, filter: string): number | undefined
  set(view: string, filter: string, count: number): void
}

const MAX_LISTS = 10_000

export function createCounts(): Counts {
  const counts = new LRUCache<string, number>({ max: MAX_LISTS })
  const keyOf = (view: string, filter: string) => `${view} ${filter}`
  return {
    get: (view, filter) => counts.get(keyOf(view, filter)),
    set: (view, filter, count) => void counts.set(keyOf(view, filter), count),
  }
}
