import { describe, expect, test } from 'vitest'
import type { PageArguments } from '../../src/pagination/arguments.ts'
import { DEFAULT_PAGE_LIMITS } from '../../src/pagination/arguments.ts'
import { countRows } from '../../src/pagination/end.ts'
import type { List, Slice } from '../../src/pagination/list.ts'
import { planPage } from '../../src/pagination/page.ts'
import { drive, sliceOf } from './drive.ts'

const list: List<number> = { filter: '', identify: String }
const rowsOf = (total: number) => [...Array(total).keys()]

describe('the windows read from a list of 1,000 rows that does not change', () => {
  const rows = rowsOf(1000)
  const read = (args: PageArguments, guess?: number) =>
    drive(planPage({ ...list, guess }, args).read(), (window) => sliceOf(rows, window))
  const cursors = [read({ first: 500 }), read({ last: 500 })].flatMap(({ value }) =>
    value.edges.map(({ cursor }) => cursor),
  )
  const cursorAt = (position: number) => cursors[position] ?? null

  test('from the start: up to 100 rows take one, 250 three, with a few rows to spare', () => {
    expect(read({ first: 1 }).windows).toEqual([[0, 9]])
    expect(read({}).windows).toEqual([[0, 28]])
    expect(read({ first: 95 }).windows).toEqual([[0, 100]])
    expect(read({ first: 100 }).windows).toEqual([[0, 100]])
    expect(read({ first: 250 }).windows).toEqual([
      [0, 100],
      [83, 100],
      [166, 100],
    ])
    expect(read({ first: 298 }).windows).toEqual([
      [0, 100],
      [99, 100],
      [198, 100],
    ])
  })

  test('after a cursor: up to 99 rows take one, 198 two', () => {
    const after = cursorAt(300)
    expect(read({ first: 20, after }).windows).toEqual([[272, 65]])
    expect(read({ first: 99, after }).windows).toEqual([[300, 100]])
    expect(read({ first: 100, after }).windows).toHaveLength(2)
    expect(read({ first: 198, after }).windows).toEqual([
      [300, 100],
      [399, 100],
    ])
    expect(read({ first: 500, after }).windows).toHaveLength(6)
  })

  test('before a cursor: the same, mirrored', () => {
    const before = cursorAt(300)
    expect(read({ last: 20, before }).windows).toEqual([[264, 65]])
    expect(read({ before }).windows).toEqual([[264, 65]])
    expect(read({ last: 99, before }).windows).toEqual([[201, 100]])
    expect(read({ last: 198, before }).windows).toEqual([
      [201, 100],
      [102, 100],
    ])
  })

  test('from the end: one with the right guess, else several to find it', () => {
    expect(read({ last: 20 }, 1000).windows).toEqual([[950, 100]])
    expect(read({ last: 20 }, 990).windows).toEqual([[940, 100]])
    expect(read({ last: 20 }).windows).toHaveLength(7)
  })

  test('between two cursors: one if it contains both, else one more to find the other', () => {
    const [after, near, far] = [cursorAt(300), cursorAt(350), cursorAt(700)]
    expect(read({ first: 20, after, before: near }).windows).toHaveLength(1)
    expect(read({ last: 20, after, before: near }).windows).toHaveLength(1)
    expect(read({ first: 20, after, before: far }).windows).toEqual([
      [272, 65],
      [684, 33],
    ])
  })

  test('for no rows: only what `pageInfo` needs', () => {
    expect(planPage(list, { first: 0 }).size).toBe(0)
    expect(read({ first: 0 }).windows).toEqual([[0, 8]])
    expect(read({ last: 0 }).windows).toEqual([[0, 8]])
    expect(read({ first: 0, after: cursorAt(300) }).windows).toHaveLength(1)
  })
})

describe('counting rows', () => {
  const count = (total: number, guess?: number, atLeast = 0) => {
    const known = { exact: undefined, atLeast }
    return drive(countRows({ ...list, guess }, known, DEFAULT_PAGE_LIMITS), (window) =>
      sliceOf(rowsOf(total), window),
    )
  }

  test('up to 5,000 rows takes at most 13 windows the first time', () => {
    for (let total = 0; total <= 5000; total += total < 1100 ? 1 : 37) {
      const { value, windows } = count(total)
      expect(value).toBe(total)
      expect(windows.length, `${total} rows`).toBeLessThanOrEqual(13)
    }
    expect(count(5000).value).toBe(5000)
    expect(count(5000).windows.length).toBeLessThanOrEqual(13)
    expect(count(100_000).windows.length).toBeLessThanOrEqual(21)
  })

  test('takes one window with a right guess, two with a near one, and any guess ends', () => {
    for (const total of [0, 1, 49, 50, 99, 100, 101, 5000]) {
      expect(count(total, total)).toMatchObject({ value: total, windows: { length: 1 } })
      expect(count(total + 90, total)).toMatchObject({ value: total + 90 })
      expect(count(total + 90, total).windows.length).toBeLessThanOrEqual(2)
      expect(count(Math.max(0, total - 90), total).windows.length).toBeLessThanOrEqual(2)
      expect(count(total, 90_000).value).toBe(total)
      expect(count(total, 3, 2).value).toBe(total)
    }
  })

  test('takes no window if a page contains the end', () => {
    const { value } = drive(planPage(list, { first: 20 }).read(), (window) => sliceOf(rowsOf(24), window))
    expect(
      drive(countRows(list, value.total, DEFAULT_PAGE_LIMITS), () => ({ rows: [], hasMore: false })),
    ).toEqual({
      value: 24,
      windows: [],
    })
  })

  test.for([
    ['shrinks', 601, 600],
    ['grows', 600, 601],
  ] as const)(
    'finds the end if the list %s across a page, and earlier reads are cached',
    ([, before, after]) => {
      for (let changeAt = 1; changeAt < 8; changeAt++) {
        const cache = new Map<string, Slice<number>>()
        let fresh = 0
        const known = { atLeast: 0, exact: undefined }
        const { value, windows } = drive(countRows(list, known, DEFAULT_PAGE_LIMITS), (window) => {
          const key = `${window.offset}+${window.limit}`
          const cached = cache.get(key)
          if (cached) return cached
          fresh += 1
          const slice = sliceOf(rowsOf(fresh > changeAt ? after : before), window)
          cache.set(key, slice)
          return slice
        })
        expect([before, after]).toContain(value)
        expect(windows.length).toBeLessThanOrEqual(9)
      }
    },
  )
})
