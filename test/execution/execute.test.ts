import fc from 'fast-check'
import {
  buildSchema,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getIntrospectionQuery,
  execute as graphqlJs,
  Kind,
  parse,
  subscribe,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { execute, executeEvent } from '../../src/execution/index.ts'
import { schema as graph } from '../../src/schema/schema.ts'

const schema = buildSchema(`
  interface Being { name: String }
  input Point { x: Int }
  type Person implements Being { name: String strict: String! friend: Person friends: [Person] names: [String!] being: Being }
  type Query { me: Person strict: String! at(point: Point, depth: Int = 1, name: String = "n"): String }
  type Mutation { first: Person second: Person! third: Person }
`)

/** Returns the result after asserting that its JSON equals that of graphql-js. */
async function executeLikeGraphqlJs(args: ExecutionArgs) {
  const actual = await execute(args)
  expect(JSON.stringify(actual)).toBe(JSON.stringify(await graphqlJs(args)))
  return actual
}

function returnThis<Value>(this: Value): Value {
  return this
}

function withJson(list: unknown[]): unknown {
  return Object.assign(list, { toJSON: returnThis })
}

function deferred<Value>() {
  return Promise.withResolvers<Value>()
}

/** Whether a promise has settled once all pending callbacks have run. */
async function isSettled(promise: unknown): Promise<boolean> {
  await new Promise(setImmediate)
  const pending = Symbol()
  return (await Promise.race([promise, pending])) !== pending
}

/** The document, with a count of the reads of its selection sets. */
function countReads(document: DocumentNode): { document: DocumentNode; reads: () => number } {
  let reads = 0
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION && definition.kind !== Kind.OPERATION_DEFINITION)
      return definition
    const { selectionSet, ...rest } = definition
    const { selections } = selectionSet
    const watched = {
      ...selectionSet,
      get selections() {
        reads += 1
        return selections
      },
    }
    return { ...rest, selectionSet: watched }
  })
  return { document: { ...document, definitions } as DocumentNode, reads: () => reads }
}

describe('a request that can not be executed', () => {
  const two = parse('query A { strict } query B { strict }')

  test('gives the error of graphql-js if it names no operation of its document', async () => {
    const requests = [
      { document: two },
      { document: two, operationName: 'C' },
      { document: two, operationName: '' },
      { document: parse('fragment F on Query { strict }') },
      { document: parse('type Unknown { of: Int }'), operationName: 'A' },
    ]
    for (const request of requests)
      expect((await executeLikeGraphqlJs({ schema, ...request })).errors).toHaveLength(1)
    const { data } = await executeLikeGraphqlJs({
      schema,
      document: two,
      operationName: 'B',
      rootValue: { strict: 's' },
    })
    expect(data).toEqual({ strict: 's' })
  })

  test('reports each invalid variable, up to fifty of them', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `$v${index}: Int!`)
    const document = parse(`query (${names.join(' ')} $p: Point $q: Person) { strict }`)
    const { errors } = await executeLikeGraphqlJs({
      schema,
      document,
      variableValues: { v1: 'x', p: { z: 1 } },
    })
    expect(errors).toHaveLength(51)
    const one = { document, options: { maxCoercionErrors: 1 }, hideSuggestions: true }
    expect((await executeLikeGraphqlJs({ schema, ...one })).errors).toHaveLength(2)
  })

  test('has null for data if the schema has no root type for the operation', async () => {
    const queries = buildSchema('type Query { a: Int }')
    const { data } = await executeLikeGraphqlJs({ schema: queries, document: parse('mutation { a }') })
    expect(data).toBeNull()
  })

  test('is refused if it is a subscription, and resolves nothing', () => {
    const withSubscriptions = buildSchema('type Query { count: Int } type Subscription { count: Int }')
    const document = parse('query Q { count } subscription S { count }')
    let calls = 0
    const rootValue = {
      count: () => {
        calls += 1
        return calls
      },
    }
    const result = execute({ schema: withSubscriptions, document, operationName: 'S', rootValue })
    expect(JSON.parse(JSON.stringify(result))).toEqual({
      errors: [
        {
          message: 'A subscription has no one result: subscribe to it.',
          locations: [{ line: 1, column: 19 }],
        },
      ],
    })
    expect(calls).toBe(0)
    const query = execute({ schema: withSubscriptions, document, operationName: 'Q', rootValue })
    expect(query).toEqual({ data: { count: 1 } })
  })

  test('gives the result of graphql-js for each event of a subscription', async () => {
    const withEvents = buildSchema(
      'type Query { a: Int } type Subscription { ticked(by: Int): Tick } type Tick { count: Int! even: Boolean }',
    )
    const document = parse(
      'subscription S($by: Int) { ticked(by: $by) { count even odd: even } } query Q { a }',
    )
    const events = [1, 2, null, 4].map((count) => ({ ticked: { count, even: count === 2 } }))
    async function* source() {
      yield* events
    }
    const args = { schema: withEvents, document, operationName: 'S', variableValues: { by: 2 } }
    const stream = await subscribe({ ...args, rootValue: { ticked: source } })
    const expected: unknown[] = []
    for await (const result of stream as AsyncIterable<unknown>) expected.push(result)
    const actual = events.map((rootValue) => executeEvent({ ...args, rootValue }))
    expect(JSON.stringify(actual)).toBe(JSON.stringify(expected))
    expect(expected.length).toBe(4)
    expect(executeEvent({ ...args, operationName: 'Q' })).toMatchObject({
      errors: [{ message: 'Only a subscription has events.' }],
    })
  })

  test('throws if the document, the variables or the schema are invalid arguments', () => {
    const document = parse('{ strict }')
    expect(() => execute({ schema, document: undefined as never })).toThrow('Must provide document.')
    expect(() => execute({ schema, document, variableValues: 'x' as never })).toThrow(
      'must be provided as an Object',
    )
    expect(() => execute({ schema: buildSchema('type A { a: Int }'), document })).toThrow('Query root type')
  })
})

describe('the result', () => {
  test('is not a promise if no resolver returns one', () => {
    const rootValue = { me: { name: () => 'M', friends: [{ name: 'F' }] } }
    const result = execute({ schema, document: parse('{ me { name friends { name } } }'), rootValue })
    expect(result).toEqual({ data: { me: { name: 'M', friends: [{ name: 'F' }] } } })
  })

  test('of an introspection query is that of graphql-js', async () => {
    const document = parse(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))
    expect((await executeLikeGraphqlJs({ schema: graph, document })).errors).toBeUndefined()
    const one = parse(
      '{ __type(name: "Appointment") { name fields { name } } __typename __schema { __typename } }',
    )
    await executeLikeGraphqlJs({ schema: graph, document: one })
  })

  test('has a key `__proto__` of its own if a field has that alias', async () => {
    const document = parse('{ __proto__: me { __proto__: name name } }')
    for (const name of ['M', Promise.resolve('M')]) {
      const { data } = await executeLikeGraphqlJs({ schema, document, rootValue: { me: { name } } })
      expect(JSON.stringify(data)).toBe('{"__proto__":{"__proto__":"M","name":"M"}}')
    }
  })

  test('waits for every promise, even if an error has nulled the data already', async () => {
    const name = deferred<string>()
    const document = parse('{ me { name } strict }')
    const result = execute({ schema, document, rootValue: { me: { name: name.promise }, strict: null } })
    expect(await isSettled(result)).toBe(false)
    name.resolve('late')
    expect(await result).toMatchObject({ data: null, errors: [{ path: ['strict'] }] })
  })

  test('has one error for a place that several errors null', async () => {
    const strict = () => Promise.reject(new Error('no'))
    const document = parse('{ me { a: strict b: strict friend { strict } } }')
    const { data, errors } = await execute({
      schema,
      document,
      rootValue: { me: { strict, friend: { strict } } },
    })
    expect(data).toEqual({ me: null })
    expect(errors).toMatchObject([{ path: ['me', 'a'] }])
  })

  test('waits for the items after a non-null one that is null, and drops their errors', async () => {
    const late = deferred<string>()
    const document = parse('{ me { names } }')
    const result = execute({ schema, document, rootValue: { me: { names: ['a', null, late.promise] } } })
    expect(await isSettled(result)).toBe(false)
    late.reject(new Error('late'))
    const { data, errors } = await result
    expect(data).toEqual({ me: { names: null } })
    expect(errors).toMatchObject([{ path: ['me', 'names', 1] }])
  })

  test('resolves nothing within a place that an error has nulled', async () => {
    const friend = deferred<object>()
    let isResolved = false
    const me = { friend: friend.promise, strict: Promise.reject(new Error('no')) }
    const result = execute({
      schema,
      document: parse('{ me { friend { name } strict } }'),
      rootValue: { me },
    })
    await new Promise(setImmediate)
    const name = () => {
      isResolved = true
    }
    friend.resolve({ name })
    expect(await result).toMatchObject({ data: { me: null }, errors: [{ message: 'no' }] })
    expect(isResolved).toBe(false)
  })

  test('treats anything with a `then` as a promise, even a synchronous one', async () => {
    const thenable = (
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => void,
    ) => ({ then })
    const failing = thenable((_resolve, reject) => reject('text'))
    const me = {
      name: thenable((resolve) => resolve('now')),
      friends: [failing, { name: 'F' }],
      strict: failing,
    }
    const result = await execute({
      schema,
      document: parse('{ me { name friends { name } } you: me { name strict } }'),
      rootValue: { me },
    })
    expect(result.data).toEqual({ me: { name: 'now', friends: [null, { name: 'F' }] }, you: null })
    expect(result.errors?.map(({ message }) => message)).toEqual(
      Array(2).fill('Unexpected error value: "text"'),
    )
  })

  test('quotes a value that does not fit its type like graphql-js', async () => {
    const picky = buildSchema('type Thing { name: String } type Query { thing: Thing }')
    const thing = picky.getType('Thing') as GraphQLObjectType
    thing.isTypeOf = () => false
    const document = parse('{ thing { name } }')
    class Named {
      readonly inner = { deep: { deeper: new Date(0), named: this } }
    }
    const values = [
      new Named(),
      { list: Array.from({ length: 11 }, (_, index) => index), long: Array(13).fill({ a: [[[1]]], b: {} }) },
      {
        deep: {
          deeper: { object: { a: 1 }, named: new Named(), map: new Map(), list: [1], empty: [[], {}] },
        },
      },
      { json: { toJSON: () => ({ a: 1 }) }, self: { toJSON: returnThis, a: 1 }, list: withJson([1]) },
      {
        text: 'a "quoted" one',
        call: buildSchema,
        lambda: (
          () => () =>
            1
        )(),
        symbol: Symbol('s'),
        big: 1n,
      },
    ]
    const quote = async (value: unknown) =>
      executeLikeGraphqlJs({ schema: picky, document, rootValue: { thing: value } })
    for (const value of values) expect((await quote(value)).errors).toHaveLength(1)
    await fc.assert(
      fc.asyncProperty(fc.anything({ withDate: true }), async (value) => {
        await quote({ value })
      }),
      { seed: 3 },
    )
  })

  test('uses the default resolvers of the request for fields and types without one', async () => {
    const args = {
      schema,
      document: parse('{ me { being { name ... on Person { strict } } } }'),
      fieldResolver: (_source: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo) =>
        info.fieldName,
      typeResolver: async () => 'Person',
    }
    const { data } = await executeLikeGraphqlJs(args)
    expect(data).toEqual({ me: { being: { name: 'name', strict: 'strict' } } })
    const untyped = parse('{ me { being { name } } }')
    await executeLikeGraphqlJs({ schema, document: untyped, rootValue: { me: { being: { name: 'n' } } } })
    await executeLikeGraphqlJs({
      schema,
      document: untyped,
      rootValue: { me: { being: { __typename: 'Person', name: 'n' } } },
    })
  })
})

describe('mutations', () => {
  const document = parse('mutation { first { name } second { name } third { name } }')

  /** Root fields that record when they begin, and return these values. */
  function rootOf(values: Record<'first' | 'second' | 'third', unknown>) {
    const begun: string[] = []
    const entries = Object.entries(values).map(([key, value]) => {
      const begin = () => {
        begun.push(key)
        return value
      }
      return [key, begin] as const
    })
    return { begun, rootValue: Object.fromEntries(entries) }
  }

  test('begin when everything within the previous one has settled', async () => {
    const name = deferred<string>()
    const { begun, rootValue } = rootOf({ first: { name: name.promise }, second: { name: 's' }, third: null })
    const result = execute({ schema, document, rootValue })
    expect(await isSettled(result)).toBe(false)
    expect(begun).toEqual(['first'])
    name.reject(new Error('no'))
    expect(JSON.stringify((await result).data)).toBe(
      '{"first":{"name":null},"second":{"name":"s"},"third":null}',
    )
    expect(begun).toEqual(['first', 'second', 'third'])
  })

  test('end with a non-null one that fails, synchronously or later', async () => {
    for (const second of [null, Promise.resolve(null), new Error('no')])
      for (const first of [{ name: 'f' }, Promise.resolve({ name: 'f' })]) {
        const { begun, rootValue } = rootOf({ first, second, third: {} })
        expect((await executeLikeGraphqlJs({ schema, document, rootValue })).data).toBeNull()
        expect(begun).toEqual(['first', 'second', 'first', 'second'])
      }
  })
})

describe('a resolver', () => {
  const read = (
    source: Record<string, unknown>,
    _args: unknown,
    _context: unknown,
    info: GraphQLResolveInfo,
  ) => {
    infos.push(info)
    return source[info.fieldName]
  }
  let infos: GraphQLResolveInfo[] = []

  test('gets an `info` with the properties of graphql-js', async () => {
    const args = {
      schema,
      document: parse(
        'query ($yes: Boolean = true) { mine: me { friends { ...F } } me { name } } fragment F on Person { name @include(if: $yes) }',
      ),
      rootValue: { me: { name: 'M', friends: [{ name: 'F' }, Promise.resolve({ name: 'G' })] } },
      fieldResolver: read,
    }
    await graphqlJs(args)
    const expected = infos
    infos = []
    await execute(args)
    const names = Object.keys(expected[0] ?? {}) as (keyof GraphQLResolveInfo)[]
    const all = (info: GraphQLResolveInfo) => Object.fromEntries(names.map((name) => [name, info[name]]))
    expect(names).toHaveLength(10)
    expect(infos.map(all)).toEqual(expected)
    expect(infos[0]).toMatchObject({ path: { prev: undefined, key: 'mine', typename: 'Query' } })
  })

  test('may mutate its arguments without affecting any other call', async () => {
    const seen: unknown[] = []
    const document = parse('{ a: at(point: { x: 1 }, depth: 2) b: at(depth: 2) c: at(name: "o") }')
    function resolve(_source: unknown, args: { point?: { x?: number }; depth?: number }) {
      seen.push(structuredClone(args))
      if (args.point !== undefined) args.point.x = 9
      args.depth = 9
    }
    for (const _ of [1, 2]) execute({ schema, document, fieldResolver: resolve as never })
    const [a, b, c] = seen
    expect(seen).toEqual([a, b, c, a, b, c])
    expect(a).toEqual({ point: { x: 1 }, depth: 2, name: 'n' })
  })
})

describe('the plan of a document', () => {
  const rootValue = { me: { name: 'M', friend: { name: 'F' } } }

  test('contains a fragment once for a selection, however often it is spread', () => {
    const last = 27
    const fragments = Array.from({ length: last + 1 }, (_, index) =>
      index === last
        ? `fragment F${index} on Person { name }`
        : `fragment F${index} on Person { ...F${index + 1} ...F${index + 1} }`,
    )
    const { document, reads } = countReads(parse(`{ me { ...F0 ...F0 } } ${fragments.join(' ')}`))
    expect(execute({ schema, document, rootValue })).toEqual({ data: { me: { name: 'M' } } })
    expect(reads()).toBeLessThan(4 * last)
  })

  test('is created once for each schema and outcome of @skip and @include', () => {
    const text =
      'query ($yes: Boolean!) { me { ...F } } fragment F on Person { name friend @include(if: $yes) { ...F2 } } fragment F2 on Person { name }'
    const { document, reads } = countReads(parse(text))
    const executeIf = (on: GraphQLSchema, yes: boolean) =>
      execute({ schema: on, document, rootValue, variableValues: { yes } })
    const both = { me: { name: 'M', friend: { name: 'F' } } }
    expect([executeIf(schema, true), executeIf(schema, false)]).toEqual([
      { data: both },
      { data: { me: { name: 'M' } } },
    ])
    const readsAtFirst = reads()
    for (const _ of [1, 2, 3])
      expect([executeIf(schema, true), executeIf(schema, false)]).toEqual([
        { data: both },
        { data: { me: { name: 'M' } } },
      ])
    expect(reads()).toBe(readsAtFirst)

    const other = buildSchema('type Person { name: String! friend: Person } type Query { me: Person }')
    expect(executeIf(other, true)).toEqual({ data: both })
    expect(reads()).toBeGreaterThan(readsAtFirst)
  })

  test('is correct, and created again, for more outcomes than are cached', () => {
    const names = Array.from({ length: 6 }, (_, index) => `v${index}`)
    const fields = names.map((name) => `${name}: strict @include(if: $${name})`)
    const { document, reads } = countReads(
      parse(`query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { ${fields.join(' ')} }`),
    )
    for (let bits = 0; bits < 128; bits += 1) {
      const included = names.filter((_, index) => (bits >> index) % 2 === 1)
      const variableValues = Object.fromEntries(names.map((name) => [name, included.includes(name)]))
      const result = execute({ schema, document, variableValues, rootValue: { strict: 's' } })
      expect(result).toEqual({ data: Object.fromEntries(included.map((name) => [name, 's'])) })
    }
    // One read finds the conditions. Each of the 64 outcomes takes one more, both times.
    expect(reads()).toBe(129)
  })

  test('leaves out fields that the schema does not have', () => {
    expect(execute({ schema, document: parse('{ unknown strict }'), rootValue: { strict: 's' } })).toEqual({
      data: { strict: 's' },
    })
  })
})
