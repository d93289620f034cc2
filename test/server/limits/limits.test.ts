import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { createGateway } from '../../../src/server/gateway.ts'
import { LIMITS, type LimitName } from '../../../src/server/limits/limits.ts'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { openSocket, rawPost } from '../../support/raw.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const UPSTREAM = { url: 'http://127.0.0.1:9', key: 'k' }

function repeat(count: number, write: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => write(index)).join(' ')
}

/** For each limit a document with exactly ten of the limited thing, and one with eleven. */
const DOCUMENTS: readonly (readonly [LimitName, string, ten: string, eleven: string])[] = [
  [
    'MAX_ALIASES',
    'aliases',
    `{ ${repeat(10, (i) => `a${i}: __typename`)} }`,
    `{ ${repeat(11, (i) => `a${i}: __typename`)} }`,
  ],
  [
    'MAX_ALIASES',
    'aliases of a fragment for each spread',
    `{ patient(id: "p") { ...F ... { ...F } } } fragment F on Patient { ${repeat(5, (i) => `a${i}: id`)} }`,
    `{ patient(id: "p") { ...F ... { ...F } a: id } } fragment F on Patient { ${repeat(5, (i) => `a${i}: id`)} }`,
  ],
  [
    'MAX_ROOT_FIELDS',
    'root fields',
    `{ ${repeat(10, () => '__typename')} }`,
    `{ ${repeat(11, () => '__typename')} }`,
  ],
  [
    'MAX_ROOT_FIELDS',
    'root fields of fragments',
    `{ ...F ... on Query { ...F } } fragment F on Query { ${repeat(5, () => '__typename')} }`,
    `{ ...F ... on Query { ...F } __typename } fragment F on Query { ${repeat(5, () => '__typename')} }`,
  ],
  [
    'MAX_DIRECTIVES',
    'directives',
    `{ ${repeat(10, () => '__typename @skip(if: false)')} }`,
    `{ ${repeat(11, () => '__typename @skip(if: false)')} }`,
  ],
  [
    'MAX_DIRECTIVES',
    'directives of fragments',
    `{ ...F @skip(if: false) ...F @include(if: true) } fragment F on Query { ... @skip(if: false) { ${repeat(3, () => '__typename @skip(if: false)')} } }`,
    `{ ...F @skip(if: false) ...F @include(if: true) ... @skip(if: false) { __typename } } fragment F on Query { ... @skip(if: false) { ${repeat(3, () => '__typename @skip(if: false)')} } }`,
  ],
  [
    'MAX_DEFERS',
    'fragments with @defer',
    `{ ${repeat(2, () => '...F @defer')} } fragment F on Query { ${repeat(4, () => '... @defer { __typename }')} }`,
    `{ ${repeat(2, () => '...F @defer')} ... @defer { __typename } } fragment F on Query { ${repeat(4, () => '... @defer { __typename }')} }`,
  ],
  ['MAX_TOKENS', 'tokens', `{ ${repeat(8, () => '__typename')} }`, `{ ${repeat(9, () => '__typename')} }`],
  ['MAX_DEPTH', 'levels of fields', `{ ${nested(10)} }`, `{ ${nested(11)} }`],
  [
    'MAX_DEPTH',
    'levels of fields through fragments',
    `{ patient(id: "p") { ...F } } fragment F on Patient { appointments(filter: { patientId: "p" }) { nodes { patient { ${nested(6)} } } } }`,
    `{ patient(id: "p") { ...F } } fragment F on Patient { appointments(filter: { patientId: "p" }) { nodes { patient { ${nested(7)} } } } }`,
  ],
]

/** A path of this many fields. */
function nested(levels: number): string {
  const names = ['appointments', 'nodes', 'patient']
  const path = Array.from({ length: levels - 1 }, (_, index) => names[index % 3] ?? '')
  const leaf = { appointments: '__typename', nodes: 'id', patient: 'id' }[path.at(-1) ?? ''] ?? 'id'
  return path.reduceRight((inner, name) => `${name} { ${inner} }`, leaf)
}

describe('The limits of an operation', () => {
  test('The environment and the gateway have the same defaults', () => {
    expect(readConfig({}).config).toMatchObject(LIMITS)
  })

  test.for(DOCUMENTS)(
    '%s 10: the gateway answers ten %s and refuses eleven',
    async ([name, , ten, eleven]) => {
      await using upstream = await startScriptedUpstream(() => ({
        body: { data: [], meta: { has_more: false } },
      }))
      await using gateway = await startGateway({ url: upstream.url, key: 'k', limits: { [name]: 10 } })
      const allowed = await gateway.query(ten)
      const codes = allowed.errors?.map(({ extensions }) => extensions.code) ?? []
      expect(codes).not.toContain('LIMIT_EXCEEDED')
      expect(codes).not.toContain('GRAPHQL_VALIDATION_FAILED')
      const sent = upstream.requests.length
      for (const time of ['first', 'again']) {
        const { data, errors } = await gateway.query(eleven)
        expect([time, data, errors?.map(({ extensions }) => extensions)]).toEqual([
          time,
          undefined,
          [{ code: 'LIMIT_EXCEEDED', limit: { name, max: 10 } }],
        ])
      }
      expect(upstream.requests.length).toBe(sent)
    },
  )

  test('The gateway answers the standard introspection and refuses a circular one', async () => {
    await using gateway = await startGateway(UPSTREAM)
    expect((await gateway.query(getIntrospectionQuery())).errors).toBeUndefined()
    const round = `{ __schema { types { ${'fields { type { '.repeat(5)} name ${'} } '.repeat(5)} } } }`
    expect((await gateway.query(round)).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  test('MAX_NODE_IDS: the gateway refuses one id more and sends nothing upstream', async () => {
    await using product = await startProduct({ gateway: { limits: { MAX_NODE_IDS: 10 } } })
    const document = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
    const ids = (count: number) =>
      Array.from({ length: count }, (_, index) => Buffer.from(`Appointment:a${index}`).toString('base64'))
    const { errors } = await product.query(document, { ids: ids(11) })
    expect(errors?.map(({ extensions }) => extensions)).toEqual([
      { code: 'LIMIT_EXCEEDED', limit: { name: 'MAX_NODE_IDS', max: 10 } },
    ])
    expect(product.takeRequests()).toEqual([])
    expect((await product.query(document, { ids: ids(10) })).data.nodes).toHaveLength(10)
  })

  test('MAX_BODY_BYTES and MAX_VARIABLES_BYTES: one byte more is a 413', async () => {
    const limits = { MAX_BODY_BYTES: 2000, MAX_VARIABLES_BYTES: 1000 }
    await using gateway = await startGateway({ ...UPSTREAM, limits })
    const post = async (body: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      const { errors } = (await response.json()) as {
        errors?: { extensions: { limit?: { name: string } } }[]
      }
      return [response.status, errors?.[0]?.extensions.limit?.name]
    }
    const body = (bytes: number, variables: object = {}) =>
      JSON.stringify({ query: '{ __typename }', variables }).padEnd(bytes, ' ')
    expect(await post(body(2000))).toEqual([200, undefined])
    expect(await post(body(2001))).toEqual([413, 'MAX_BODY_BYTES'])
    // The limit counts bytes, not characters.
    expect(await post(body(1990).replace('__typename', '__typename #ÄÖÜäöüßéèê'))).toEqual([
      413,
      'MAX_BODY_BYTES',
    ])
    const variable = (length: number) => ({ a: 'x'.repeat(length - JSON.stringify({ a: '' }).length) })
    expect(await post(body(0, variable(1000)))).toEqual([200, undefined])
    expect(await post(body(0, variable(1001)))).toEqual([413, 'MAX_VARIABLES_BYTES'])
  })

  test('A gateway mounted as a fetch handler has the same limits', async () => {
    const arrived = Promise.withResolvers<() => void>()
    await using upstream = await startScriptedUpstream(
      () => (response) =>
        arrived.resolve(() => void response.writeHead(404).end('{"error":{"code":"NOT_FOUND"}}')),
    )
    const gateway = createGateway({
      url: upstream.url,
      key: 'k',
      limits: { MAX_CONCURRENT_OPERATIONS: 1, MAX_BODY_BYTES: 100 },
    })
    const post = (body: string) =>
      gateway.fetch(
        new Request('http://localhost/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        }),
      )
    const running = post('{"query":"{ appointment(id: \\"a\\") { id } }"}')
    const answer = await arrived.promise
    expect((await post('{"query":"{ __typename }"}')).status).toBe(429)
    answer()
    expect((await running).status).toBe(200)
    expect((await post('{"query":"{ __typename }"}')).status).toBe(200)
    expect((await post('{"query":"{ __typename }"}'.padEnd(101))).status).toBe(413)
    await gateway.close()
  })

  test('MAX_CONCURRENT_OPERATIONS counts the running operations of each caller', async () => {
    const waiting: (() => void)[] = []
    let arrived = Promise.withResolvers<void>()
    await using upstream = await startScriptedUpstream(() => (response) => {
      waiting.push(() => void response.writeHead(404).end('{"error":{"code":"NOT_FOUND"}}'))
      if (waiting.length === 2) arrived.resolve()
    })
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      tokens: TOKENS,
      limits: { MAX_CONCURRENT_OPERATIONS: 2 },
    })
    const busy = await bearer({ sub: 'busy', scope: 'appointments:read' })
    const other = await bearer({ sub: 'other', scope: 'appointments:read' })
    for (const round of [1, 2]) {
      arrived = Promise.withResolvers<void>()
      const running = ['a', 'b'].map((id) =>
        gateway.query(`{ appointment(id: "${id}${round}") { id } }`, {}, busy),
      )
      await arrived.promise
      const { status, errors } = await gateway.query('{ __typename }', {}, busy)
      expect([status, errors?.[0]?.extensions]).toEqual([
        429,
        { code: 'LIMIT_EXCEEDED', limit: { name: 'MAX_CONCURRENT_OPERATIONS', max: 2 } },
      ])
      expect((await gateway.query('{ __typename }', {}, other)).errors).toBeUndefined()
      for (const answer of waiting.splice(0)) answer()
      await Promise.all(running)
    }
    arrived = Promise.withResolvers<void>()
    const leaving = [await openSocket(gateway.url), await openSocket(gateway.url)]
    for (const [index, socket] of leaving.entries())
      socket.write(rawPost(`{ appointment(id: "left${index}") { id } }`, busy))
    await arrived.promise
    for (const socket of leaving) socket.destroy()
    // The server notices the closed connections soon, but not at a known time.
    while ((await gateway.query('{ __typename }', {}, busy)).status === 429);
    for (const answer of waiting.splice(0)) answer()
  })
})

test('An operation that ends in a fault of the gateway releases its slot', async () => {
  let isBroken = true
  await using upstream = await startScriptedUpstream(() => ({ body: { data: { id: 'a' }, meta: {} } }))
  await using gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    limits: { MAX_OPERATIONS: 1, MAX_CONCURRENT_OPERATIONS: 1 },
    logOperation() {
      if (isBroken) throw new Error('the log is broken')
    },
  })
  expect((await gateway.query('{ appointment(id: "a") { id } }')).errors).toMatchObject([
    { extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  ])
  isBroken = false
  expect(await gateway.query('{ appointment(id: "a") { id } }')).toMatchObject({
    status: 200,
    data: { appointment: { id: 'QXBwb2ludG1lbnQ6YQ==' } },
  })
})
