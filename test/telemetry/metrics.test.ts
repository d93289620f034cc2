import { describe, expect, test } from 'vitest'
import { queryInParts } from '../server/deferred/parts.ts'
import { deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { startGateway } from '../support/gateway.ts'
import { startProduct } from '../support/product.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../support/scripted-upstream.ts'
import { subscribe } from '../support/stream.ts'
import { startMetrics } from './start-metrics.ts'

const DAY = 'query Day { appointments(first: 3) { nodes { id } } }'
const TRUSTED = new Map([['a1', DAY]])

async function startCounted(options: Parameters<typeof startProduct>[0] = {}) {
  const metrics = startMetrics()
  const product = await startProduct({ ...options, gateway: { observer: metrics, ...options.gateway } })
  return { metrics, product, [Symbol.asyncDispose]: () => product[Symbol.asyncDispose]() }
}

describe('The metrics of operations', () => {
  test('An operation counts by the name of a trusted document, its kind and its code', async () => {
    await using counted = await startCounted({ gateway: { trustedDocuments: TRUSTED } })
    const { metrics, product } = counted
    await product.query(DAY)
    await product.query(DAY)
    await product.query('query Of_Ada_Lovelace { appointments(first: 3) { nodes { id } } }')
    await product.query('{ appointment(id: "..") { id } }')
    await product.query('mutation { cancelAppointment(input: { id: "none" }) { performedAt } }')
    expect(await metrics.above0('gateway_operations_total')).toEqual({
      '{operation="Day",kind="query",code="OK"}': 2,
      '{operation="other",kind="query",code="OK"}': 1,
      '{operation="other",kind="query",code="BAD_USER_INPUT"}': 1,
      '{operation="other",kind="mutation",code="NOT_FOUND"}': 1,
    })
    expect(await metrics.above0('gateway_operation_seconds_count')).toEqual({
      '{operation="Day"}': 2,
      '{operation="other"}': 3,
    })
    expect((await metrics.page()).text).not.toContain('Lovelace')
  })

  test('A code of the upstream that the gateway does not know counts as other', async () => {
    const metrics = startMetrics()
    await using upstream = await startScriptedUpstream(() => ({
      status: 422,
      body: { error: { code: 'ADA_LOVELACE', message: 'no' } },
    }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k', observer: metrics })
    const { errors } = await gateway.query('{ appointment(id: "a") { id } }')
    expect(errors?.[0]?.extensions.code).toBe('ADA_LOVELACE')
    expect(await metrics.above0('gateway_operations_total')).toEqual({
      '{operation="other",kind="query",code="other"}': 1,
    })
    expect((await metrics.page()).text).not.toContain('LOVELACE')
  })

  test('A refusal counts once by its code, whatever it is that refuses', async () => {
    await using counted = await startCounted({
      gateway: { limits: { MAX_BODY_BYTES: 1000, MAX_ALIASES: 1, MAX_OPERATIONS: 1 } },
    })
    const { metrics, product } = counted
    await product.query('{ nothing }')
    await product.query('{')
    await product.query('{ a: __typename b: __typename c: __typename }')
    await product.query(`{ ${' '.repeat(1000)} __typename }`)
    await product.query('query A { __typename } query B { __typename }')
    await product.query('{ __typename }', {}, { 'content-type': 'text/plain' })
    await fetch(`${product.url}/graphql?query={__typename}`)
    await product.query('subscription { appointmentChanged { sequence } }')
    expect(await metrics.above0('gateway_refused_total')).toEqual({
      '{why="GRAPHQL_VALIDATION_FAILED"}': 1,
      '{why="GRAPHQL_PARSE_FAILED"}': 1,
      '{why="LIMIT_EXCEEDED"}': 2,
      '{why="OPERATION_RESOLUTION_FAILURE"}': 1,
      '{why="CSRF_REFUSED"}': 2,
      '{why="EVENTS_UNAVAILABLE"}': 1,
    })
  })

  test('An answer that has not changed (304) is an operation like any other', async () => {
    await using counted = await startCounted()
    const { metrics, product } = counted
    const get = (headers: Record<string, string> = {}) =>
      fetch(`${product.url}/graphql?query=${encodeURIComponent(DAY)}`, {
        headers: { 'x-graphql-yoga-csrf': '1', ...headers },
      })
    const { headers } = await get()
    expect((await get({ 'if-none-match': headers.get('etag') ?? '' })).status).toBe(304)
    expect(await metrics.above0('gateway_operations_total')).toEqual({
      '{operation="other",kind="query",code="OK"}': 2,
    })
    expect(await metrics.above0('gateway_reads_total')).toEqual({
      '{how="asked"}': 1,
      '{how="remembered"}': 1,
    })
  })

  test('An answer in parts counts once, with the requests of all its parts', async () => {
    await using counted = await startCounted()
    const { metrics, product } = counted
    const query = 'query { appointments(first: 2) { nodes { id ... @defer { attendeeName description } } } }'
    await using answer = await queryInParts(product.url, { query })
    metrics.watch(product.state)
    await answer.next()
    await answer.rest()
    expect((await metrics.read()).get('gateway_streams')).toBe(0)
    expect(await metrics.above0('gateway_operations_total')).toEqual({
      '{operation="other",kind="query",code="OK"}': 1,
    })
    expect(await metrics.above0('gateway_reads_total')).toEqual({ '{how="asked"}': 3 })
  })
})

describe('The metrics of reads', () => {
  test('Each read counts by how it got its answer', async () => {
    await using counted = await startCounted({ sandbox: { seed: 50 } })
    const { metrics, product } = counted
    const two = (from: number) =>
      `{ ${[from, from + 1].map((day) => `d${day}: appointments(first: 5, filter: { day: "2026-01-0${day}" }) { nodes { id } }`).join(' ')} }`
    await product.query(two(5))
    expect(product.takeRequests()).toHaveLength(1)
    expect(await metrics.above0('gateway_reads_total')).toEqual({ '{how="asked"}': 1, '{how="fused"}': 1 })
    await Promise.all([product.query(DAY), product.query(DAY)])
    expect(product.takeRequests()).toHaveLength(1)
    expect(await metrics.above0('gateway_reads_total')).toMatchObject({
      '{how="asked"}': 2,
      '{how="joined"}': 1,
    })
    await product.query(DAY)
    await product.query('{ appointments(first: 3) { nodes { title } } }')
    expect(product.takeRequests()).toEqual([])
    expect(await metrics.above0('gateway_reads_total')).toEqual({
      '{how="asked"}': 2,
      '{how="fused"}': 1,
      '{how="joined"}': 1,
      '{how="remembered"}': 2,
    })
  })

  test('A cached answer that is used while the quota is spent counts as stale', async () => {
    let now = Date.parse('2026-01-05T12:00:00Z')
    const metrics = startMetrics({ now: () => now })
    await using product = await startProduct({
      sandbox: { rateLimit: 1, clock: () => new Date(now) },
      gateway: { observer: metrics, now: () => now },
    })
    await product.query(DAY)
    now += 30_000
    const { data } = await product.query(DAY)
    expect(data.appointments.nodes).toHaveLength(3)
    expect(await metrics.above0('gateway_reads_total')).toEqual({ '{how="asked"}': 1, '{how="stale"}': 1 })
  })
})

describe('The metrics of the upstream', () => {
  const fine = { body: { data: { id: 'a', title: 't' }, meta: {} } }
  const failing = (status: number) => ({ status, body: { error: { code: 'ANY', message: 'Ada' } } })
  const answers: readonly (readonly [outcome: string, answer: ScriptedAnswer])[] = [
    ['ok', fine],
    ['refused', failing(404)],
    ['limited', failing(429)],
    ['unavailable', failing(500)],
    ['invalid', { body: 'no JSON' }],
  ]

  test.for(answers)('A request counts by its route and its outcome: %s', async ([outcome, answer]) => {
    const metrics = startMetrics()
    await using upstream = await startScriptedUpstream(() => answer)
    await using gateway = await startGateway({ url: upstream.url, key: 'k', observer: metrics })
    await gateway.query('{ appointment(id: "apt_1") { title } }')
    expect(await metrics.above0('gateway_upstream_requests_total')).toEqual({
      [`{route="GET /appointments/{id}",outcome="${outcome}"}`]: 1,
    })
    expect(await metrics.above0('gateway_upstream_seconds_count')).toEqual({
      '{route="GET /appointments/{id}"}': 1,
    })
    // Prometheus computes no rate from an absent series.
    expect(
      (await metrics.read()).get(
        'gateway_upstream_requests_total{route="GET /appointments/{id}",outcome="limited"}',
      ),
    ).toBe(outcome === 'limited' ? 1 : 0)
  })

  test('Each attempt counts, and a read that is repeated is one read', async () => {
    const metrics = startMetrics()
    const left = [502, 503]
    await using upstream = await startScriptedUpstream(() => {
      const status = left.shift()
      return status === undefined ? fine : { status, body: '' }
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k', observer: metrics })
    await gateway.query('{ appointment(id: "apt_1") { title } }')
    expect(await metrics.above0('gateway_upstream_requests_total')).toEqual({
      '{route="GET /appointments/{id}",outcome="unavailable"}': 2,
      '{route="GET /appointments/{id}",outcome="ok"}': 1,
    })
    expect(await metrics.above0('gateway_reads_total')).toEqual({ '{how="asked"}': 1 })
  })

  test('A timeout, an unreachable upstream and a disconnected client are distinct', async () => {
    const metrics = startMetrics()
    await using silent = await startScriptedUpstream(() => () => {})
    await using late = await startGateway({
      url: silent.url,
      key: 'k',
      observer: metrics,
      upstreamTimeoutMs: 50,
    })
    await late.query('{ appointment(id: "a") { title } }')
    expect(await metrics.above0('gateway_upstream_requests_total')).toEqual({
      '{route="GET /appointments/{id}",outcome="timeout"}': 1,
    })
    await using gone = await startGateway({ url: 'http://127.0.0.1:9', key: 'k', observer: metrics })
    await gone.query('mutation { cancelAppointment(input: { id: "a" }) { performedAt } }')
    expect(await metrics.above0('gateway_upstream_requests_total')).toMatchObject({
      '{route="POST /appointments/{id}/cancel",outcome="unavailable"}': 1,
    })
    await using patient = await startGateway({ url: silent.url, key: 'k', observer: metrics })
    const leaving = new AbortController()
    const asking = fetch(`${patient.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ appointment(id: "b") { title } }' }),
      signal: leaving.signal,
    })
    await silent.arrival(2)
    leaving.abort()
    await asking.catch(() => {})
    await expect
      .poll(() => metrics.above0('gateway_upstream_requests_total'))
      .toMatchObject({ '{route="GET /appointments/{id}",outcome="abandoned"}': 1 })
  })
})

describe('The metrics of events', () => {
  test("A delivery counts by its fate, the gateway's write and a found change by source", async () => {
    const now = Date.parse('2026-01-05T12:00:02Z')
    const metrics = startMetrics()
    let title = 'Visit'
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.startsWith('PATCH')
        ? { body: { data: { ...eventObject('b'), updated_at: '2026-01-05T12:00:01Z' }, meta: {} } }
        : { body: { data: { ...eventObject('a'), title, updated_at: '2026-01-05T13:00:00Z' }, meta: {} } },
    )
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      observer: metrics,
      now: () => now,
      cacheTtlSeconds: 0,
      webhooks: { secrets: [{ secret: SECRET }], cacheTtlFedSeconds: 0 },
    })
    const body = eventBody({ id: 'evt_1', object: eventObject('a') })
    await deliver(gateway.url, body, { at: now })
    await deliver(gateway.url, body, { at: now })
    await deliver(gateway.url, body, { at: now, secret: 'another-secret' })
    await gateway.query(
      'mutation { updateAppointment(input: { id: "b", title: "Ada" }) { appointment { id } } }',
    )
    title = 'Changed by nobody knows whom'
    await gateway.query('{ appointment(id: "a") { title } }')
    expect(await metrics.above0('gateway_events_total')).toEqual({
      '{kind="updated",source="webhook",fate="logged"}': 1,
      '{kind="updated",source="webhook",fate="duplicate"}': 1,
      '{kind="none",source="webhook",fate="forged"}': 1,
      '{kind="updated",source="gateway",fate="logged"}': 1,
      '{kind="reconciled",source="reconciled",fate="logged"}': 1,
    })
    expect(await metrics.above0('gateway_signatures_total')).toEqual({ '{style="stripe"}': 2 })
    expect(await metrics.above0('gateway_event_delay_seconds')).toMatchObject({ _sum: 3, _count: 2 })
  })

  test('A subscription counts when it opens, and an event once for all its subscribers', async () => {
    const metrics = startMetrics()
    await using product = await startProduct({ live: true, gateway: { observer: metrics } })
    await using stream = await subscribe(product.url, {
      query: 'subscription { appointmentChanged { kind } }',
    })
    const input = { title: 'New', startTime: '2030-01-07T10:00:00Z', endTime: '2030-01-07T10:30:00Z' }
    await product.query(
      'mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { clientMutationId } }',
      { input },
    )
    await stream.next()
    expect(await metrics.above0('gateway_operations_total')).toEqual({
      '{operation="other",kind="subscription",code="OK"}': 1,
      '{operation="other",kind="event",code="OK"}': 1,
      '{operation="other",kind="mutation",code="OK"}': 1,
    })
  })
})

describe('The gauges', () => {
  test('The gauges show the quota of each key, by the first letters of its hash', async () => {
    const now = Date.parse('2026-01-05T12:45:00Z')
    const metrics = startMetrics({ now: () => now, lagMs: () => 250 })
    await using product = await startProduct({
      sandbox: { rateLimit: 1000, clock: () => new Date(now) },
      gateway: { observer: metrics, now: () => now },
    })
    metrics.watch(product.state)
    expect(await metrics.above0('gateway_quota')).toEqual({})
    await product.query(DAY)
    const [account = ''] = product.state().keys.map((key) => key.account)
    expect(account).toHaveLength(43)
    const label = `{account="${account.slice(0, 8)}"}`
    expect(await metrics.above0('gateway_quota')).toEqual({
      [`_limit${label}`]: 1000,
      [`_remaining${label}`]: 999,
      [`_reset_seconds${label}`]: 900,
    })
    expect((await metrics.read()).get(`gateway_breaker_open${label}`)).toBe(0)
    expect((await metrics.read()).get('gateway_lag_seconds')).toBe(0.25)
    expect(await metrics.above0('process_')).toMatchObject({
      resident_memory_bytes: expect.any(Number),
      cpu_seconds_total: expect.any(Number),
    })
  })

  test('The gauges show an open breaker, a silent feed, streams and a lost Redis', async () => {
    let now = Date.parse('2026-01-05T12:00:00Z')
    const metrics = startMetrics({ now: () => now })
    await using upstream = await startScriptedUpstream(() => ({ status: 500, body: '' }))
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      now: () => now,
      observer: metrics,
      webhooks: { secrets: [{ secret: SECRET }], silentSeconds: 60 },
    })
    metrics.watch(gateway.state)
    expect(await metrics.above0('gateway_events_state')).toEqual({ '{state="waiting"}': 1 })
    await deliver(gateway.url, eventBody({ object: eventObject('a') }), { at: now })
    expect(await metrics.above0('gateway_events_state')).toEqual({ '{state="healthy"}': 1 })
    now += 61_000
    expect(await metrics.above0('gateway_events_state')).toEqual({ '{state="silent"}': 1 })
    for (let nth = 0; nth < 10; nth++) await gateway.query(`{ appointment(id: "a${nth}") { title } }`)
    expect(Object.values(await metrics.above0('gateway_breaker_open'))).toEqual([1])
    await using _stream = await subscribe(gateway.url, {
      query: 'subscription { appointmentChanged { kind } }',
    })
    expect((await metrics.read()).get('gateway_streams')).toBe(1)
    expect((await metrics.read()).has('gateway_shared_up')).toBe(false)
    metrics.watch(() => ({ ...gateway.state(), shared: 'down' }))
    expect((await metrics.read()).get('gateway_shared_up')).toBe(0)
    metrics.watch(() => ({ ...gateway.state(), shared: 'up' }))
    expect((await metrics.read()).get('gateway_shared_up')).toBe(1)
  })
})

test('All durations between two scrapes are in the sum, however many there are', async () => {
  const metrics = startMetrics()
  const exchange = { route: 'GET /appointments', outcome: 'ok', isFirstRead: true } as const
  for (let nth = 1; nth <= 2500; nth++) metrics.exchange({ ...exchange, seconds: nth % 2 === 0 ? 0.002 : 2 })
  for (let reading = 0; reading < 2; reading++) {
    const series = await metrics.read()
    const at = (name: string, more = '') =>
      series.get(`gateway_upstream_seconds_${name}{${more}route="GET /appointments"}`)
    expect(at('count')).toBe(2500)
    expect(at('sum')).toBeCloseTo(1250 * 2.002)
    expect([at('bucket', 'le="0.001",'), at('bucket', 'le="0.0025",'), at('bucket', 'le="2.5",')]).toEqual([
      0, 1250, 2500,
    ])
  }
})
