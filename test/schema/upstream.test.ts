import { describe, expect, test } from 'vitest'
import { deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { type GatewayTestOptions, startGateway } from '../support/gateway.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../support/tokens.ts'

const NOON = Date.parse('2026-01-05T12:00:00Z')
const MINUTE = 60_000
const UPSTREAM = `{ upstream {
  quota { limit remaining resetsAt forecast { enough spentAt remainingAtReset } } state events shared } }`
const FIND = '{ appointment(id: "a") { title } }'

/** A gateway with a clock that stands still, whose upstream counts a quota for each key. */
async function startCounted(options: GatewayTestOptions = {}) {
  let now = NOON
  const left = new Map<string, number>()
  const upstream = await startScriptedUpstream(({ line, headers: { authorization = '' } }) => {
    const remaining = (left.get(authorization) ?? 1_000) - 1
    left.set(authorization, remaining)
    if (line.includes('failing')) return { status: 500, body: '-' }
    return {
      body: { data: { id: 'a', title: 't' }, meta: {} },
      headers: {
        date: new Date(now).toUTCString(),
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': String(remaining),
      },
    }
  })
  const clock = { now: () => now, monotonic: () => now }
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    cacheTtlSeconds: 0,
    ...clock,
    ...options,
  })
  return {
    gateway,
    upstream,
    pass(ms: number) {
      now += ms
    },
    async known(headers: Record<string, string> = {}) {
      const answer = await gateway.query(UPSTREAM, {}, headers)
      expect([answer.errors, answer.extensions.upstream.requests]).toEqual([undefined, 0])
      return answer.data.upstream
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('The state of the upstream', () => {
  test('The gateway answers it without an upstream request', async () => {
    await using counted = await startCounted()
    const { gateway } = counted
    expect(await counted.known()).toEqual({ quota: null, state: 'UNKNOWN', events: 'OFF', shared: 'OFF' })
    await gateway.query(FIND)
    const resetsAt = '2026-01-05T13:00:00Z'
    const first = { limit: 1000, remaining: 999, resetsAt, forecast: null }
    expect(await counted.known()).toMatchObject({ quota: first, state: 'ANSWERING' })
    await gateway.query('{ appointment(id: "failing") { title } }')
    expect(await counted.known()).toMatchObject({ quota: first, state: 'FAILING' })
    expect(counted.upstream.requests.map(({ line }) => line)).toEqual([
      'GET /appointments/a',
      'GET /appointments/failing',
    ])
  })

  test('The forecast uses the rate of the last minutes, up to the reserve of writes', async () => {
    await using counted = await startCounted()
    // One at first, and then nine a minute.
    await counted.gateway.query(FIND)
    for (let minute = 0; minute < 5; minute += 1) {
      counted.pass(MINUTE)
      for (let nth = 0; nth < 9; nth += 1) await counted.gateway.query(FIND)
    }
    expect((await counted.known()).quota).toEqual({
      limit: 1000,
      remaining: 954,
      resetsAt: '2026-01-05T13:00:00Z',
      forecast: { enough: true, spentAt: null, remainingAtReset: 459 },
    })
    for (let nth = 0; nth < 254; nth += 1) await counted.gateway.query(FIND)
    // 700 are left, and 600 of them to reads, at 299 in five minutes.
    const { forecast } = (await counted.known()).quota
    expect(forecast).toEqual({
      enough: false,
      spentAt: new Date(NOON + 5 * MINUTE + Math.ceil((600 / 299) * 5 * MINUTE)).toISOString(),
      remainingAtReset: 100,
    })
    const ready = await fetch(`${counted.gateway.url}/ready`)
    expect(await ready.json()).toMatchObject({ quota: { remaining: 700, forecast } })
  })

  test('Once the hour is over the quota is full again', async () => {
    await using counted = await startCounted()
    await counted.gateway.query(FIND)
    counted.pass(61 * MINUTE)
    const quota = { limit: 1000, remaining: 1000, resetsAt: '2026-01-05T14:00:00Z' }
    const forecast = { enough: true, spentAt: null, remainingAtReset: 1000 }
    expect((await counted.known()).quota).toEqual({ ...quota, forecast })
  })

  test('No answer that contains it is cached, or has an ETag', async () => {
    await using counted = await startCounted({ cacheTtlSeconds: 60 })
    const both = `{ appointment(id: "a") { title } upstream { quota { remaining } state } }`
    const get = () => {
      const url = `${counted.gateway.url}/graphql?query=${encodeURIComponent(both)}`
      return fetch(url, { headers: { 'x-graphql-yoga-csrf': '1' } })
    }
    // The state changes while the answer beside it is still cached.
    await counted.gateway.query(FIND)
    for (const [id, remaining, state] of [
      ['b', 998, 'ANSWERING'],
      ['failing', 998, 'FAILING'],
    ] as const) {
      await counted.gateway.query('query ($id: ID!) { appointment(id: $id) { title } }', { id })
      const response = await get()
      expect(response.headers.get('etag')).toBeNull()
      expect((await response.json()).data).toEqual({
        appointment: { title: 't' },
        upstream: { quota: { remaining }, state },
      })
    }
  })

  test('A caller with its own key gets its own quota only', async () => {
    await using counted = await startCounted({ key: null })
    const [one, other] = [{ authorization: 'Bearer one' }, { authorization: 'Bearer other' }]
    for (let nth = 0; nth < 3; nth += 1) await counted.gateway.query(FIND, {}, one)
    expect((await counted.known(one)).quota.remaining).toBe(997)
    expect((await counted.known(other)).quota).toBeNull()
    const ready = await fetch(`${counted.gateway.url}/ready`)
    expect((await ready.json()).quota).toBeNull()
    const { data, errors } = await counted.gateway.query(UPSTREAM)
    expect([data.upstream, errors?.[0]?.extensions.code]).toEqual([null, 'UNAUTHENTICATED'])
  })

  test('It needs the scope to read', async () => {
    await using counted = await startCounted({ tokens: TOKENS, now: Date.now, monotonic: Date.now })
    const send = async (scope: string) =>
      (await counted.gateway.query('{ upstream { state } }', {}, await bearer({ scope }))).errors?.[0]
        ?.extensions.code
    expect(await send('patients:read')).toBe('FORBIDDEN')
    expect(await send('appointments:read')).toBeUndefined()
    expect(counted.upstream.requests).toEqual([])
  })

  test('It states whether events arrive', async () => {
    await using counted = await startCounted({ webhooks: { secrets: [{ secret: SECRET }] } })
    expect((await counted.known()).events).toBe('WAITING')
    await deliver(counted.gateway.url, eventBody({ object: eventObject('a') }), { at: NOON })
    expect((await counted.known()).events).toBe('HEALTHY')
    counted.pass(16 * MINUTE)
    expect((await counted.known()).events).toBe('SILENT')
  })

  test('Its estimate is 0', async () => {
    await using counted = await startCounted()
    const { extensions } = await counted.gateway.query(UPSTREAM, {}, { 'x-estimate-only': '1' })
    expect(extensions).toMatchObject({ estimate: { min: 0, max: 0 } })
  })
})
