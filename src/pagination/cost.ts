import type { PageRequest } from './arguments.ts'
import { MAX_PROBES } from './end.ts'
import { readsAhead } from './window.ts'

/** In upstream requests. */
export interface Cost {
  readonly min: number
  readonly max: number
}

/** How many more reads a changing list may take than one at rest, for a page, and again to find its second cursor. */
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
 * The reads that the rows of a page may take, besides those that find the end of the list or the second cursor. A page
 * that takes one read from the start can not be disturbed. Where the upstream gives fewer rows than asked, the page is
 * as long as these reads make it.
 */
export function readsFor({ isForward, size, from }: PageRequest, maxReadSize: number): number {
  if (from || !isForward) return readsAhead(size, maxReadSize) + EXTRA_READS
  return size > maxReadSize ? 1 + readsAhead(size - maxReadSize, maxReadSize) + EXTRA_READS : 1
}
