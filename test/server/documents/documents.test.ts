import { describe, expect, test } from 'vitest'
import { schema } from '../../../src/schema/schema.ts'
import { createDocuments } from '../../../src/server/documents/documents.ts'
import { LIMITS } from '../../../src/server/limits/limits.ts'

const deep = `{ ${'a { '.repeat(13)} a ${'}'.repeat(13)} }`

describe('a document', () => {
  const read = createDocuments({ schema, limits: LIMITS, isClosed: true })

  test.for(['{ __typename }', '{ nope }', '{', deep])('is read once: %s', (text) => {
    expect(read(text)).toBe(read(text))
  })

  test.for(['{ nope }', '{', deep])(
    'that is refused keeps nothing of the request it first came in: %s',
    (text) => {
      const { errors, maxMin } = read(text)
      expect(errors.map(({ stack }) => stack)).toEqual([''])
      expect(maxMin).toBe(Number.POSITIVE_INFINITY)
    },
  )

  test('that is forgotten for many others, however short they are, is read anew', () => {
    const first = read('{ __typename }')
    for (let nth = 0; nth < 5000; nth++) read(`{${nth}`)
    expect(read('{ __typename }')).not.toBe(first)
  })

  test('that is longer than is remembered is read each time', () => {
    const long = `{ __typename } # ${'x'.repeat(50_000)}`
    expect(read(long).errors).toEqual([])
    expect(read(long)).not.toBe(read(long))
  })
})
