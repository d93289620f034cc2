import {
  buildSchema,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getIntrospectionQuery,
  execute as graphqlJs,
  Kind,
  parse,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { execute } from '../../src/execution/execute.ts'
import { schema as graph } from '../../src/schema/schema.ts'

const schema = buildSchema(`
  interface Being { name: String }
  input Point { x: Int }
  type Person implements Being { name: String strict: String! friend: Person friends: [Person] names: [String!] being: Being }
  type Query { me: Person strict: String! at(point: Point, depth: Int = 1, name: String = "n"): String }
  type Mutation { first: Person second: Person! third: Person }
`)

/** Both answers, which must be equal as a client sees them. */
async function executeAsOracle(args: ExecutionArgs) {
  const actual = await execute(args)
  expect(JSON.stringify(actual)).toBe(JSON.stringify(await graphqlJs(args)))
  return actual
}

function deferred<Value>() {
  return Promise.withResolvers<Value>()
}

/** Whether a promise is settled once all that could go on has gone on. */
async function isSettled(promise: unknown): Promise<boolean> {
  await new Promise(setImmediate)
  const pending = Symbol()
  return (await Promise.race([promise, pending])) !== pending
}

/** The document, and how often a selection set of it was looked at since. */
function counted(document: DocumentNode): { document: DocumentNode; reads: () => number } {
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

  test('is answered as by graphql-js where it names no operation of its document', async () => {
    const requests = [
      { document: two },
      { document: two, operationName: 'C' },
      { document: two, operationName: '' },
      { document: parse('fragment F on Query { strict }') },
      { document: parse('type Unheard { of: Int }'), operationName: 'A' },
    ]
    for (const request of requests)
      expect((await executeAsOracle({ schema, ...request })).errors).toHaveLength(1)
    const { data } = await executeAsOracle({
      schema,
      document: two,
      operationName: 'B',
      rootValue: { strict: 's' },
    })
    expect(data).toEqual({ strict: 's' })
  })

  test('is answered with each wrong variable, up to fifty of them', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `$v${index}: Int!`)
    const document = parse(`query (${names.join(' ')} $p: Point $q: Person) { strict }`)
    const { errors } = await executeAsOracle({ schema, document, variableValues: { v1: 'x', p: { z: 1 } } })
    expect(errors).toHaveLength(51)
    const one = { document, options: { maxCoercionErrors: 1 }, hideSuggestions: true }
    expect((await executeAsOracle({ schema, ...one })).errors).toHaveLength(2)
  })

  test('has no data where the schema has no such operations', async () => {
    const queries = buildSchema('type Query { a: Int }')
    const { data } = await executeAsOracle({ schema: queries, document: parse('mutation { a }') })
    expect(data).toBeNull()
  })

  test('is thrown back where the caller has left out what it must give', () => {
    const document = parse('{ strict }')
    expect(() => execute({ schema, document: undefined as never })).toThrow('Must provide document.')
    expect(() => execute({ schema, document, variableValues: 'x' as never })).toThrow(
      'must be provided as an Object',
    )
    expect(() => execute({ schema: buildSchema('type A { a: Int }'), document })).toThrow('Query root type')
  })
})

describe('the answer', () => {
  test('is there at once where no resolver gives a promise', () => {
    const rootValue = { me: { name: () => 'M', friends: [{ name: 'F' }] } }
    const result = execute({ schema, document: parse('{ me { name friends { name } } }'), rootValue })
    expect(result).toEqual({ data: { me: { name: 'M', friends: [{ name: 'F' }] } } })
  })

  test('to the introspection query of the graph is that of graphql-js', async () => {
    const document = parse(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))
    expect((await executeAsOracle({ schema: graph, document })).errors).toBeUndefined()
    const one = parse(
      '{ __type(name: "Appointment") { name fields { name } } __typename __schema { __typename } }',
    )
    await executeAsOracle({ schema: graph, document: one })
  })

  test('has a key `__proto__` of its own where a field is called so', async () => {
    const document = parse('{ __proto__: me { __proto__: name name } }')
    for (const name of ['M', Promise.resolve('M')]) {
      const { data } = await executeAsOracle({ schema, document, rootValue: { me: { name } } })
      expect(JSON.stringify(data)).toBe('{"__proto__":{"__proto__":"M","name":"M"}}')
    }
  })

  test('comes when every promise has settled, also where an error has nulled it before', async () => {
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

  test('waits for the items behind one that must not be null, and nobody else hears of their errors', async () => {
    const late = deferred<string>()
    const document = parse('{ me { names } }')
    const result = execute({ schema, document, rootValue: { me: { names: ['a', null, late.promise] } } })
    expect(await isSettled(result)).toBe(false)
    late.reject(new Error('late'))
    const { data, errors } = await result
    expect(data).toEqual({ me: { names: null } })
    expect(errors).toMatchObject([{ path: ['me', 'names', 1] }])
  })

  test('has nothing resolved for it within a place that an error has nulled', async () => {
    const friend = deferred<object>()
    let isAsked = false
    const me = { friend: friend.promise, strict: Promise.reject(new Error('no')) }
    const result = execute({
      schema,
      document: parse('{ me { friend { name } strict } }'),
      rootValue: { me },
    })
    await new Promise(setImmediate)
    const name = () => {
      isAsked = true
    }
    friend.resolve({ name })
    expect(await result).toMatchObject({ data: { me: null }, errors: [{ message: 'no' }] })
    expect(isAsked).toBe(false)
  })

  test('takes anything with a `then` for a promise, also one that answers at once', async () => {
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

  test('has the resolvers of the request for fields and types that have none', async () => {
    const args = {
      schema,
      document: parse('{ me { being { name ... on Person { strict } } } }'),
      fieldResolver: (_source: unknown, _args: unknown, _context: unknown, info: GraphQLResolveInfo) =>
        info.fieldName,
      typeResolver: async () => 'Person',
    }
    const { data } = await executeAsOracle(args)
    expect(data).toEqual({ me: { being: { name: 'name', strict: 'strict' } } })
    const untyped = parse('{ me { being { name } } }')
    await executeAsOracle({ schema, document: untyped, rootValue: { me: { being: { name: 'n' } } } })
    await executeAsOracle({
      schema,
      document: untyped,
      rootValue: { me: { being: { __typename: 'Person', name: 'n' } } },
    })
  })
})

describe('mutations', () => {
  const document = parse('mutation { first { name } second { name } third { name } }')

  /** Root fields that write down when they begin, and give the value that is given for them. */
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

  test('begin when all of the one before has settled', async () => {
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

  test('end where one fails that must not be null, at once or later', async () => {
    for (const second of [null, Promise.resolve(null), new Error('no')])
      for (const first of [{ name: 'f' }, Promise.resolve({ name: 'f' })]) {
        const { begun, rootValue } = rootOf({ first, second, third: {} })
        expect((await executeAsOracle({ schema, document, rootValue })).data).toBeNull()
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

  test('is told all that graphql-js tells', async () => {
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
    const told = Object.keys(expected[0] ?? {}) as (keyof GraphQLResolveInfo)[]
    const all = (info: GraphQLResolveInfo) => Object.fromEntries(told.map((name) => [name, info[name]]))
    expect(told).toHaveLength(10)
    expect(infos.map(all)).toEqual(expected)
    expect(infos[0]).toMatchObject({ path: { prev: undefined, key: 'mine', typename: 'Query' } })
  })

  test('has arguments of its own: what it does to them is seen by no other call', async () => {
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

  test('looks at a fragment once for a selection, however often it is spread', () => {
    const last = 27
    const fragments = Array.from({ length: last + 1 }, (_, index) =>
      index === last
        ? `fragment F${index} on Person { name }`
        : `fragment F${index} on Person { ...F${index + 1} ...F${index + 1} }`,
    )
    const { document, reads } = counted(parse(`{ me { ...F0 ...F0 } } ${fragments.join(' ')}`))
    expect(execute({ schema, document, rootValue })).toEqual({ data: { me: { name: 'M' } } })
    expect(reads()).toBeLessThan(4 * last)
  })

  test('is made once for each set of fields that conditions let through, and for each schema', () => {
    const text =
      'query ($yes: Boolean!) { me { ...F } } fragment F on Person { name friend @include(if: $yes) { ...F2 } } fragment F2 on Person { name }'
    const { document, reads } = counted(parse(text))
    const ask = (asked: GraphQLSchema, yes: boolean) =>
      execute({ schema: asked, document, rootValue, variableValues: { yes } })
    const both = { me: { name: 'M', friend: { name: 'F' } } }
    expect([ask(schema, true), ask(schema, false)]).toEqual([{ data: both }, { data: { me: { name: 'M' } } }])
    const made = reads()
    for (const _ of [1, 2, 3])
      expect([ask(schema, true), ask(schema, false)]).toEqual([
        { data: both },
        { data: { me: { name: 'M' } } },
      ])
    expect(reads()).toBe(made)

    const other = buildSchema('type Person { name: String! friend: Person } type Query { me: Person }')
    expect(ask(other, true)).toEqual({ data: both })
    expect(reads()).toBeGreaterThan(made)
  })

  test('stays right for more sets of fields than are remembered, of which there is an end', () => {
    const names = Array.from({ length: 6 }, (_, index) => `v${index}`)
    const fields = names.map((name) => `${name}: strict @include(if: $${name})`)
    const { document, reads } = counted(
      parse(`query (${names.map((name) => `$${name}: Boolean!`).join(' ')}) { ${fields.join(' ')} }`),
    )
    for (let bits = 0; bits < 128; bits += 1) {
      const shown = names.filter((_, index) => (bits >> index) % 2 === 1)
      const variableValues = Object.fromEntries(names.map((name) => [name, shown.includes(name)]))
      const result = execute({ schema, document, variableValues, rootValue: { strict: 's' } })
      expect(result).toEqual({ data: Object.fromEntries(shown.map((name) => [name, 's'])) })
    }
    // One look for the conditions, and one for each of the 64 sets, both times.
    expect(reads()).toBe(129)
  })

  test('names no field that the schema does not have', () => {
    expect(execute({ schema, document: parse('{ unheard strict }'), rootValue: { strict: 's' } })).toEqual({
      data: { strict: 's' },
    })
  })
})
