import { LRUCache } from 'lru-cache'

/** Which lists were too long to be read in one request when it was last tried, so that it isn't tried at every poll. */
export interface Overflows {
  has(view: string, shape: string): boolean
  add(view: string, shape: string): void
}

const MAX_SHAPES = 10_000
const MAX_AGE_MS = 3_600_000

export function createOverflows(now: () => number): Overflows {
  const seen = new LRUCache<string, number>({ max: MAX_SHAPES })
  const keyOf = (view: string, shape: string) => `${view} ${shape}`
  return {
    has: (view, shape) => now() - (seen.get(keyOf(view, shape)) ?? Number.NEGATIVE_INFINITY) < MAX_AGE_MS,
    add: (view, shape) => void seen.set(keyOf(view, shape), now()),
  }
}
