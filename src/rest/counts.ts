import { LRUCache } from 'lru-cache'

/** How long each list was when it was last counted: a guess for the next count, never an answer. */
export interface Counts {
  get(credential: string | null, filter: string): number | undefined
  set(credential: string | null, filter: string, count: number): void
}

const MAX_LISTS = 10_000

export function createCounts(): Counts {
  const counts = new LRUCache<string, number>({ max: MAX_LISTS })
  const keyOf = (credential: string | null, filter: string) => `${credential}\n${filter}`
  return {
    get: (credential, filter) => counts.get(keyOf(credential, filter)),
    set: (credential, filter, count) => void counts.set(keyOf(credential, filter), count),
  }
}
