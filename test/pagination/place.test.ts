import { describe, expect, test } from 'vitest'
import type { PageArguments } from '../../src/pagination/arguments.ts'
import { CursorExpiredError, PageArgumentError } from '../../src/pagination/errors.ts'
import type { List } from '../../src/pagination/list.ts'
import { planPage } from '../../src/pagination/page.ts'
import { drive, sliceOf } from './drive.ts'

interface Row {
  readonly id: string
  readonly at: string
}

const list: List<Row> = { filter: '', identify: ({ id }) => id, state: ({ at }) => at }

describe('a cursor keeps its place', () => {
  for (const size of [1, 2, 9, 20, 92, 93, 99]) {
    test(`when its own row is removed, after a page of ${size}`, () => {
      const { read, rows } = upstream(300)
      const { endCursor } = read({ first: size }).pageInfo
      rows.splice(size - 1, 1)
      expect(read({ first: 3, after: endCursor })).toMatchObject({
        ids: [size, size + 1, size + 2],
        requests: 1,
      })
    })

    test(`when every row of the page is removed, after a page of ${size}`, () => {
      const { read, rows } = upstream(300)
      const { endCursor } = read({ first: size }).pageInfo
      rows.splice(0, size)
      const next = () => read({ first: 3, after: endCursor })
      // A page that fills its read leaves no room for rows after it, so its cursor stores none.
      if (size === 99) expect(next).toThrow(CursorExpiredError)
      else expect(next().ids).toEqual([size, size + 1, size + 2])
    })

    test(`when its own row moves to the end, after a page of ${size}`, () => {
      const { read, rows, move } = upstream(300)
      const { endCursor } = read({ first: size }).pageInfo
      move(size - 1, rows.length - 1)
      expect(read({ first: 3, after: endCursor }).ids).toEqual([size, size + 1, size + 2])
    })

    test(`when rows are inserted at the list's start, after a page of ${size}`, () => {
      for (const count of [1, 5, 40, 70]) {
        const { read, insert } = upstream(300)
        const { endCursor } = read({ first: size }).pageInfo
        insert(0, count)
        const page = read({ first: 3, after: endCursor })
        expect(page.ids).toEqual([size, size + 1, size + 2])
        expect(page.requests).toBeLessThanOrEqual(3)
      }
    })
  }

  test('for a client that reads a page, removes all of it and reads the next', () => {
    const { read, rows } = upstream(600)
    const seen: number[] = []
    let requests = 0
    let cursor: string | null = null
    for (let hasNextPage = true; hasNextPage; ) {
      const page = read({ first: 20, after: cursor })
      seen.push(...page.ids)
      requests += page.requests
      rows.splice(0, rows.length, ...rows.filter(({ id }) => !page.ids.includes(Number(id))))
      cursor = page.pageInfo.endCursor
      hasNextPage = page.pageInfo.hasNextPage
    }
    expect(seen).toEqual([...Array(600).keys()])
    expect(requests).toBe(30)
  })

  test('when its row moves to the very offset that the cursor stores', () => {
    const { read, move, insert } = upstream(400)
    const { endCursor } = read({ first: 99, after: read({ first: 20 }).pageInfo.endCursor }).pageInfo
    insert(0, 30)
    move(118 + 30, 118)
    const { ids, requests } = read({ first: 99, after: endCursor })
    expect(ids).toEqual([...Array(99).keys()].map((i) => i + 119))
    expect(requests).toBeLessThanOrEqual(3)
  })

  test('when most neighbours stay and the others move right after it, in order', () => {
    const { read, rows } = upstream(300)
    const { endCursor } = read({ first: 50 }).pageInfo
    rows.splice(70, 0, ...rows.splice(43, 7))
    expect(read({ first: 10, after: endCursor }).ids).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59])
  })

  test('when the rows right beside it change places', () => {
    for (const [from, to] of [
      [49, 50],
      [50, 49],
      [49, 53],
      [53, 49],
      [47, 51],
      [51, 47],
    ] as const) {
      const { read, move } = upstream(300)
      const { endCursor } = read({ first: 50 }).pageInfo
      move(from, to)
      const stayed = [50, 51, 52, 53, 54].filter((id) => id !== from)
      expect(read({ first: 10, after: endCursor }).ids).toEqual(expect.arrayContaining(stayed))
    }
  })

  test('when rows that stayed have a new state', () => {
    const { read, rows } = upstream(300)
    const { endCursor } = read({ first: 99 }).pageInfo
    rows.splice(0, 300, ...rows.map((row) => ({ ...row, at: 'changed' })))
    expect(read({ first: 99, after: endCursor }).ids[0]).toBe(99)
  })

  test('when rows are removed inside a large page', () => {
    const { read, rows } = upstream(600)
    const page = read({ first: 500 }, (request) => {
      if (request > 0) rows.splice(2, 5)
    })
    expect(page.ids).toEqual([...Array(500).keys()])
    expect(page.requests).toBeLessThanOrEqual(8)
  })
})

describe('a cursor expires, rather than guess its place,', () => {
  test('when its row and all rows around it are removed from a long list', () => {
    const { read, rows } = upstream(600)
    const { endCursor } = read({ first: 50 }).pageInfo
    rows.splice(30, 60)
    expect(() => read({ first: 10, after: endCursor })).toThrow(CursorExpiredError)
  })

  test('when the list has slid further than a page may search', () => {
    const { read, insert } = upstream(600)
    const { endCursor } = read({ first: 50 }).pageInfo
    insert(0, 400)
    expect(() => read({ first: 10, after: endCursor })).toThrow(CursorExpiredError)
  })

  test('when only one neighbour is left, at another offset', () => {
    const { read, rows } = upstream(600)
    const { endCursor } = read({ first: 50 }).pageInfo
    const [survivor] = rows.splice(30, 60).slice(15, 16)
    if (survivor) rows.splice(60, 0, survivor)
    expect(() => read({ first: 10, after: endCursor })).toThrow(CursorExpiredError)
  })
})

describe('a list that shrinks to a few rows or none', () => {
  test('gives an empty page when no row is left', () => {
    const { read, rows } = upstream(60)
    const { startCursor, endCursor } = read({ first: 20 }).pageInfo
    rows.splice(0)
    for (const args of [
      { first: 5, after: endCursor },
      { last: 5, before: startCursor },
    ]) {
      const page = read(args)
      expect(page.ids).toEqual([])
      expect(page.pageInfo).toMatchObject({
        hasNextPage: false,
        hasPreviousPage: false,
        startCursor: null,
        endCursor: null,
      })
    }
  })

  test('gives what is left when it had one row, removed or not', () => {
    const { read, rows } = upstream(1)
    const { endCursor } = read({ first: 1 }).pageInfo
    expect(read({ first: 1, after: endCursor }).ids).toEqual([])
    expect(read({ last: 1, before: endCursor }).ids).toEqual([])
    rows.splice(0, 1, { id: '77', at: 'new' })
    expect(read({ first: 1, after: endCursor }).ids).toEqual([77])
  })

  test('gives the rows that are left when its end was read before', () => {
    const { read, rows } = upstream(30)
    const { startCursor } = read({ last: 5 }).pageInfo
    rows.splice(10)
    expect(read({ last: 3, before: startCursor }).ids).toEqual([7, 8, 9])
  })
})

describe('two cursors', () => {
  test('in the wrong order are refused once both places are found', () => {
    const { read } = upstream(400)
    const near = read({ first: 20 }).pageInfo
    const far = read({ last: 20 }).pageInfo
    expect(() => read({ first: 5, after: far.endCursor, before: near.startCursor })).toThrow(
      PageArgumentError,
    )
    expect(() => read({ last: 5, after: far.endCursor, before: near.startCursor })).toThrow(PageArgumentError)
    expect(() => read({ first: 5, after: near.endCursor, before: near.endCursor })).toThrow(PageArgumentError)
  })

  test('enclose the rows that stayed between them, whatever else changed', () => {
    const { read, rows, insert } = upstream(400)
    const after = read({ first: 20 }).pageInfo.endCursor
    const before = read({ last: 20, before: read({ last: 300 }).pageInfo.startCursor }).pageInfo.startCursor
    insert(5, 4)
    rows.splice(50, 2)
    const stayed = rows.map(({ id }) => Number(id)).filter((id) => id > 19 && id < 80)
    expect(read({ first: 500, after, before }).ids).toEqual(stayed)
    expect(read({ last: 500, after, before }).ids).toEqual(stayed)
    expect(read({ first: 10, after, before })).toMatchObject({ ids: stayed.slice(0, 10), requests: 1 })
  })
})

/** A list in the order of its rows' `at`, which can be changed in place. */
function upstream(size: number) {
  const rows: Row[] = Array.from({ length: size }, (_, i) => ({ id: String(i), at: String(i) }))
  let moves = 0
  return {
    rows,
    insert: (index: number, count: number) =>
      rows.splice(
        index,
        0,
        ...Array.from({ length: count }, (_, i) => ({ id: String(10_000 + i), at: 'new' })),
      ),
    move: (from: number, to: number) => {
      rows.splice(to, 0, ...rows.splice(from, 1).map((row) => ({ ...row, at: `moved ${moves++}` })))
    },
    read: (args: PageArguments, meanwhile = (_request: number) => {}) => {
      let request = 0
      const { value, windows } = drive(planPage(list, args).read(), (window) => {
        meanwhile(request++)
        return sliceOf(rows, window)
      })
      const ids = value.edges.map(({ node }) => Number(node.id))
      return { ids, pageInfo: value.pageInfo, requests: windows.length }
    },
  }
}
