import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DEFAULT_PAGE_LIMITS } from '../../src/pagination/arguments.ts'
import { PageArgumentError } from '../../src/pagination/errors.ts'
import type { List } from '../../src/pagination/list.ts'
import { planPage } from '../../src/pagination/page.ts'
import { drive, sliceOf } from './drive.ts'
import { type RelayArguments, relayPage } from './relay.ts'

const list: List<string> = { filter: 'all', identify: (row) => row }

describe('the page of an unchanged list is that of the Relay algorithm on an array', () => {
  for (const maxReadSize of [2, 3, 5, 100]) {
    test(`for every list of up to 8 rows, all arguments, ${maxReadSize} rows a read`, () => {
      for (let total = 0; total <= 8; total++) {
        // The cursors of one page store many neighbours, the cursors of a walk in small pages few.
        const { rows, cursors } = listOf(total, total % 2 ? 2 : 100)
        for (const args of allArguments(total)) check(rows, cursors, args, maxReadSize)
      }
    })
  }

  test('for larger lists, pages and reads', () => {
    const sizes = fc.integer({ min: 0, max: 500 })
    const positions = fc.option(fc.nat(700), { nil: undefined })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 700 }),
        fc.constantFrom(7, 20, 50, 100),
        fc.oneof(
          sizes.map((first) => ({ first })),
          sizes.map((last) => ({ last })),
          fc.constant({}),
        ),
        positions,
        positions,
        (total, maxReadSize, size, after, before) => {
          const { rows, cursors } = listOf(total, 100)
          const at = (position?: number) => (position === undefined ? undefined : position % total)
          check(rows, cursors, { ...size, after: at(after), before: at(before) }, maxReadSize)
        },
      ),
      { numRuns: 400, seed: 4 },
    )
  })
})

function check(rows: string[], cursors: readonly string[], args: RelayArguments, maxReadSize: number): void {
  const cursorOf = (position?: number) => (position === undefined ? null : (cursors[position] ?? null))
  const limits = { ...DEFAULT_PAGE_LIMITS, maxReadSize }
  const read = () => {
    const plan = planPage(
      list,
      { ...args, after: cursorOf(args.after), before: cursorOf(args.before) },
      limits,
    )
    const { value, windows } = drive(plan.read(), (window) => sliceOf(rows, window))
    expect(windows.length).toBeLessThanOrEqual(plan.cost.max)
    expect(value.total.atLeast).toBeLessThanOrEqual(rows.length)
    expect(value.total.exact ?? rows.length).toBe(rows.length)
    const cursorsOfRows = value.edges.map(({ node }) => cursors[rows.indexOf(node)] ?? null)
    const { hasNextPage, hasPreviousPage } = value.pageInfo
    expect([value.pageInfo.startCursor === null, value.pageInfo.endCursor === null]).toEqual(
      Array(2).fill(cursorsOfRows.length === 0),
    )
    return { edges: value.edges.map(({ node }) => node), hasNextPage, hasPreviousPage }
  }
  const expected = relayPage(rows, args)
  const context = JSON.stringify({ total: rows.length, maxReadSize, ...args })
  if (expected === 'crossed') expect(read, context).toThrow(PageArgumentError)
  else expect(read(), context).toEqual(expected)
}

/** A list, with its cursors as a client receives them page by page. */
function listOf(total: number, pageSize: number): { rows: string[]; cursors: readonly string[] } {
  const known = lists.get(`${total} ${pageSize}`)
  if (known) return known
  const rows = Array.from({ length: total }, (_, i) => `row ${i}`)
  const cursors: string[] = []
  for (let hasNextPage = true; hasNextPage; ) {
    const { read } = planPage(list, { first: pageSize, after: cursors.at(-1) })
    const page = drive(read(), (window) => sliceOf(rows, window)).value
    cursors.push(...page.edges.map(({ cursor }) => cursor))
    hasNextPage = page.pageInfo.hasNextPage
  }
  const rowsAndCursors = { rows, cursors }
  lists.set(`${total} ${pageSize}`, rowsAndCursors)
  return rowsAndCursors
}
const lists = new Map<string, { rows: string[]; cursors: readonly string[] }>()

function* allArguments(total: number): Generator<RelayArguments> {
  const positions = [undefined, ...Array(total).keys()]
  const sizes = [...Array(total + 2).keys()]
  for (const after of positions) {
    for (const before of positions) {
      yield { after, before }
      for (const size of sizes) {
        yield { first: size, after, before }
        yield { last: size, after, before }
      }
    }
  }
}
