import { expect, test } from 'vitest'
import { readsAhead } from '../../src/pagination/window.ts'
import { seeded } from '../pagination/drift.ts'
import { startGateway } from '../support/gateway.ts'
import { startDriftingList } from './drift/list.ts'
import { type Walk, walk } from './drift/walk.ts'

/** Page sizes that take one upstream request each, and one that takes three with changes between them. */
const SIZES = [25, 50, 80, 100, 250]

/** Of ten walks. CURSOR_EXPIRED is the right answer if every row around a cursor has changed. */
const MAX_EXPIRED = 1

test.for(['start_asc', 'start_desc', 'created_desc'] as const)(
  'A client that pages through a changing list (%s) reads each kept row once',
  { timeout: 60_000 },
  async (order) => {
    const random = seeded(order.length)
    await using list = await startDriftingList(order, random)
    await using gateway = await startGateway({ ...list.upstream, cacheTtlSeconds: 0 })
    const walks: (Walk & { size: number; forward: boolean })[] = []
    for (const size of SIZES)
      for (const forward of [true, false])
        walks.push({
          size,
          forward,
          ...(await walk(`${gateway.url}/graphql`, list, { size, forward, random })),
        })

    expect(walks.flatMap(({ twice }) => twice)).toEqual([])
    expect(walks.flatMap(({ missing }) => missing)).toEqual([])
    expect(walks.filter(({ expired }) => expired).length).toBeLessThanOrEqual(MAX_EXPIRED)
    for (const { rows } of walks) expect(rows).toBeGreaterThan(500)

    // The first backward page has to find the end of the list, which costs requests without any change.
    const pages = walks.flatMap(({ pages, size, forward }) =>
      pages.slice(forward ? 0 : 1).map(({ requests }) => ({ requests, needed: readsAhead(size, 100) })),
    )
    const small = pages.filter(({ needed }) => needed === 1)
    const mean = small.reduce((sum, { requests }) => sum + requests, 0) / small.length
    process.stdout.write(
      `${order}: ${walks.length} walks, ${pages.length} pages, ${mean.toFixed(3)} requests a page that needs one, ` +
        `at most ${Math.max(...pages.map(({ requests, needed }) => requests - needed))} more than needed, ` +
        `${walks.filter(({ expired }) => expired).length} expired\n`,
    )
    expect(mean).toBeLessThanOrEqual(1.5)
    for (const { requests, needed } of pages) expect(requests).toBeLessThanOrEqual(needed + 2)
  },
)
