import { describe, expect, test } from 'vitest'
import { schema } from '../../../src/schema/schema.ts'
import { createDocuments } from '../../../src/server/documents/documents.ts'
import { LIMITS } from '../../../src/server/limits/limits.ts'

const deep = `{ ${'a { '.repeat(13)} a ${'}'.repeat(13)} }`

describe('The document cache', () => {
  const read = createDocuments({ schema, limits: LIMITS, isClosed: true })

  test.for(['{ __typename }', '{ nope }', '{', deep])(
    'The gateway parses and validates a document once: %s',
    (text) => {
      expect(read(text)).toBe(read(text))
    },
  )

  test.for(['{ nope }', '{', deep])(
    'The gateway keeps no stack of the first request with a bad document: %s',
    (text) => {
      const { errors, maxMin } = read(text)
      expect(errors.map(({ stack }) => stack)).toEqual([''])
      expect(maxMin).toBe(Number.POSITIVE_INFINITY)
    },
  )

  test('The gateway parses a document again after 5,000 others', () => {
    const first = read('{ __typename }')
    for (let nth = 0; nth < 5000; nth++) read(`{${nth}`)
    expect(read('{ __typename }')).not.toBe(first)
  })

  test('The gateway parses a document that is too long for its cache each time', () => {
    const long = `{ __typename } # ${'x'.repeat(50_000)}`
    expect(read(long).errors).toEqual([])
    expect(read(long)).not.toBe(read(long))
  })
})

describe('The locations of errors', () => {
  const read = createDocuments({ schema, limits: LIMITS, isClosed: true })
  const locationsAfter = (lineBreak: string, count: number) =>
    read(`${lineBreak.repeat(count)}{ nope }`).errors.map(({ locations }) => locations)

  test('An error has its location in a document of 5,000 lines', () => {
    expect(locationsAfter('\n', 4999)).toEqual([[{ line: 5000, column: 3 }]])
  })

  test.for([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
    ['comments', '#\n'],
  ] as const)('An error of a longer document has no location: %s', ([, lineBreak]) => {
    expect(locationsAfter(lineBreak, 5000)).toEqual([undefined])
  })

  test('The lines of a string in the document count as well', () => {
    const { errors } = read(`{ patient(id: """${'\n'.repeat(5000)}""") { nope } }`)
    expect(errors.map(({ locations }) => locations)).toEqual([undefined])
  })
})
