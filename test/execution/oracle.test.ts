import fc from 'fast-check'
import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLOutputType,
  execute as graphqlJs,
  isListType,
  isNonNullType,
  parse,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { execute } from '../../src/execution/index.ts'
import { randomOperation } from './documents.ts'
import { type Chances, lenientWorld, type Resolved, world } from './world.ts'

type Result = ExecutionResult<Record<string, unknown>>
type Keys = readonly (string | number)[]

const failures = fc.constantFrom(0, 1, 4, 15, 40)
const synchronous = fc.record({ seed: fc.nat(), failures, promises: fc.constant(0) })
const mixed = fc.record({ seed: fc.nat(), failures, promises: fc.constantFrom(5, 30, 100) })

describe('execute', () => {
  test('gives the data and the ordered errors of graphql-js without any promise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), synchronous, async (gen, chances) => {
        const { expected, actual } = await executeBoth(randomOperation(gen), chances)
        expect(JSON.stringify(actual.data)).toBe(JSON.stringify(expected.data))
        expect(actual.errors?.map(describeError)).toEqual(expected.errors?.map(describeError))
      }),
      { numRuns: 800, seed: 1 },
    )
  })

  test('gives the data of graphql-js, and its errors outside of places nulled by others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), mixed, async (gen, chances) => {
        const { expected, actual, possible, resolved } = await executeBoth(randomOperation(gen), chances)
        expect(JSON.stringify(actual.data)).toBe(JSON.stringify(expected.data))
        // Which of the errors within a nulled place are reported depends on the order in which promises settle.
        expect(visibleErrors(actual)).toEqual(visibleErrors(expected))
        expect(nullings(actual, resolved)).toEqual(nullings(expected, resolved))
        const texts = actual.errors?.map(describeError) ?? []
        expect(texts.filter((text) => !possible.has(text))).toEqual([])
        expect(new Set(texts).size).toBe(texts.length)
      }),
      { numRuns: 800, seed: 2 },
    )
  })
})

async function executeBoth({ text, variableValues }: ReturnType<typeof randomOperation>, chances: Chances) {
  const document = parse(text)
  const resolved: Resolved = new Map()
  const args = { document, variableValues, contextValue: { chances, resolved } }
  const expected = (await graphqlJs({ ...args, schema: world })) as Result
  // Twice, because the second execution finds the plan in the cache.
  const first = (await execute({ ...args, schema: world })) as Result
  const actual = (await execute({ ...args, schema: world })) as Result
  expect(JSON.stringify(first.data)).toBe(JSON.stringify(actual.data))
  const every = (await graphqlJs({ ...args, schema: lenientWorld })) as Result
  return { expected, actual, possible: new Set(every.errors?.map(describeError)), resolved }
}

/** The properties of an error that a client or a plugin can read. */
function describeError(error: GraphQLError): string {
  const { message, path, locations, extensions, originalError } = error
  return JSON.stringify({ message, path, locations, extensions, of: originalError && String(originalError) })
}

/** The errors whose own place is null in the data, rather than a place around it. */
function visibleErrors(result: Result): string[] {
  const visible = (result.errors ?? []).filter(
    ({ path = [] }) => nulledAt(result, path).length === path.length,
  )
  return visible.map(describeError).sort()
}

/** The places that are null because of a non-null value within them, once for each error that reports them. */
function nullings(result: Result, resolved: Resolved): string[] {
  const places: string[] = []
  for (const { path = [] } of result.errors ?? []) {
    const place = nulledAt(result, path)
    if (place.length === path.length) continue
    const within = path.slice(place.length).map((_, index) => path.slice(0, place.length + index + 1))
    const isCause = within.every((keys) => isNonNullType(typeAt(keys, resolved)))
    if (isCause) places.push(place.join('.'))
  }
  return places.sort()
}

/** The part of a path that exists in the data: the complete path, or up to the first null. */
function nulledAt({ data }: Result, path: Keys): Keys {
  let value: unknown = data ?? null
  for (const [index, key] of path.entries()) {
    if (value === null) return path.slice(0, index)
    value = (value as Record<string | number, unknown>)[key]
  }
  expect(value).toBeNull()
  return path
}

/** Undefined for a field whose arguments were refused, which was never resolved. No such field is non-null here. */
function typeAt(keys: Keys, resolved: Resolved): GraphQLOutputType | undefined {
  if (typeof keys.at(-1) !== 'number') return resolved.get(keys.join('.'))
  const list = typeAt(keys.slice(0, -1), resolved)
  const nullable = isNonNullType(list) ? list.ofType : list
  return isListType(nullable) ? nullable.ofType : undefined
}
