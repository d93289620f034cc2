import { describe, expect, test } from 'vitest'
import { type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { createClient, sandboxFor, VISIT } from './client.ts'

type Exchange = Parameters<NonNullable<SandboxOptions['onExchange']>>[0]

test('The control endpoint does not exist unless the `faults` option opens it', async () => {
  const { call } = await sandboxFor()
  for (const method of ['GET', 'POST', 'DELETE']) expect((await call(`${method} /_faults`)).status).toBe(404)
})

test('The control endpoint needs no key and costs no quota', async () => {
  const { call } = await sandboxFor({ faults: true })
  const { status, body, headers } = await call('GET /_faults', { key: null })
  expect([status, body.data]).toEqual([200, []])
  expect(headers.has('x-ratelimit-limit')).toBe(false)
  expect((await call('GET /appointments')).headers.get('x-ratelimit-remaining')).toBe('999')
})

test('The next n requests of a route get the injected error, and no others', async () => {
  const { call } = await sandboxFor({ faults: true })
  const { status, body } = await call('POST /_faults', {
    body: { route: 'GET /appointments/{id}', times: 2, status: 503, code: 'MAINTENANCE' },
  })
  expect([status, body.data.length]).toEqual([201, 1])
  expect((await call('GET /appointments')).status).toBe(200)
  for (const _ of [1, 2]) {
    const answer = await call('GET /appointments/apt_1')
    expect(answer).toMatchObject({ status: 503, body: { data: null, error: { code: 'MAINTENANCE' } } })
    expect(answer.headers.has('x-ratelimit-remaining')).toBe(true)
  }
  expect((await call('GET /appointments/apt_1')).status).toBe(404)
})

test('Faults apply in the order they were added, until the caller removes them', async () => {
  const { call } = await sandboxFor({ faults: true })
  for (const status of [500, 502, 504]) await call('POST /_faults', { body: { status } })
  expect((await call('GET /appointments')).status).toBe(500)
  expect((await call('POST /appointments', { body: VISIT })).status).toBe(502)
  expect((await call('DELETE /_faults')).body.data).toEqual([])
  expect((await call('GET /appointments')).status).toBe(200)
})

describe('a dropped connection', () => {
  test.each([
    ['before', 0],
    ['after', 1],
  ])('%s the work leaves %i rows in the database', async (drop, rows) => {
    const exchanges: Exchange[] = []
    const { call } = await sandboxFor({ faults: true, onExchange: (exchange) => exchanges.push(exchange) })
    await call('POST /_faults', { body: { route: 'POST /appointments', drop } })
    await expect(call('POST /appointments', { body: VISIT })).rejects.toThrow('fetch failed')
    expect((await call('GET /appointments')).body.data).toHaveLength(rows)
    expect(exchanges.at(1)).toEqual({ method: 'POST', target: '/appointments', status: 0 })
  })
})

describe('a delay', () => {
  test('delays its own request only', async () => {
    const { call } = await sandboxFor({ faults: true })
    await call('POST /_faults', { body: { route: 'GET /appointments', delay_ms: 150 } })
    const order: string[] = []
    const slow = call('GET /appointments').then(({ status }) => order.push(`slow ${status}`))
    await call('GET /appointments/apt_1').then(({ status }) => order.push(`quick ${status}`))
    await slow
    expect(order).toEqual(['quick 404', 'slow 200'])
  })

  test('can precede an injected error', async () => {
    const { call } = await sandboxFor({ faults: true })
    await call('POST /_faults', { body: { delay_ms: 1, status: 500 } })
    expect((await call('GET /appointments')).status).toBe(500)
  })

  test('ends early on close, and the delayed request is still answered', async () => {
    const started = Promise.withResolvers<void>()
    const sandbox = await startSandbox({
      seed: 0,
      faults: true,
      // The quota reads the clock as a request arrives.
      clock: () => {
        started.resolve()
        return new Date()
      },
    })
    const call = createClient(sandbox)
    await call('POST /_faults', { body: { delay_ms: 60_000 } })
    const answer = call('POST /appointments', { body: VISIT })
    await started.promise
    await sandbox.close()
    expect((await answer).status).toBe(201)
  })
})

test.each([
  ['body', {}],
  ['route', { route: 'GET /elsewhere', status: 500 }],
  ['times', { times: 0, status: 500 }],
  ['delay_ms', { delay_ms: -1 }],
  ['drop', { drop: 'sometimes' }],
  ['status', { status: 200 }],
  ['status', { status: 500, drop: 'before' }],
  ['code', { status: 500, code: 1 }],
  ['body', { status: 500, tmies: 2 }],
])('An invalid fault is a 400 for %s: %j', async (field, body) => {
  const { call } = await sandboxFor({ faults: true })
  const answer = await call('POST /_faults', { body })
  expect(answer.status).toBe(400)
  expect(Object.keys(answer.body.error.details.fields)).toEqual([field])
})
