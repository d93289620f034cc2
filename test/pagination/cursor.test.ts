import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PageArguments } from '../../src/pagination/arguments.ts'
import { decodeCursor, encodeCursor, type Place } from '../../src/pagination/cursor.ts'
import { PageArgumentError } from '../../src/pagination/errors.ts'
import type { List, Slice } from '../../src/pagination/list.ts'
import { planPage } from '../../src/pagination/page.ts'
import { drive, sliceOf } from './drive.ts'

const list: List<string> = { filter: 'status=confirmed', identify: (row) => row }
const rows = Array.from({ length: 60 }, (_, i) => `apt_${i}`)
const { edges } = drive(planPage(list, { first: 40 }).read(), (window) => sliceOf(rows, window)).value
const tokens = edges.map(({ cursor }) => cursor)
const refused = (args: PageArguments, argument: string, filter = list.filter) =>
  expect(() => planPage({ ...list, filter }, args), JSON.stringify(args)).toThrow(
    expect.objectContaining({ name: PageArgumentError.name, argument }),
  )

function seal({ before, row, after, ...place }: Place, filter: string): string {
  const markAt = (nth: number) => [...before, row, ...after][nth] ?? 0
  return encodeCursor({ ...place, before: before.length, after: after.length, markAt }, filter)
}

describe('a cursor', () => {
  test('is opaque, short, different for every row, and the same whenever it is asked for', () => {
    expect(new Set(tokens).size).toBe(40)
    expect(edges.map(({ cursor }) => cursor)).toEqual(tokens)
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]{1,160}$/)
      expect(Buffer.from(token, 'base64url').toString('latin1')).not.toMatch(/apt_|confirmed/)
    }
  })

  test('comes back as the place it was made of', () => {
    const marks = fc.array(fc.nat({ max: 2 ** 40 - 1 }), { maxLength: 8 })
    const places = fc.record({
      offset: fc.integer({ min: 8, max: 1_000_000_000 }),
      before: marks,
      row: fc.nat({ max: 2 ** 40 - 1 }),
      after: marks,
      startsList: fc.boolean(),
      endsList: fc.boolean(),
    })
    fc.assert(
      fc.property(places, fc.string(), (place, filter) => {
        expect(decodeCursor(seal(place, filter), filter)).toEqual(place)
        expect(decodeCursor(seal(place, filter), `${filter}!`)).toBeUndefined()
      }),
      { seed: 4 },
    )
  })

  test('of another filter is refused, before anything is asked', () => {
    refused({ first: 5, after: tokens[3] ?? '' }, 'after', 'status=cancelled')
    refused({ last: 5, before: tokens[3] ?? '' }, 'before', '')
  })

  test('that is damaged anywhere is refused', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...tokens),
        fc.nat(),
        fc.string({ maxLength: 3 }),
        fc.nat(3),
        (token, at, text, cut) => {
          const position = at % (token.length + 1)
          const damaged = token.slice(0, position) + text + token.slice(position + cut)
          if (damaged !== token) refused({ after: damaged }, 'after')
        },
      ),
      { numRuns: 3000, seed: 4 },
    )
    for (const token of [
      '',
      ' ',
      '0',
      'null',
      '=',
      `${tokens[0]}=`,
      `${tokens[0]}\n`,
      'é',
      'A'.repeat(100_000),
    ]) {
      refused({ after: token }, 'after')
    }
  })

  test('of any bytes is refused, and so are numbers out of bounds', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), (bytes) => {
        refused({ before: Buffer.from(bytes).toString('base64url') }, 'before')
      }),
      { numRuns: 1000, seed: 4 },
    )
    const place = { offset: 9, before: [], row: 1, after: [], startsList: false, endsList: false }
    const forged = [
      { ...place, offset: 1_000_000_001 },
      { ...place, offset: 1, before: [1, 2] },
      { ...place, offset: 50, before: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
      { ...place, after: [1, 2, 3, 4, 5, 6, 7, 8, 9] },
    ]
    for (const each of forged) refused({ after: seal(each, list.filter) }, 'after')
  })
})

test('arguments that can not be answered are refused before anything is asked', () => {
  for (const size of [-1, 501, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    refused({ first: size }, 'first')
    refused({ last: size }, 'last')
  }
  refused({ first: 1, last: 1 }, 'last')
  expect(planPage(list, { first: null, last: null, after: null, before: null }).size).toBe(20)
  expect(planPage(list, { first: 2, last: null }).size).toBe(2)
  expect(() => planPage(list, { first: 11 }, { maxPageSize: 10, maxWindow: 100 })).toThrow('from 0 to 10')
})

test('a cursor that is remembered with its rows is the one that would be made, for every list and window that shows them', () => {
  const anyShown = fc.record({
    filter: fc.constantFrom('', 'status=confirmed'),
    first: fc.integer({ min: 1, max: 12 }),
    hasMore: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(anyShown, { minLength: 1, maxLength: 8 }), fc.nat({ max: 20 }), (shown, length) => {
      const shownRows = rows.slice(0, length)
      const made = { marks: [], cursors: new Map() }
      for (const { filter, first, hasMore } of shown) {
        const read = (slice: Slice<string>) =>
          drive(planPage({ ...list, filter }, { first }).read(), () => slice).value.edges.map(
            ({ cursor }) => cursor,
          )
        const slice = { rows: shownRows, hasMore: hasMore && length > 0 }
        expect(read({ ...slice, made })).toEqual(read(slice))
      }
    }),
  )
})
