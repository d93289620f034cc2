import type { PageRequest } from './arguments.ts'
import { MAX_PROBES } from './end.ts'
import { readsBehind } from './window.ts'

/** Upstream requests. */
export interface Cost {
  readonly min: number
  readonly max: number
}

/** How many reads more than in a list that stays still it may take to read a page, and then to place a second cursor. */
export const EXTRA_READS = 2

export const COUNT_COST: Cost = { min: 1, max: MAX_PROBES }

/** `min` is 1, as the list may be short. What is done in one read from the start has nothing to be disturbed by. */
export function costOf(request: PageRequest, maxWindow: number): Cost {
  const { forward, size, from, to } = request
  const placing = to ? 1 + EXTRA_READS : 0
  if (size === 0 && !from && !forward) return { min: 1, max: 1 + (to ? EXTRA_READS : 0) }
  const reads = readsOf(request, maxWindow)
  const isDoneAtOnce = forward && !from && reads === 1
  const search = from || forward ? 0 : MAX_PROBES
  return { min: 1, max: reads + (isDoneAtOnce ? 0 : EXTRA_READS) + search + placing }
}

/** What the page takes when nothing moves, without the search for the end. */
export function readsOf({ forward, size, from }: PageRequest, maxWindow: number): number {
  if (from || !forward) return readsBehind(size, maxWindow)
  return 1 + (size > maxWindow ? readsBehind(size - maxWindow, maxWindow) : 0)
}
