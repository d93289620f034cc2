import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PageArguments } from '../../src/pagination/arguments.ts'
import { decodeCursor, encodeCursor } from '../../src/pagination/cursor.ts'
import { PageArgumentError } from '../../src/pagination/errors.ts'
import type { List } from '../../src/pagination/list.ts'
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

describe('a cursor', () => {
  test('is opaque, short, different for every row, and the same on each access', () => {
    expect(new Set(tokens).size).toBe(40)
    expect(edges.map(({ cursor }) => cursor)).toEqual(tokens)
    for (const token of tokens) {
      expect(token).toMatch(/^[\w-]{1,160}$/)
      expect(Buffer.from(token, 'base64url').toString('latin1')).not.toMatch(/apt_|confirmed/)
    }
  })

  test('decodes to the place that was encoded', () => {
    const marks = fc.array(fc.nat({ max: 2 ** 40 - 1 }), { maxLength: 8 })
    const places = fc.record({
      offset: fc.integer({ min: 8, max: 1_000_000_000 }),
      before: marks,
      row: fc.nat({ max: 2 ** 40 - 1 }),
      after: marks,
      reachesStart: fc.boolean(),
      reachesEnd: fc.boolean(),
    })
    fc.assert(
      fc.property(places, fc.string(), ({ before, row, after, ...rest }, filter) => {
        const place = { ...rest, marks: [...before, row, ...after], ownIndex: before.length }
        expect(decodeCursor(encodeCursor(place, filter), filter)).toEqual(place)
        expect(decodeCursor(encodeCursor(place, filter), `${filter}!`)).toBeUndefined()
      }),
      { seed: 4 },
    )
  })

  test('of another filter is refused before any read', () => {
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

  test('of random bytes, or with numbers out of bounds, is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), (bytes) => {
        refused({ before: Buffer.from(bytes).toString('base64url') }, 'before')
      }),
      { numRuns: 1000, seed: 4 },
    )
    const place = { offset: 9, marks: [1], ownIndex: 0, reachesStart: false, reachesEnd: false }
    const forged = [
      { ...place, offset: 1_000_000_001 },
      { ...place, offset: 1, marks: [1, 2, 1], ownIndex: 2 },
      { ...place, offset: 50, marks: [1, 2, 3, 4, 5, 6, 7, 8, 9, 1], ownIndex: 9 },
      { ...place, marks: [1, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
    ]
    for (const each of forged) refused({ after: encodeCursor(each, list.filter) }, 'after')
  })
})

test('Arguments that can not be answered are refused before any read', () => {
  for (const size of [-1, 501, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    refused({ first: size }, 'first')
    refused({ last: size }, 'last')
  }
  refused({ first: 1, last: 1 }, 'last')
  expect(planPage(list, { first: null, last: null, after: null, before: null }).size).toBe(20)
  expect(planPage(list, { first: 2, last: null }).size).toBe(2)
  expect(() => planPage(list, { first: 11 }, { maxPageSize: 10, maxReadSize: 100 })).toThrow('from 0 to 10')
})
