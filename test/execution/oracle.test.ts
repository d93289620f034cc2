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
import { execute } from '../../src/execution/execute.ts'
import { randomOperation } from './documents.ts'
import { type Chances, lenientWorld, type Resolved, world } from './world.ts'

type Result = ExecutionResult<Record<string, unknown>>
type Keys = readonly (string | number)[]

const failures = fc.constantFrom(0, 1, 4, 15, 40)
const synchronous = fc.record({ seed: fc.nat(), failures, promises: fc.constant(0) })
const mixed = fc.record({ seed: fc.nat(), failures, promises: fc.constantFrom(5, 30, 100) })

describe('execute', () => {
  test('answers any document as graphql-js does, to the order of errors, where nothing comes later', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), synchronous, async (gen, chances) => {
        const { expected, actual } = await executeBoth(randomOperation(gen), chances)
        expect(JSON.stringify(actual.data)).toBe(JSON.stringify(expected.data))
        expect(actual.errors?.map(textOf)).toEqual(expected.errors?.map(textOf))
      }),
      { numRuns: 800, seed: 1 },
    )
  })

  test('answers any document with the data of graphql-js, and with its errors but for those of what is nulled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), mixed, async (gen, chances) => {
        const { expected, actual, possible, resolved } = await executeBoth(randomOperation(gen), chances)
        expect(JSON.stringify(actual.data)).toBe(JSON.stringify(expected.data))
        // Which errors within a nulled place came before it was nulled depends on the order of promises.
        expect(shownErrors(actual)).toEqual(shownErrors(expected))
        expect(nullings(actual, resolved)).toEqual(nullings(expected, resolved))
        const texts = actual.errors?.map(textOf) ?? []
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
  // Twice, because the second time the plan is there.
  const first = (await execute({ ...args, schema: world })) as Result
  const actual = (await execute({ ...args, schema: world })) as Result
  expect(JSON.stringify(first.data)).toBe(JSON.stringify(actual.data))
  const every = (await graphqlJs({ ...args, schema: lenientWorld })) as Result
  return { expected, actual, possible: new Set(every.errors?.map(textOf)), resolved }
}

/** All that a client or a plugin sees of an error. */
function textOf(error: GraphQLError): string {
  const { message, path, locations, extensions, originalError } = error
  return JSON.stringify({ message, path, locations, extensions, of: originalError && String(originalError) })
}

/** The errors of places that can be seen to be null. */
function shownErrors(result: Result): string[] {
  const shown = (result.errors ?? []).filter(({ path = [] }) => nulledAt(result, path).length === path.length)
  return shown.map(textOf).sort()
}

/** The places that are null because something within them must not be, each as often as an error says so. */
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

/** How far a path can be followed: to its end, or to the null that ends it before. */
function nulledAt({ data }: Result, path: Keys): Keys {
  let value: unknown = data ?? null
  for (const [index, key] of path.entries()) {
    if (value === null) return path.slice(0, index)
    value = (value as Record<string | number, unknown>)[key]
  }
  expect(value).toBeNull()
  return path
}

/** Undefined for a field whose arguments were refused: it was not resolved, and none such must not be null. */
function typeAt(keys: Keys, resolved: Resolved): GraphQLOutputType | undefined {
  if (typeof keys.at(-1) !== 'number') return resolved.get(keys.join('.'))
  const list = typeAt(keys.slice(0, -1), resolved)
  const nullable = isNonNullType(list) ? list.ofType : list
  return isListType(nullable) ? nullable.ofType : undefined
}
