import { describe, expect, test } from 'vitest'
import { CursorExpiredError } from '../../src/pagination/errors.ts'
import type { List } from '../../src/pagination/list.ts'
import { type Page, planPage } from '../../src/pagination/page.ts'
import { readsAhead } from '../../src/pagination/window.ts'
import { createDriftingList, type DriftingRow, seeded } from './drift.ts'
import { drive } from './drive.ts'

const WALKS = 300
const ROWS = 600

/** Pages of one read with room to spare, pages that fill a read to the last row, and pages of several reads. */
const SIZES = [3, 10, 20, 20, 25, 50, 50, 80, 99, 100, 150, 198, 250, 500]

describe('a client that pages through 600 rows while others insert, remove and move rows', () => {
  for (const [name, state] of [
    ['whose state changes when they move', ({ version }: DriftingRow) => String(version)],
    ['without a state', undefined],
  ] as const) {
    test(`sees every row that stayed exactly once: rows ${name}`, () => {
      const list: List<DriftingRow> = {
        filter: '',
        identify: ({ id }) => String(id),
        ...(state && { state }),
      }
      const walks = Array.from({ length: WALKS }, (_, seed) => walk(list, seed))

      expect(walks.flatMap(({ twice }) => twice)).toEqual([])
      expect(walks.flatMap(({ missing }) => missing)).toEqual([])
      expect(walks.filter(({ expired }) => expired).length).toBeLessThanOrEqual(WALKS / 100)

      const pages = walks.flatMap((each) => each.pages)
      const small = pages.filter(({ needed }) => needed === 1)
      const mean = small.reduce((sum, { requests }) => sum + requests, 0) / small.length
      const extra = pages.reduce((sum, { requests, needed }) => sum + requests - needed, 0) / pages.length
      process.stdout.write(
        `${WALKS} walks, ${pages.length} pages, rows ${name}: ${mean.toFixed(3)} requests a page that needs one, ` +
          `${extra.toFixed(3)} more than needed a page, at most ${Math.max(...pages.map((p) => p.requests - p.needed))} more, ` +
          `${walks.filter(({ expired }) => expired).length} walks expired\n`,
      )
      expect(mean).toBeLessThanOrEqual(1.5)
      expect(extra).toBeLessThanOrEqual(0.5)
      for (const { requests, needed } of pages) expect(requests).toBeLessThanOrEqual(needed + 2)
    })
  }
})

/** Some walks go backward. There are up to ten changes between two pages, and up to three between two reads of one. */
function walk(list: List<DriftingRow>, seed: number) {
  const random = seeded(seed)
  const upstream = createDriftingList(ROWS, random)
  const seen = new Map<number, number>()
  const pages: { requests: number; needed: number }[] = []
  const size = SIZES[seed % SIZES.length] ?? 20
  const forward = (seed / SIZES.length) % 2 < 1
  const change = (most: number) =>
    upstream.change(['insert', 'remove', 'move', 'edit'], Math.floor(random() * (most + 1)))
  let cursor: string | null = null
  let expired = false
  for (let hasMore = true; hasMore; change(10)) {
    const args = forward ? { first: size, after: cursor } : { last: size, before: cursor }
    let requests = 0
    let page: Page<DriftingRow>
    try {
      page = drive(planPage({ ...list, guess: ROWS }, args).read(), (window) => {
        if (requests++ > 0) change(3)
        return upstream.slice(window)
      }).value
    } catch (error) {
      if (!(error instanceof CursorExpiredError)) throw error
      expired = true
      break
    }
    // Without the first page backward: it has to find the end, whether or not the list changes.
    if (forward || cursor) pages.push({ requests, needed: readsAhead(size, 100) })
    for (const { node } of page.edges) seen.set(node.id, (seen.get(node.id) ?? 0) + 1)
    hasMore = forward ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage
    cursor = (forward ? page.pageInfo.endCursor : page.pageInfo.startCursor) ?? cursor
  }
  const stayed = [...upstream.stayed]
  return {
    pages,
    expired,
    twice: stayed.filter((id) => (seen.get(id) ?? 0) > 1),
    missing: expired ? [] : stayed.filter((id) => id < ROWS && !seen.has(id)),
  }
}
