import { LRUCache } from 'lru-cache'

/** How long each list was when it was last counted: a guess for the next count, never an answer. */
export interface Counts {
  get(account: string, filter: string): number | undefined
  set(account: string, filter: string, count: number): void
}

const MAX_LISTS = 10_000

export function createCounts(): Counts {
  const counts = new LRUCache<string, number>({ max: MAX_LISTS })
  const keyOf = (account: string, filter: string) => `${account} ${filter}`
  return {
    get: (account, filter) => counts.get(keyOf(account, filter)),
    set: (account, filter, count) => void counts.set(keyOf(account, filter), count),
  }
}
