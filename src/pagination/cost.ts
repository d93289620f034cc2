import type { PageRequest } from './arguments.ts'
import { MAX_PROBES } from './end.ts'
import { readsAhead } from './window.ts'

/** In upstream requests. */
export interface Cost {
  readonly min: number
  readonly max: number
}

/** How many more reads a list that changes may take than an unchanged one: for a page, and again for its second cursor. */
export const EXTRA_READS = 2

export const COUNT_COST: Cost = { min: 1, max: MAX_PROBES }

/** `min` is 1, because the list may be short. */
export function costOf(request: PageRequest, maxReadSize: number): Cost {
  const { isForward, size, from, to } = request
  const findingTo = to ? 1 + EXTRA_READS : 0
  if (size === 0 && !from && !isForward) return { min: 1, max: 1 + (to ? EXTRA_READS : 0) }
  const findingEnd = from || isForward ? 0 : MAX_PROBES
  return { min: 1, max: readsFor(request, maxReadSize) + findingEnd + findingTo }
}

/**
 * The reads that the rows of a page may take, besides those that find the end of the list or the second cursor. A page of
 * one read from the start needs no extra reads: no change can disturb it. Where the upstream returns fewer rows than the
 * limit, the page is only as long as these reads allow.
 */
export function readsFor({ isForward, size, from }: PageRequest, maxReadSize: number): number {
  if (from || !isForward) return readsAhead(size, maxReadSize) + EXTRA_READS
  return size > maxReadSize ? 1 + readsAhead(size - maxReadSize, maxReadSize) + EXTRA_READS : 1
}
