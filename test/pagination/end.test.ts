import { expect, test } from 'vitest'
import { DEFAULT_PAGE_LIMITS } from '../../src/pagination/arguments.ts'
import { countRows } from '../../src/pagination/end.ts'
import type { Slice } from '../../src/pagination/list.ts'
import { drive, sliceOf } from './drive.ts'

const list = { filter: '', identify: String }
const NOTHING_KNOWN = { atLeast: 0, exact: undefined }

test.for([
  ['shrinks', 601, 600],
  ['grows', 600, 601],
] as const)(
  'The end of a list is found if it %s across a page, and earlier reads are cached',
  ([, before, after]) => {
    for (let changeAt = 1; changeAt < 8; changeAt++) {
      const cache = new Map<string, Slice<number>>()
      let fresh = 0
      const { value, windows } = drive(countRows(list, NOTHING_KNOWN, DEFAULT_PAGE_LIMITS), (window) => {
        const key = `${window.offset}+${window.limit}`
        const known = cache.get(key)
        if (known) return known
        fresh += 1
        const rows = Array.from({ length: fresh > changeAt ? after : before }, (_, row) => row)
        const slice = sliceOf(rows, window)
        cache.set(key, slice)
        return slice
      })
      expect([before, after]).toContain(value)
      expect(windows.length).toBeLessThanOrEqual(9)
    }
  },
)
