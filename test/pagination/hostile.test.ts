import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PageArguments } from '../../src/pagination/arguments.ts'
import { DEFAULT_PAGE_LIMITS } from '../../src/pagination/arguments.ts'
import { countRows } from '../../src/pagination/end.ts'
import { CursorExpiredError, PageArgumentError, UnreadableListError } from '../../src/pagination/errors.ts'
import type { List, Slice, Window } from '../../src/pagination/list.ts'
import { planPage } from '../../src/pagination/page.ts'
import { drive, sliceOf } from './drive.ts'

const list: List<string> = { filter: '', identify: (row) => row }
const read = (args: PageArguments, source: (window: Window) => Slice<string>) => {
  const { value, windows } = drive(planPage(list, args).read(), source)
  return { ids: value.edges.map(({ node }) => node), pageInfo: value.pageInfo, edges: value.edges, windows }
}
const rowsOf = (total: number) => Array.from({ length: total }, (_, i) => `r${i}`)

describe('an upstream that contradicts itself', () => {
  test('has more rows but returns none: the list is unreadable', () => {
    const none = () => ({ rows: [], hasMore: true })
    expect(() => read({ first: 5 }, none)).toThrow(UnreadableListError)
    expect(() => read({ last: 5 }, none)).toThrow(UnreadableListError)
    expect(() => drive(countRows(list, { atLeast: 0, exact: undefined }, DEFAULT_PAGE_LIMITS), none)).toThrow(
      UnreadableListError,
    )
  })

  test('always has more: the search for the end gives up', () => {
    const endless = ({ offset, limit }: Window) => ({
      rows: rowsOf(limit).map((row) => `${offset} ${row}`),
      hasMore: true,
    })
    expect(() => read({ last: 5 }, endless)).toThrow(UnreadableListError)
  })

  test('returns more rows than the limit: the surplus counts as a next page', () => {
    expect(read({ first: 3 }, () => ({ rows: rowsOf(50), hasMore: false }))).toMatchObject({
      ids: ['r0', 'r1', 'r2'],
      pageInfo: { hasNextPage: true },
      windows: { length: 1 },
    })
  })

  test('returns fewer rows than the limit and has more: the next page continues there', () => {
    const clamped = ({ offset, limit }: Window) => sliceOf(rowsOf(90), { offset, limit: Math.min(limit, 25) })
    const seen: string[] = []
    let after: string | null = null
    for (let hasNextPage = true; hasNextPage; ) {
      const page = read({ first: 60, after }, clamped)
      expect(page.windows.length).toBeLessThanOrEqual(3)
      seen.push(...page.ids)
      after = page.pageInfo.endCursor
      hasNextPage = page.pageInfo.hasNextPage
    }
    expect(seen).toEqual(rowsOf(90))
  })

  test('returns a row twice: the page has it twice, with different cursors', () => {
    const rows = ['a', 'a', 'b', 'b', 'c']
    const page = read({ first: 5 }, (window) => sliceOf(rows, window))
    expect(page.ids).toEqual(rows)
    const cursors = page.edges.map(({ cursor }) => cursor)
    expect(new Set(cursors).size).toBe(5)
    for (const [i, after] of cursors.entries()) {
      expect(read({ first: 5, after }, (window) => sliceOf(rows, window)).ids).toEqual(rows.slice(i + 1))
    }
  })

  test('returns anything: each page ends within its cost, in a result or a known error', () => {
    const cursors = read({ first: 300 }, (window) => sliceOf(rowsOf(1000), window)).edges.map(
      ({ cursor }) => cursor,
    )
    const cursor = fc.constantFrom(null, ...cursors.filter((_, i) => i % 23 === 0))
    const size = fc.integer({ min: 0, max: 500 })
    const slice = fc.record({ length: fc.nat(150), from: fc.nat(1000), hasMore: fc.boolean() })
    fc.assert(
      fc.property(
        fc.boolean(),
        size,
        cursor,
        cursor,
        fc.infiniteStream(slice),
        (forward, rows, after, before, slices) => {
          const plan = planPage(list, { [forward ? 'first' : 'last']: rows, after, before })
          let reads = 0
          try {
            const page = drive(plan.read(), ({ offset, limit }) => {
              expect(++reads).toBeLessThanOrEqual(plan.cost.max)
              expect(offset >= 0 && limit >= 1 && limit <= 100).toBe(true)
              const { length, from, hasMore } = slices.next().value
              return { rows: rowsOf(from + length).slice(from), hasMore }
            }).value
            expect(page.edges.length).toBeLessThanOrEqual(rows)
          } catch (error) {
            const ours = [CursorExpiredError, PageArgumentError, UnreadableListError]
            if (!ours.some((kind) => error instanceof kind)) throw error
          }
        },
      ),
      { numRuns: 600, seed: 4 },
    )
  })
})
