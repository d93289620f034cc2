import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_PAGE_LIMITS, type PageArguments } from '../../src/pagination/arguments.ts'
import { countRows } from '../../src/pagination/end.ts'
import { PageArgumentError } from '../../src/pagination/errors.ts'
import type { List, Slice, Window } from '../../src/pagination/list.ts'
import { type Page, planPage } from '../../src/pagination/page.ts'
import { drive } from './drive.ts'
import { type RelayArguments, relayPage } from './relay.ts'

const list: List<string> = { filter: '', identify: (row) => row }
const rowsOf = (total: number) => Array.from({ length: total }, (_, i) => `r${i}`)

/** An upstream that returns at most `most` rows in one read. A silent upstream does not state whether more follow. */
interface Upstream {
  readonly most: number
  readonly isSilent: boolean
}

function answer(rows: readonly string[], { most, isSilent }: Upstream, { offset, limit }: Window) {
  const end = offset + Math.min(limit, most)
  return { rows: rows.slice(offset, end), hasMore: isSilent ? end <= rows.length : end < rows.length }
}

function read(rows: readonly string[], upstream: Upstream, args: PageArguments): Page<string> {
  const plan = planPage(list, args)
  const { value, windows } = drive(plan.read(), (window) => answer(rows, upstream, window))
  expect(windows.length, JSON.stringify({ ...upstream, ...args })).toBeLessThanOrEqual(plan.cost.max)
  return value
}

function count(page: Page<string>, source: (window: Window) => Slice<string>): number {
  return drive(countRows(list, page.total, DEFAULT_PAGE_LIMITS), source).value
}

/** The rows that a client receives when it reads every next page, in the order of the list. */
function walk(rows: readonly string[], upstream: Upstream, isForward: boolean, size: number): string[] {
  const seen: string[][] = []
  let cursor: string | null = null
  for (let hasMore = true; hasMore; ) {
    const args: PageArguments = isForward ? { first: size, after: cursor } : { last: size, before: cursor }
    const { edges, pageInfo, total } = read(rows, upstream, args)
    seen.push(edges.map(({ node }) => node))
    hasMore = isForward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage
    if (edges.length === 0 && !(upstream.isSilent && isForward)) expect(hasMore).toBe(false)
    if (hasMore && edges.length === 0) throw new Error('A page that is not the last one is empty.')
    expect(total.atLeast).toBeLessThanOrEqual(rows.length)
    expect(total.exact ?? rows.length).toBe(rows.length)
    cursor = (isForward ? pageInfo.endCursor : pageInfo.startCursor) ?? cursor
  }
  return (isForward ? seen : seen.toReversed()).flat()
}

const anyUpstream = (most: fc.Arbitrary<number>) => fc.record({ most, isSilent: fc.boolean() })

describe('an upstream with short pages, or pages that do not state whether more follow', () => {
  test('a walk in pages of any size sees each of up to 9 rows once, both ways', () => {
    for (const isSilent of [false, true])
      for (let most = 1; most <= 10; most++)
        for (let total = 0; total <= 9; total++)
          for (const size of [1, 2, 3, 5, 9, 20, 100, 300])
            for (const isForward of [true, false]) {
              const context = JSON.stringify({ isSilent, most, total, size, isForward })
              const rows = rowsOf(total)
              expect(walk(rows, { most, isSilent }, isForward, size), context).toEqual(rows)
            }
  })

  test('so does a walk through a larger list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        anyUpstream(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 100 }))),
        fc.boolean(),
        fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 500 })),
        (total, upstream, isForward, size) => {
          const rows = rowsOf(total)
          expect(walk(rows, upstream, isForward, size)).toEqual(rows)
        },
      ),
      { numRuns: 300, seed: 4 },
    )
  })

  test('a page is the one of the Relay algorithm, or its beginning with more to follow', () => {
    for (let most = 1; most <= 9; most++)
      for (let total = 0; total <= 7; total++) {
        const rows = rowsOf(total)
        const cursors = cursorsOf(rows, { most, isSilent: false })
        for (const args of allArguments(total)) checkPage(rows, cursors, most, args)
      }
  })

  test('the count is right, however many rows the upstream returns in one read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 700 }),
        anyUpstream(fc.integer({ min: 1, max: 100 })),
        fc.constantFrom(1, 20, 93, 99, 100, 250),
        (total, upstream, first) => {
          const rows = rowsOf(total)
          const page = read(rows, upstream, { first })
          expect(count(page, (window) => answer(rows, upstream, window))).toBe(total)
        },
      ),
      { numRuns: 500, seed: 4, examples: [100, 200, 500].map((total) => [total, SILENT, 100]) },
    )
  })

  test('up to 100 rows from the start take one read, however few rows it returns', () => {
    for (const most of [1, 7, 50])
      for (const first of [1, 20, 100]) {
        const { edges, pageInfo } = read(rowsOf(200), { most, isSilent: false }, { first })
        expect(edges).toHaveLength(Math.min(first, most))
        expect(pageInfo.hasNextPage).toBe(true)
      }
  })
})

describe('an upstream whose full pages do not state whether more follow', () => {
  test('fills a page of any size', () => {
    for (const first of [99, 100, 101, 199, 250, 298, 500])
      expect(read(rowsOf(600), SILENT, { first }).edges).toHaveLength(first)
  })

  test('has an end that every page knows, unless it fills its reads to the last row', () => {
    for (const [first, total, hasNextPage] of [
      [92, 92, false],
      [99, 99, false],
      [100, 99, false],
      [100, 100, true],
    ] as const)
      expect(read(rowsOf(total), SILENT, { first }).pageInfo).toMatchObject({ hasNextPage })
  })
})

const SILENT: Upstream = { most: 100, isSilent: true }

function checkPage(rows: string[], cursors: readonly string[], most: number, args: RelayArguments): void {
  const cursorAt = (position?: number) => (position === undefined ? null : cursors[position])
  const plan = () =>
    read(
      rows,
      { most, isSilent: false },
      { ...args, after: cursorAt(args.after), before: cursorAt(args.before) },
    )
  const context = JSON.stringify({ most, total: rows.length, ...args })
  const expected = relayPage(rows, args)
  if (expected === 'crossed') return void expect(plan, context).toThrow(PageArgumentError)
  const { edges, pageInfo } = plan()
  const nodes = edges.map(({ node }) => node)
  const isForward =
    args.last === undefined &&
    !(args.first === undefined && args.after === undefined && args.before !== undefined)
  const { length } = nodes
  const begun = isForward
    ? expected.edges.slice(0, length)
    : expected.edges.slice(expected.edges.length - length)
  expect(nodes, context).toEqual(begun)
  expect(length > 0, context).toBe(expected.edges.length > 0)
  const isCut = length < expected.edges.length
  expect([pageInfo.hasNextPage, pageInfo.hasPreviousPage], context).toEqual([
    expected.hasNextPage || (isCut && isForward),
    expected.hasPreviousPage || (isCut && !isForward),
  ])
}

function cursorsOf(rows: readonly string[], upstream: Upstream): string[] {
  const cursors: string[] = []
  for (let hasNextPage = true; hasNextPage; ) {
    const { edges, pageInfo } = read(rows, upstream, { first: 3, after: cursors.at(-1) })
    cursors.push(...edges.map(({ cursor }) => cursor))
    hasNextPage = pageInfo.hasNextPage
  }
  return cursors
}

function* allArguments(total: number): Generator<RelayArguments> {
  const positions = [undefined, ...Array(total).keys()]
  for (const after of positions)
    for (const before of positions) {
      yield { after, before }
      for (const size of Array(total + 2).keys()) {
        yield { first: size, after, before }
        yield { last: size, after, before }
      }
    }
}
