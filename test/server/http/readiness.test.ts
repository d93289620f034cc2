import { describe, expect, test } from 'vitest'
import { listen } from '../../../src/process/listen.ts'
import { createGateway } from '../../../src/server/gateway.ts'
import { startGateway } from '../../support/gateway.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

async function get(url: string, path: string) {
  const response = await fetch(url + path)
  return { status: response.status, body: await response.text() }
}

describe('The health of the process', () => {
  test('The gateway reports its readiness and the upstream state at no cost', async () => {
    let status = 500
    await using upstream = await startScriptedUpstream(() => ({
      status,
      body: { data: { id: 'a' }, meta: {} },
    }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    expect((await get(gateway.url, '/health')).status).toBe(200)
    const ready = async () => {
      const { status: code, body } = await get(gateway.url, '/ready')
      return [code, JSON.parse(body)]
    }
    expect(await ready()).toEqual([
      200,
      { status: 'ready', upstream: 'unknown', events: 'off', shared: 'off', quota: null },
    ])
    expect(upstream.requests).toEqual([])
    await gateway.query('{ appointment(id: "a") { id } }')
    expect(await ready()).toEqual([
      200,
      { status: 'ready', upstream: 'failing', events: 'off', shared: 'off', quota: null },
    ])
    status = 200
    await gateway.query('{ appointment(id: "a") { id } }')
    expect(await ready()).toEqual([
      200,
      { status: 'ready', upstream: 'answering', events: 'off', shared: 'off', quota: null },
    ])
  })

  test('A stopping gateway reports 503 first and finishes its operations', async () => {
    const received = Promise.withResolvers<() => void>()
    await using upstream = await startScriptedUpstream(
      () => (response) =>
        received.resolve(() => {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.end(JSON.stringify({ data: { id: 'a', title: 't' }, meta: {} }))
        }),
    )
    const gateway = createGateway({ url: upstream.url, key: 'k' })
    const server = await listen(gateway.handler, '127.0.0.1', 0)
    const running = fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ appointment(id: "a") { title } }' }),
    })
    const answer = await received.promise
    gateway.prepareToStop()
    expect(await get(server.url, '/ready')).toEqual({
      status: 503,
      body: JSON.stringify({
        status: 'stopping',
        upstream: 'unknown',
        events: 'off',
        shared: 'off',
        quota: null,
      }),
    })
    const closed = server.close()
    answer()
    expect(await (await running).json()).toEqual({ data: { appointment: { title: 't' } } })
    await closed
    await gateway.close()
  })

  test('An overloaded gateway refuses immediately, and serves again with capacity', async () => {
    const waiting: (() => void)[] = []
    let lag = 0
    await using upstream = await startScriptedUpstream(() => (response) => {
      waiting.push(() => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ data: { id: 'a', title: 't' }, meta: {} }))
      })
    })
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      cacheTtlSeconds: 0,
      limits: { MAX_OPERATIONS: 2 },
      maxLagMs: 3_000,
      lagMs: () => lag,
    })
    const document = '{ appointment(id: "a") { title } }'
    const running = [gateway.query(document), gateway.query('{ appointment(id: "b") { id } }')]
    await upstream.arrival(2)
    const refused = await gateway.query(document)
    expect([
      refused.status,
      refused.errors?.[0]?.extensions.code,
      refused.headers.get('retry-after'),
    ]).toEqual([503, 'OVERLOADED', '1'])
    for (const answer of waiting) answer()
    await Promise.all(running)
    lag = 3_001
    expect((await gateway.query(document)).status).toBe(503)
    lag = 3_000
    const again = gateway.query(document)
    await upstream.arrival(3)
    waiting[2]?.()
    expect((await again).data).toEqual({ appointment: { title: 't' } })
  })
})
