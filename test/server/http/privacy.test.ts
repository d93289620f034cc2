import { describe, expect, test } from 'vitest'
import { type GatewayClient, type GatewayTestOptions, startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { rawPost, sendRaw } from '../../support/raw.ts'

const UPSTREAM = { url: 'http://127.0.0.1:9', key: 'k' }
const LISTED = 'https://clinic.test'

function post(
  gateway: GatewayClient,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(`${gateway.url}/graphql`, { method: 'POST', body, headers })
}

async function codeOf(response: Response): Promise<string | undefined> {
  return /"code":"(\w+)"/.exec(await response.text())?.[1]
}

describe('Privacy on the wire', () => {
  test('The gateway forbids every cache to store a response', async () => {
    await using gateway = await startGateway(UPSTREAM)
    const json = { 'content-type': 'application/json' }
    const answers = await Promise.all([
      post(gateway, '{"query":"{ __typename }"}', json),
      post(gateway, '{"query":"{ appointments { nodes { id } } }"}', json),
      post(gateway, '{"query":"{"}', json),
      post(gateway, 'x', json),
      post(gateway, 'x', {}),
      fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } }),
      fetch(`${gateway.url}/graphql`, { method: 'OPTIONS' }),
      fetch(`${gateway.url}/graphql`, { method: 'PUT' }),
      fetch(`${gateway.url}/nowhere`),
      fetch(`${gateway.url}/health`),
    ])
    expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual(
      answers.map(() => 'private, no-store'),
    )
    // No browser may guess the type of a response, or show the page in a frame of another site.
    expect(answers.map(({ headers }) => headers.get('x-content-type-options'))).toEqual(
      answers.map(() => 'nosniff'),
    )
    expect(answers[5]?.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    await Promise.all(answers.map((answer) => answer.arrayBuffer()))
    const unreadable = await sendRaw(gateway.url, rawPost('{ __typename }', { host: '[' }))
    expect(unreadable.head.toLowerCase()).toContain('cache-control: private, no-store')
    expect(unreadable.head.toLowerCase()).toContain('x-content-type-options: nosniff')
  })

  test('Only pages of a listed origin may read responses', async () => {
    await using gateway = await startGateway({ ...UPSTREAM, corsOrigins: [LISTED, 'http://localhost:5173'] })
    const allowedTo = async (origin: string, method = 'POST') => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method,
        headers: {
          origin,
          'content-type': 'application/json',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type, x-anything',
        },
        body: method === 'POST' ? '{"query":"{ __typename }"}' : null,
      })
      expect(response.headers.get('access-control-allow-credentials')).toBeNull()
      return response.headers.get('access-control-allow-origin')
    }
    for (const method of ['POST', 'OPTIONS']) {
      expect(await allowedTo(LISTED, method)).toBe(LISTED)
      for (const other of [
        'https://other.test',
        'null',
        `${LISTED}.other.test`,
        'https://CLINIC.test',
        'http://clinic.test',
      ])
        expect(await allowedTo(other, method)).toBeNull()
    }
    await using closed = await startGateway(UPSTREAM)
    const { headers } = await closed.query('{ __typename }', {}, { origin: LISTED })
    expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test('A listed origin may send and read the headers of the gateway', async () => {
    await using gateway = await startGateway({ ...UPSTREAM, corsOrigins: [LISTED] })
    const { headers } = await fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: LISTED },
    })
    expect(headers.get('access-control-allow-headers')).toMatch(
      /authorization.*content-type.*x-graphql-yoga-csrf/,
    )
    expect(headers.get('access-control-expose-headers')).toMatch(
      /x-upstream-requests.*x-resume-after.*retry-after/,
    )
  })

  test('A listed origin may send the headers of its tracing, if the settings name them', async () => {
    const allowed = async (options: GatewayTestOptions, origin = LISTED) => {
      await using gateway = await startGateway({ ...UPSTREAM, corsOrigins: [LISTED], ...options })
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,traceparent,x-anything',
        },
      })
      return response.headers.get('access-control-allow-headers')?.split(/, ?/)
    }
    const own = [
      'authorization',
      'content-type',
      'x-request-id',
      'x-estimate-only',
      'if-none-match',
      'x-graphql-yoga-csrf',
    ]
    const corsHeaders = ['traceparent', 'baggage']
    expect(await allowed({})).toEqual(own)
    expect(await allowed({ corsHeaders })).toEqual([...own, 'traceparent', 'baggage'])
    expect(await allowed({ corsHeaders }, 'https://other.test')).toBeUndefined()
  })

  test.for([
    ['a form', 'application/x-www-form-urlencoded', `query=${encodeURIComponent('{ __typename }')}`],
    ['a form with a parameter', 'application/x-www-form-urlencoded; charset=utf-8', 'query=x'],
    ['a multipart form', 'multipart/form-data; boundary=b', '--b\r\n\r\n--b--'],
    ['plain text', 'text/plain', '{"query":"{ __typename }"}'],
    ['plain text with a JSON parameter', 'text/plain;application/json', '{"query":"{ __typename }"}'],
    ['plain text in capitals', 'TEXT/PLAIN', '{"query":"{ __typename }"}'],
    ['a body without a type', '', '{"query":"{ __typename }"}'],
  ] as const)('The gateway refuses %s, with the guard header too', async ([, type, body]) => {
    await using gateway = await startGateway(UPSTREAM)
    for (const guard of [{}, { 'x-graphql-yoga-csrf': '1' }]) {
      // Bytes, because `fetch` adds a Content-Type to a string.
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        body: new TextEncoder().encode(body),
        headers: { ...(type !== '' && { 'content-type': type }), ...guard },
      })
      expect([response.status, await codeOf(response)]).toEqual([403, 'CSRF_REFUSED'])
    }
  })

  test('The gateway answers 415 to any other type than JSON', async () => {
    await using gateway = await startGateway(UPSTREAM)
    for (const type of ['application/graphql', 'application/xml', 'application/jsonp']) {
      const response = await post(gateway, '{"query":"{ __typename }"}', { 'content-type': type })
      expect([response.status, await codeOf(response)]).toEqual([415, 'BAD_REQUEST'])
    }
  })

  test('The gateway runs a GET with the guard header only, and never a mutation', async () => {
    await using product = await startProduct()
    const get = (query: string, headers: Readonly<Record<string, string>>) =>
      fetch(`${product.url}/graphql?query=${encodeURIComponent(query)}`, { headers })
    const read = '{ appointments(first: 1) { nodes { id } } }'
    const write = 'mutation { cancelAppointment(input: { id: "a" }) { performedAt } }'
    for (const headers of [{}, { 'content-type': 'application/json' }, { accept: 'application/json' }]) {
      const refused = await get(read, headers)
      expect([refused.status, await codeOf(refused)]).toEqual([403, 'CSRF_REFUSED'])
    }
    const guarded = { 'x-graphql-yoga-csrf': '1' }
    expect((await get(write, guarded)).status).toBe(405)
    expect(product.takeRequests()).toEqual([])
    expect((await get(read, guarded)).status).toBe(200)
    expect(product.takeRequests()).toHaveLength(1)
  })

  test('The gateway refuses an unreadable request without repeating any of it', async () => {
    const faults: unknown[] = []
    await using gateway = await startGateway({ ...UPSTREAM, reportFault: (fault) => faults.push(fault) })
    const guarded = { 'x-graphql-yoga-csrf': '1' }
    const json = { 'content-type': 'application/json' }
    const answers = await Promise.all([
      fetch(`${gateway.url}/graphql?query={__typename}&variables=Jane`, { headers: guarded }),
      fetch(`${gateway.url}/graphql?query={__typename}&extensions=Jane`, { headers: guarded }),
      post(gateway, '{"query": "Jane', json),
      post(gateway, 'null', json),
      post(gateway, '"Jane"', json),
      post(gateway, '[{"query":"{ __typename }"}]', json),
    ])
    for (const answer of answers) {
      const text = await answer.text()
      expect([answer.status, JSON.parse(text).errors[0].extensions]).toEqual([400, { code: 'BAD_REQUEST' }])
      expect(text).not.toContain('Jane')
    }
    expect(faults).toEqual([])
  })
})

describe('A fault of the gateway outside the execution', () => {
  test.for(['listener', 'fetch'] as const)(
    'The gateway masks and reports its fault without a stack: %s',
    async (way) => {
      const faults: { errorId: string }[] = []
      await using gateway = await startGateway({
        ...UPSTREAM,
        reportFault: (fault) => faults.push(fault),
        logOperation() {
          throw new Error('Jane')
        },
      })
      const request = new Request(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ __typename }"}',
      })
      const response = await (way === 'fetch' ? gateway.fetch(request) : fetch(request))
      const text = await response.text()
      const { status, headers } = response
      expect([status, headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
        500,
        'private, no-store',
        'nosniff',
      ])
      expect(headers.get('content-type')).toBe('application/json')
      expect(JSON.parse(text).errors[0].extensions).toEqual({
        code: 'INTERNAL_SERVER_ERROR',
        errorId: faults[0]?.errorId,
      })
      expect(text).not.toMatch(/Jane| at |\.ts/)
    },
  )
})

describe('The extensions of an error', () => {
  test.for([
    ['a literal', { query: '{ appointment(id: "canary!") { id } }' }],
    ['a literal of the wrong type', { query: '{ appointments(first: "canary") { nodes { id } } }' }],
    ['a field', { query: '{ canary }' }],
    ['a directive', { query: '{ __typename @canary }' }],
    ['a document', { query: '{ canary "' }],
    [
      'a variable',
      { query: 'query ($id: ID!) { appointment(id: $id) { id } }', variables: { id: 'canary!' } },
    ],
    [
      'a variable of the wrong type',
      { query: 'query ($n: Int) { appointments(first: $n) { nodes { id } } }', variables: { n: 'canary' } },
    ],
    [
      'an unknown key',
      {
        query: 'query ($f: AppointmentFilter) { appointments(filter: $f) { nodes { id } } }',
        variables: { f: { canary: 'canary' } },
      },
    ],
    ['a cursor', { query: '{ appointments(after: "canary") { nodes { id } } }' }],
    ['a parameter', { query: '{ __typename }', canary: 'canary' }],
    ['an operation name', { query: '{ __typename }', operationName: 'canary' }],
    ['a hash', { documentId: 'canary' }],
    ['an extension', { query: '{', extensions: { canary: 'canary' } }],
  ])('The extensions repeat nothing of a request: %s', async ([, body]) => {
    await using gateway = await startGateway(UPSTREAM)
    const response = await post(gateway, JSON.stringify(body), { 'content-type': 'application/json' })
    const { errors } = (await response.json()) as { errors: { extensions: object }[] }
    expect(errors.length).toBeGreaterThan(0)
    expect(JSON.stringify(errors.map(({ extensions }) => extensions))).not.toContain('canary')
  })
})

describe('Outside development', () => {
  const introspection = '{ __schema { types { name } } __type(name: "Query") { name } }'
  const isPage = async (gateway: GatewayClient) => {
    const response = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } })
    await response.body?.cancel()
    return response.status === 200
  }

  test.for([
    ['development', { development: true }, true],
    ['production', { development: false }, false],
    ['production that turns them on', { development: false, graphiql: true, introspection: true }, true],
    ['development that turns them off', { development: true, graphiql: false, introspection: false }, false],
  ] as const)(
    'GraphiQL, introspection and suggestions follow the settings: %s',
    async ([, options, isOn]) => {
      await using gateway = await startGateway({ ...UPSTREAM, ...options })
      expect(await isPage(gateway)).toBe(isOn)
      const { errors } = await gateway.query(introspection)
      expect(errors === undefined).toBe(isOn)
      const messages = []
      for (const query of [
        '{ appointment(id: "a") { titel } }',
        '{ appointmens }',
        '{ appointments(filter: { status: [PENDIN] }) { nodes { id } } }',
        '{ appointments(filter: { patentId: "a" }) { nodes { id } } }',
        'query ($f: AppointmentFiltr) { appointments(filter: $f) { nodes { id } } }',
        '{ appointments(frst: 1) { nodes { id } } }',
      ]) {
        const answer = await gateway.query(query)
        expect(answer.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
        messages.push(...(answer.errors ?? []).map(({ message }) => message))
      }
      expect(messages.some((message) => message.includes('Did you mean'))).toBe(isOn)
    },
  )

  test('The gateway suggests no enum value for a bad variable in production', async () => {
    await using gateway = await startGateway({ ...UPSTREAM, development: false })
    const { errors } = await gateway.query(
      'query ($s: [AppointmentStatus!]) { appointments(filter: { status: $s }) { nodes { id } } }',
      { s: ['PENDIN'] },
    )
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    expect(JSON.stringify(errors)).not.toMatch(/Did you mean|PENDIN/)
  })
})
