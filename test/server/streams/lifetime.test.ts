import { describe, expect, test } from 'vitest'
import { listen } from '../../../src/process/listen.ts'
import { createGateway } from '../../../src/server/gateway.ts'
import { deliver, eventBody, eventObject, SECRET } from '../../support/events.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { subscribe } from '../../support/stream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'
import { changeIn, NOON, startLive } from './live.ts'

const QUERY =
  'subscription ($after: String) { appointmentChanged(after: $after) { sequence appointment { restId } } }'

function codeIn(result: { errors?: readonly { extensions: object }[] } | undefined): object | undefined {
  return result?.errors?.[0]?.extensions
}

describe('A stream', () => {
  test('It is no event stream for a client that accepts JSON only', async () => {
    await using live = await startLive()
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const { status, errors } = await live.query(QUERY, {}, { accept })
      expect([status, errors]).toMatchObject([
        406,
        [{ extensions: { code: 'BAD_REQUEST' }, message: expect.stringContaining('text/event-stream') }],
      ])
    }
  })

  test('It is multipart for a client that accepts that only', async () => {
    await using live = await startLive()
    const leaving = new AbortController()
    const response = await fetch(`${live.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed' },
      body: JSON.stringify({ query: QUERY }),
      signal: leaving.signal,
    })
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"')
    await live.deliverEvent('a')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('"restId":"a"')) text += (await reader?.read())?.value
    expect(text).toMatch(
      /^\r\n---\r\nContent-Type: application\/json; charset=utf-8\r\nContent-Length: \d+\r\n\r\n\{/,
    )
    leaving.abort()
  })

  test('Its headers prevent buffering by proxies, and caching', async () => {
    await using live = await startLive()
    await using stream = await live.subscribe(QUERY)
    const { headers } = stream.response
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.get('x-upstream-requests')).toBeNull()
  })

  test('A caller has a limit of open streams, and one that ends releases its slot', async () => {
    await using live = await startLive({ tokens: TOKENS, limits: { MAX_STREAMS_OF_CALLER: 2 } })
    const caller = await bearer({ sub: 'p', scope: 'appointments:read', exp: NOON / 1000 + 60 })
    const open = () => live.subscribe(QUERY, {}, caller)
    const first = await open()
    await using second = await open()
    const refused = await open()
    expect(refused.response.status).toBe(429)
    expect(codeIn(await refused.next())).toEqual({
      code: 'LIMIT_EXCEEDED',
      limit: { name: 'MAX_STREAMS_OF_CALLER', max: 2 },
    })
    await first[Symbol.asyncDispose]()
    let third = await open()
    // The gateway may not have noticed the disconnect yet.
    while (third.response.status === 429) third = await open()
    await live.deliverEvent('a')
    expect(changeIn(await second.next()).appointment.restId).toBe('a')
    expect(changeIn(await third.next()).appointment.restId).toBe('a')
    await third[Symbol.asyncDispose]()
  })

  test('Callers that the gateway can not distinguish have only the common limit', async () => {
    await using live = await startLive({ limits: { MAX_STREAMS_OF_CALLER: 1, MAX_STREAMS: 2 } })
    await using first = await live.subscribe(QUERY)
    await using second = await live.subscribe(QUERY)
    expect([first.response.status, second.response.status]).toEqual([200, 200])
    expect((await live.subscribe(QUERY)).response.status).toBe(503)
  })

  test('All callers have a common limit, and streams do not count as operations', async () => {
    await using live = await startLive({
      limits: { MAX_STREAMS: 2, MAX_OPERATIONS: 1, MAX_CONCURRENT_OPERATIONS: 1 },
    })
    await using first = await live.subscribe(QUERY)
    await using second = await live.subscribe(QUERY)
    const refused = await live.subscribe(QUERY)
    expect([refused.response.status, codeIn(await refused.next())]).toEqual([503, { code: 'OVERLOADED' }])
    expect((await live.query('{ appointment(id: "a") { title } }')).errors).toBeUndefined()
    await live.deliverEvent('a')
    for (const stream of [first, second]) changeIn(await stream.next())
  })

  test("It ends when its caller's token expires, and contains nothing after that", async () => {
    let now = NOON
    await using live = await startLive({ tokens: TOKENS, now: () => now, monotonic: () => now })
    const caller = await bearer({ sub: 'p', scope: 'appointments:read', exp: NOON / 1000 + 60 })
    await using stream = await live.subscribe(QUERY, {}, caller)
    await live.deliverEvent('a')
    changeIn(await stream.next())
    now += 66_000
    await live.deliverEvent('b')
    expect(codeIn(await stream.next())).toEqual({ code: 'UNAUTHENTICATED' })
    expect(await stream.next()).toBeUndefined()
  })

  test('It ends when the token expires, even while idle', async () => {
    let now = NOON
    await using live = await startLive({
      tokens: TOKENS,
      now: () => now,
      monotonic: () => now,
      heartbeatMs: 5,
    })
    const caller = await bearer({ sub: 'p', scope: 'appointments:read', exp: NOON / 1000 + 60 })
    await using stream = await live.subscribe(QUERY, {}, caller)
    now += 66_000
    expect(codeIn(await stream.next())).toEqual({ code: 'UNAUTHENTICATED' })
  })

  test('Without a credential, or the right to read, it is refused', async () => {
    await using live = await startLive({ tokens: TOKENS, now: Date.now })
    await using anonymous = await live.subscribe(QUERY)
    expect(codeIn(await anonymous.next())).toMatchObject({ code: 'UNAUTHENTICATED' })
    await using other = await live.subscribe(QUERY, {}, await bearer({ sub: 'p', scope: 'mail' }))
    expect(codeIn(await other.next())).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('A heartbeat is written while it is idle', async () => {
    await using live = await startLive({ heartbeatMs: 5 })
    await using stream = await live.subscribe(QUERY)
    const text = () => stream.text().match(/^:$/gm)?.length ?? 0
    const reading = stream.next()
    while (text() < 4) await new Promise((resolve) => setImmediate(resolve))
    await live.deliverEvent('a')
    changeIn(await reading)
  })

  test('A gateway that stops ends it with an error, and does not wait for it', async () => {
    const gateway = createGateway({
      url: 'http://127.0.0.1:1',
      key: 'k',
      webhooks: { secrets: [{ secret: SECRET }] },
    })
    const server = await listen(gateway.handler, '127.0.0.1', 0)
    await using stream = await subscribe(server.url, { query: QUERY })
    await deliver(server.url, eventBody({ object: eventObject('a') }))
    const { sequence } = changeIn(await stream.next())
    gateway.prepareToStop()
    expect(codeIn(await stream.next())).toEqual({ code: 'STREAM_ENDED', resumeAfter: sequence })
    expect(await stream.next()).toBeUndefined()
    await using late = await subscribe(server.url, { query: QUERY })
    expect([late.response.status, codeIn(await late.next())]).toEqual([503, { code: 'OVERLOADED' }])
    await server.close(60_000)
    await gateway.close()
  })

  test('A client can resume from a change that was pending when the gateway stopped', async () => {
    const { promise: requested, resolve: ask } = Promise.withResolvers<void>()
    await using upstream = await startScriptedUpstream(() => (response) => {
      ask()
      response.on('close', () => {})
    })
    const gateway = createGateway({
      url: upstream.url,
      key: 'k',
      upstreamTimeoutMs: 50,
      webhooks: { secrets: [{ secret: SECRET }] },
    })
    const server = await listen(gateway.handler, '127.0.0.1', 0)
    const query = 'subscription { appointmentChanged { appointment { description } } }'
    await using stream = await subscribe(server.url, { query })
    await deliver(server.url, eventBody({ object: eventObject('a') }))
    await requested
    gateway.prepareToStop()
    expect(codeIn(await stream.next())).toEqual({
      code: 'STREAM_ENDED',
      resumeAfter: stream.response.headers.get('x-resume-after'),
    })
    await server.close(60_000)
    await gateway.close()
  })

  test('Through fetch its parts arrive one by one, and a cancel by the reader ends it', async () => {
    await using live = await startLive({ limits: { MAX_STREAMS: 1 } })
    const fetch = (url: string, init: RequestInit) => live.fetch(new Request(url, init))
    const stream = await subscribe(live.url, { query: QUERY, fetch })
    await live.deliverEvent('a')
    expect(changeIn(await stream.next()).appointment.restId).toBe('a')
    await stream[Symbol.asyncDispose]()
    let next = await subscribe(live.url, { query: QUERY, fetch })
    while (next.response.status === 503) next = await subscribe(live.url, { query: QUERY, fetch })
    expect(next.response.status).toBe(200)
    await next[Symbol.asyncDispose]()
  })

  test('A condition on its only field is refused where it may exclude the field', async () => {
    await using live = await startLive()
    const query = 'subscription { appointmentChanged @skip(if: true) { sequence } }'
    await using none = await live.subscribe(query)
    expect(codeIn(await none.next())).toEqual({ code: 'BAD_REQUEST' })
    await using kept = await live.subscribe(query.replace('true', 'false'))
    await live.deliverEvent('a')
    changeIn(await kept.next())
    const open = 'subscription ($no: Boolean!) { appointmentChanged @skip(if: $no) { sequence } }'
    await using unknown = await live.subscribe(open, { no: false })
    expect(codeIn(await unknown.next())).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' })
  })

  test('A bad filter or variable is refused like that of a query', async () => {
    await using live = await startLive()
    const query =
      'subscription ($filter: AppointmentFilter) { appointmentChanged(filter: $filter) { sequence } }'
    await using bad = await live.subscribe(query, { filter: { patientId: '../x' } })
    expect(codeIn(await bad.next())).toEqual({ code: 'BAD_USER_INPUT', argument: 'filter.patientId' })
    await using worse = await live.subscribe(query, { filter: { status: 'SO' } })
    expect(codeIn(await worse.next())).toMatchObject({ code: 'BAD_USER_INPUT' })
  })
})

describe('What goes wrong in an event', () => {
  test('A failing read fails its field, with an error that the gateway words', async () => {
    await using live = await startLive()
    await using stream = await live.subscribe(
      'subscription { appointmentChanged { appointment { title description } } }',
    )
    await live.deliverEvent('failing')
    const result = await stream.next()
    expect(result).toMatchObject({
      data: { appointmentChanged: { appointment: { title: 'Visit', description: null } } },
      errors: [
        {
          path: ['appointmentChanged', 'appointment', 'description'],
          extensions: { code: 'UPSTREAM_UNAVAILABLE', status: 500 },
        },
      ],
    })
    expect(stream.text()).not.toContain('Zebedee')
    await live.deliverEvent('a')
    expect(changeIn(await stream.next()).appointment.description).toBe('of a')
  })

  test('An internal fault is masked, and reported', async () => {
    const faults: { errorId: string }[] = []
    await using live = await startLive({
      reportFault: (fault) => faults.push(fault),
      logOperation: ({ requests }) => {
        if (requests > 0) throw new Error('a patient named Zebedee')
      },
    })
    await using stream = await live.subscribe(
      'subscription { appointmentChanged { appointment { description } } }',
    )
    await live.deliverEvent('a')
    expect(codeIn(await stream.next())).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      errorId: faults[0]?.errorId,
    })
    expect(faults).toHaveLength(1)
    expect(stream.text()).not.toContain('Zebedee')
  })
})
