import { LRUCache } from 'lru-cache'

/** Which lists were too long to be read in one request when it was last tried, so that it isn't tried at every poll. */
export interface Overflows {
  has(account: string, shape: string): boolean
  add(account: string, shape: string): void
}

const MAX_SHAPES = 10_000
const MAX_AGE_MS = 3_600_000

export function createOverflows(now: () => number): Overflows {
  const seen = new LRUCache<string, number>({ max: MAX_SHAPES })
  const keyOf = (account: string, shape: string) => `${account} ${shape}`
  return {
    has: (account, shape) =>
      now() - (seen.get(keyOf(account, shape)) ?? Number.NEGATIVE_INFINITY) < MAX_AGE_MS,
    add: (account, shape) => void seen.set(keyOf(account, shape), now()),
  }
}
