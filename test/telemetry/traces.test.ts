import { describe, expect, test } from 'vitest'
import type { TracesOptions } from '../../src/telemetry/traces/traces.ts'
import { deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { type GatewayTestOptions, startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { subscribe } from '../support/stream.ts'
import { type CollectedSpan, startCollector, startTraces } from './collector.ts'

const ONE = '{ appointment(id: "apt_secret") { title } }'
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'

/** A gateway with traces, in front of an upstream that returns any appointment. */
async function startTraced({
  traces: options,
  statuses = [],
  ...gatewayOptions
}: GatewayTestOptions & {
  readonly traces?: Partial<TracesOptions>
  /** The statuses of the upstream's first responses. */
  readonly statuses?: readonly number[]
} = {}) {
  const left = [...statuses]
  const collector = await startCollector()
  const upstream = await startScriptedUpstream(() => {
    const status = left.shift() ?? 200
    const headers = { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '731' }
    if (status >= 400) return { status, headers, body: { error: { code: 'ADA', message: 'Ada' } } }
    return { headers, body: { data: { ...eventObject('apt_secret'), title: 'Ada' }, meta: {} } }
  })
  const traces = startTraces(collector.url, options)
  const gateway = await startGateway({ url: upstream.url, key: 'k', tracer: traces, ...gatewayOptions })
  return {
    gateway,
    upstream,
    /** Sends the remaining spans, and returns all collected ones. */
    async end(): Promise<readonly CollectedSpan[]> {
      await traces.close()
      return collector.spans()
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await traces.close()
      await upstream[Symbol.asyncDispose]()
      await collector[Symbol.asyncDispose]()
    },
  }
}

const from = (traceId: string, flags = '01') => ({ traceparent: `00-${traceId}-${CALLER}-${flags}` })

describe('The trace of an operation', () => {
  test('An operation is a span, with one for each of its requests to the upstream', async () => {
    const trustedDocuments = new Map([['a1', `query One ${ONE}`]])
    await using traced = await startTraced({ trustedDocuments })
    await traced.gateway.query(`query One ${ONE}`)
    await traced.gateway.query(`query Of_Ada ${ONE}`)
    const [exchange, operation, other, ...rest] = await traced.end()
    expect(rest).toEqual([])
    expect(exchange).toMatchObject({
      name: 'GET /appointments/{id}',
      parentSpanId: operation?.spanId,
      traceId: operation?.traceId,
      isError: false,
      events: [],
    })
    expect(exchange?.facts).toEqual({
      'gateway.outcome': 'ok',
      'gateway.attempt': 1,
      'gateway.quota_remaining': 731,
      'http.response.status_code': 200,
    })
    expect(operation).toMatchObject({ name: 'query One', parentSpanId: undefined, service: 'test' })
    expect(operation?.facts).toEqual({
      'gateway.requests': 1,
      'gateway.remembered': 0,
      'gateway.patched': 0,
      'gateway.stale': 0,
      'gateway.joined': 0,
      'gateway.fused': 0,
    })
    expect(other).toMatchObject({ name: 'query', facts: { 'gateway.requests': 0, 'gateway.remembered': 1 } })
    expect(other?.traceId).not.toBe(operation?.traceId)
  })

  test('Each attempt is a span, and a failed one has its error code', async () => {
    await using traced = await startTraced({ statuses: [502, 404] })
    await traced.gateway.query('mutation { cancelAppointment(input: { id: "apt_secret" }) { performedAt } }')
    await traced.gateway.query(ONE)
    await traced.gateway.query('{ nothing }')
    const spans = await traced.end()
    const named = spans.map(({ name, isError, facts, events }) => [
      name,
      isError,
      facts['gateway.attempt'],
      events,
    ])
    const failed = (code: string) => [['error', { 'gateway.code': code }]]
    expect(named.at(-1)).toEqual(['none', true, undefined, failed('GRAPHQL_VALIDATION_FAILED')])
    expect(named).toContainEqual(['POST /appointments/{id}/cancel', true, 1, failed('unavailable')])
    expect(JSON.stringify(spans)).not.toMatch(/ADA|Ada|secret/)
  })

  test('A repeated read has a span for each attempt', async () => {
    await using traced = await startTraced({ statuses: [503] })
    await traced.gateway.query(ONE)
    const attempts = (await traced.end()).map(({ name, facts }) => [name, facts['gateway.attempt']])
    expect(attempts).toEqual([
      ['GET /appointments/{id}', 1],
      ['GET /appointments/{id}', 2],
      ['query', undefined],
    ])
  })

  test('A webhook is a trace, and so is each event for subscribers', async () => {
    await using traced = await startTraced({ webhooks: { secrets: [{ secret: SECRET }] } })
    await using stream = await subscribe(traced.gateway.url, {
      query: 'subscription { appointmentChanged { appointment { description } } }',
    })
    await deliver(traced.gateway.url, eventBody({ object: eventObject('apt_secret') }))
    await stream.next()
    const spans = await traced.end()
    const [opened, webhook, exchange, event] = [
      spans.find(({ name }) => name === 'subscription'),
      spans.find(({ name }) => name === 'webhook'),
      spans.find(({ name }) => name === 'GET /appointments/{id}'),
      spans.find(({ name }) => name === 'event'),
    ]
    expect(webhook?.facts).toEqual({
      'gateway.fate': 'logged',
      'gateway.kind': 'updated',
      'gateway.style': 'stripe',
    })
    expect(event?.facts['gateway.requests']).toBe(1)
    expect(exchange?.parentSpanId).toBe(event?.spanId)
    expect(new Set([opened, webhook, event].map((span) => span?.traceId)).size).toBe(3)
  })
})

test('The name of the service wins over that of its attributes', async () => {
  const namedBy = async (options: Partial<TracesOptions>) => {
    await using collector = await startCollector()
    const traces = startTraces(collector.url, options)
    traces.begin('operation')?.end({ facts: {} })
    await traces.close()
    return collector.spans().map(({ service }) => service)
  }
  const attributes = { 'service.name': 'of the attributes' }
  expect(await namedBy({ serviceName: 'given', attributes })).toEqual(['given'])
  expect(await namedBy({ serviceName: undefined, attributes })).toEqual(['of the attributes'])
  expect(await namedBy({ serviceName: undefined })).toEqual(['appointments-gateway'])
})

describe('The log of traced operations', () => {
  test('A line has the id of its trace, and none without tracing', async () => {
    const lines: { readonly trace?: string }[] = []
    const options: GatewayTestOptions = {
      logOperation: (line) => lines.push(line),
      logEvent: (line) => lines.push(line),
      webhooks: { secrets: [{ secret: SECRET }] },
    }
    await using traced = await startTraced({ ...options, traces: { sampler: 'parentbased_always_on' } })
    await traced.gateway.query(ONE, {}, from(TRACE))
    await deliver(traced.gateway.url, eventBody({ object: eventObject('apt_secret') }))
    await traced.gateway.query(ONE, {}, from('1'.repeat(32), '00'))
    const webhook = (await traced.end()).find(({ name }) => name === 'webhook')
    expect(lines.map(({ trace }) => trace)).toEqual([TRACE, webhook?.traceId, undefined])
    expect(lines.map((line) => 'trace' in line)).toEqual([true, true, false])
  })

  test('A line has the id of a trace that is propagated but not sampled, too', async () => {
    const lines: { readonly trace?: string }[] = []
    await using traced = await startTraced({
      logOperation: (line) => lines.push(line),
      traces: { propagateUpstream: true, sampler: 'always_off' },
    })
    await traced.gateway.query(ONE, {}, from(TRACE))
    expect(lines.map(({ trace }) => trace)).toEqual([TRACE])
    expect(await traced.end()).toEqual([])
  })
})

describe('The sampling of traces', () => {
  test("The trace of the caller continues, with the caller's sampling decision", async () => {
    await using traced = await startTraced({ traces: { sampler: 'parentbased_traceidratio', ratio: 0 } })
    const { gateway } = traced
    await gateway.query('{ __typename }', {}, from(TRACE))
    await gateway.query('{ __typename }', {}, from('1'.repeat(32), '00'))
    await gateway.query('{ __typename }', {}, { traceparent: '00-0-0-01' })
    await gateway.query('{ __typename }')
    const spans = await traced.end()
    expect(spans.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual([[TRACE, CALLER]])
  })

  test.for([
    ['always_on', 1],
    ['always_off', 0],
    ['traceidratio', 0],
    ['parentbased_always_on', 1],
    ['parentbased_always_off', 1],
  ] as const)('%s, with a caller that samples its trace', async ([sampler, kept]) => {
    await using traced = await startTraced({ traces: { sampler, ratio: 0 } })
    await traced.gateway.query('{ __typename }', {}, from(TRACE))
    expect(await traced.end()).toHaveLength(kept)
  })

  test.for(['traceidratio', 'parentbased_traceidratio'] as const)(
    'Of many traces %s samples about the share of the ratio',
    async (sampler) => {
      await using collector = await startCollector()
      const traces = startTraces(collector.url, { sampler, ratio: 0.05 })
      for (let nth = 0; nth < 10_000; nth++) traces.begin('operation')?.end({ facts: {} })
      await traces.close()
      // The probability of a count outside is one in a million.
      expect(collector.spans().length).toBeGreaterThan(390)
      expect(collector.spans().length).toBeLessThan(615)
    },
  )
})

describe('What the upstream gets of a trace', () => {
  test('The upstream gets no traceparent, unless the option is set', async () => {
    await using traced = await startTraced()
    await traced.gateway.query(ONE, {}, { ...from(TRACE), tracestate: 'a=1', baggage: 'b=2' })
    const [{ headers } = { headers: {} }] = traced.upstream.requests
    expect(Object.keys(headers).filter((name) => /^trace|baggage/.test(name))).toEqual([])
  })

  test('The upstream can continue the trace, and gets nothing else of the caller', async () => {
    await using traced = await startTraced({
      traces: { propagateUpstream: true, sampler: 'parentbased_always_on' },
    })
    await traced.gateway.query(ONE, {}, { ...from(TRACE), tracestate: 'a=1', baggage: 'b=2' })
    await traced.gateway.query('{ appointment(id: "other") { title } }', {}, from('1'.repeat(32), '00'))
    const [exchange] = await traced.end()
    const [sampled, unsampled] = traced.upstream.requests.map(({ headers }) => headers)
    expect(sampled?.traceparent).toBe(`00-${TRACE}-${exchange?.spanId}-01`)
    expect(unsampled?.traceparent).toMatch(/^00-1{32}-[0-9a-f]{16}-00$/)
    expect([sampled?.tracestate, sampled?.baggage]).toEqual([undefined, undefined])
  })
})

describe('A collector that fails', () => {
  test('A collector that is down fails no response, and its state is reported once', async () => {
    const states: string[] = []
    const traces = startTraces('http://127.0.0.1:9', {
      exportMs: 200,
      intervalMs: 5,
      onState: (state) => states.push(state),
    })
    await using upstream = await startScriptedUpstream(() => ({ body: { data: eventObject('a'), meta: {} } }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k', tracer: traces })
    for (let nth = 0; nth < 5; nth++) {
      const { data } = await gateway.query('{ appointment(id: "a") { title } }')
      expect(data.appointment.title).toBe('Visit')
    }
    await expect.poll(() => states).toEqual(['down'])
    await traces.close()
    expect(states).toEqual(['down'])
  })

  test('A collector that recovers is reported too, and gets later spans', async () => {
    const states: string[] = []
    let isDown = true
    await using collector = await startScriptedUpstream(() =>
      isDown ? { status: 400, body: {} } : { body: {} },
    )
    const traces = startTraces(collector.url, { intervalMs: 1, onState: (state) => states.push(state) })
    traces.begin('operation')?.end({ facts: {} })
    await expect.poll(() => states).toEqual(['down'])
    isDown = false
    traces.begin('operation')?.end({ facts: {} })
    await expect.poll(() => states).toEqual(['down', 'up'])
    await traces.close()
  })

  test('A collector whose response trickles in is down, and gets spans once it is up', async () => {
    const states: string[] = []
    let isDripping = true
    let cut = 0
    await using collector = await startScriptedUpstream(() => {
      if (!isDripping) return { body: {} }
      return (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 5)
        response.on('close', () => {
          clearInterval(drip)
          cut += 1
        })
      }
    })
    const traces = startTraces(collector.url, {
      exportMs: 100,
      intervalMs: 1,
      onState: (state) => states.push(state),
    })
    traces.begin('operation')?.end({ facts: {} })
    await expect.poll(() => [states, cut]).toEqual([['down'], 1])
    isDripping = false
    traces.begin('operation')?.end({ facts: {} })
    await expect.poll(() => states).toEqual(['down', 'up'])
    await traces.close()
    expect(collector.requests).toHaveLength(2)
  })

  test('A collector that never answers delays nothing, and memory is bounded', async () => {
    const bodies: string[] = []
    await using collector = await startScriptedUpstream(({ body }) => {
      bodies.push(body)
      return () => {}
    })
    const traces = startTraces(collector.url, { exportMs: 300 })
    // The first batch stays in flight; only the spans in the queue are kept.
    for (let nth = 0; nth < 20_000; nth++) traces.begin('operation')?.end({ facts: {} })
    const endedAt = performance.now()
    await traces.close()
    expect(performance.now() - endedAt).toBeLessThan(5_000)
    const sent = bodies.reduce((sum, body) => sum + body.split('"spanId"').length - 1, 0)
    expect(sent).toBeGreaterThanOrEqual(2048)
    expect(sent).toBeLessThanOrEqual(2048 + 512)
  })
})
