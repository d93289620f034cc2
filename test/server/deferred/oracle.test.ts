import fc, { type GeneratorValue } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, type PartialAnswer, TypedDocumentString } from '../../../src/client/index.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { type AnswerPart, EVENT_STREAM, merged, queryInParts } from './parts.ts'

const DOCUMENTS = 300

let product: Product
let ids: string[]
beforeAll(async () => {
  // List rows have few fields, and the cache is off, so nearly every fragment waits for the upstream.
  product = await startProduct({
    sandbox: { seed: 30 },
    gateway: { cacheTtlSeconds: 0, limits: { MAX_DEFERS: 1000, MAX_DEPTH: 100 } },
  })
  const { body } = await product.rest('GET', '/appointments?limit=5')
  ids = [...body.data.map(({ id }: { id: string }) => id), 'apt_of_nobody']
})
afterAll(() => product[Symbol.asyncDispose]())

const FIELDS = ['restId', 'title', 'startTime', 'status', 'attendeeName', 'durationMinutes', 'isRemote']

/** A valid query of a few levels, with deferred fragments at any place. */
function randomQuery(gen: GeneratorValue): string {
  const below = (bound: number) => gen(fc.nat, { max: bound - 1 })
  const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value
  let alias = 0
  let label = 0
  function condition(): string {
    label += 1
    return oneOf(['@defer', '@defer(if: $yes)', '@defer(if: $no)', `@defer(label: "l${label}")`, ''])
  }

  /** Some of the selections, in part within fragments, which may be nested. */
  function set(type: string, depth: number, selections: () => string): string {
    const chosen = Array.from({ length: 1 + below(3) }, () =>
      depth > 0 && below(3) === 0
        ? `... ${oneOf([`on ${type}`, ''])} ${condition()} ${set(type, depth - 1, selections)}`
        : selections(),
    )
    return `{ ${chosen.join(' ')} }`
  }

  const appointment = (depth: number): string =>
    set('Appointment', 2, () =>
      depth > 0 && below(4) === 0
        ? `patient ${set('Patient', 1, () => oneOf(['restId', page(depth - 1)]))}`
        : oneOf(FIELDS),
    )
  function page(depth: number): string {
    alias += 1
    const rows = () => `nodes ${appointment(depth)}`
    const parts = () => oneOf([rows, rows, () => 'pageInfo { hasNextPage endCursor }', () => 'totalCount'])()
    return `p${alias}: appointments(first: ${1 + below(3)}) ${set('AppointmentConnection', 1, parts)}`
  }
  function one(): string {
    alias += 1
    return `o${alias}: appointment(id: "${oneOf(ids)}") ${appointment(1)}`
  }
  const body = set('Query', 1, () => oneOf([() => page(1), one])())
  const variables = Object.entries({ yes: true, no: false })
    .filter(([name]) => body.includes(`$${name}`))
    .map(([name, value]) => `$${name}: Boolean! = ${value}`)
  return `query ${variables.length > 0 ? `(${variables})` : ''} ${body}`
}

/** The answer with the fields sorted by name, and the errors sorted by path. */
function canonical({
  data,
  errors = [],
}: {
  readonly data?: unknown
  readonly errors?: readonly unknown[]
}): string {
  const codes = (errors as { path: unknown[]; extensions: { code: string } }[]).map(
    ({ path, extensions }) => [path.join('.'), extensions.code],
  )
  // A field that is in two fragments fails in both.
  const unique = [...new Set(codes.map((code) => code.join(' ')))].toSorted()
  return JSON.stringify([sorted(data), unique])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  )
}

/** The text of the answer by server-sent events. */
async function readStream(query: string): Promise<{ text: string; parts: AnswerPart[] }> {
  const response = await fetch(`${product.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: EVENT_STREAM },
    body: JSON.stringify({ query }),
  })
  const text = await response.text()
  return { text, parts: [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json = '']) => JSON.parse(json)) }
}

/** The result of our client for that text. */
async function lastStateOf(query: string, text: string): Promise<PartialAnswer<unknown>> {
  const headers = { 'content-type': EVENT_STREAM }
  const client = createClient({
    url: 'http://gateway.test',
    fetch: async () => new Response(text, { headers }),
  })
  const states: PartialAnswer<unknown>[] = []
  for await (const state of client.inParts(new TypedDocumentString<unknown, object>(query)))
    states.push(state)
  expect(states.map(({ isComplete }) => isComplete)).toEqual(
    states.map((_, nth) => nth === states.length - 1),
  )
  return states.at(-1) as PartialAnswer<unknown>
}

test('The merged parts of 300 random queries equal the answer without @defer', async () => {
  let inParts = 0
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (gen) => {
      const query = randomQuery(gen)
      const { text, parts } = await readStream(query)
      if (parts.length > 1) inParts += 1
      const [complete] = await (await queryInParts(product.url, { query, accept: 'application/json' })).rest()
      expect([query, complete?.data !== undefined]).toEqual([query, true])
      expect(canonical(merged(parts))).toBe(canonical(complete ?? {}))
      expect(canonical(await lastStateOf(query, text))).toBe(canonical(complete ?? {}))
    }),
    { numRuns: DOCUMENTS, endOnFailure: true },
  )
  expect(inParts).toBeGreaterThan(DOCUMENTS / 4)
}, 120_000)
