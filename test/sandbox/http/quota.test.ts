import { expect, test } from 'vitest'
import { sandboxFor, VISIT } from '../client.ts'

const BOTH = ['read_appointments', 'write_appointments'] as const
const keys = [
  { key: 'pk_test_one', organisation: 'org_north', scopes: BOTH },
  { key: 'pk_test_two', organisation: 'org_north', scopes: BOTH },
] as const

/** A clock that the test sets. */
function settableClock(start: string) {
  let now = Date.parse(start)
  return { clock: () => new Date(now), set: (instant: string) => (now = Date.parse(instant)) }
}

test('Every response to a known key has its quota headers and a request id', async () => {
  const { call } = await sandboxFor()
  const responses = [
    await call('GET /appointments'),
    await call('GET /appointments?limit=0'),
    await call('GET /appointments/apt_none'),
    await call('GET /nowhere'),
    await call('DELETE /appointments'),
    await call('POST /appointments', { body: VISIT }),
    await call('POST /appointments', { body: '{' }),
  ]
  expect(responses.map(({ status }) => status)).toEqual([200, 400, 404, 404, 405, 201, 400])
  expect(responses.map(({ headers }) => headers.get('x-ratelimit-limit'))).toEqual(Array(7).fill('1000'))
  expect(responses.map(({ headers }) => headers.get('x-ratelimit-remaining'))).toEqual([
    '999',
    '998',
    '997',
    '996',
    '995',
    '994',
    '993',
  ])
  for (const { headers, body } of responses) expect(headers.get('x-request-id')).toBe(body.meta.request_id)
  expect(new Set(responses.map(({ headers }) => headers.get('x-request-id'))).size).toBe(7)
})

test('The server ignores a request id that the caller sends', async () => {
  const { call } = await sandboxFor()
  const { headers } = await call('GET /appointments', { headers: { 'x-request-id': 'req_mine' } })
  expect(headers.get('x-request-id')).not.toBe('req_mine')
})

test('Requests over the limit get 429 without details until the next clock hour', async () => {
  const { clock, set } = settableClock('2025-01-15T12:59:00Z')
  const { call } = await sandboxFor({ rateLimit: 2, clock })
  expect((await call('GET /appointments')).headers.get('x-ratelimit-remaining')).toBe('1')
  expect((await call('GET /appointments')).headers.get('x-ratelimit-remaining')).toBe('0')
  const refused = await call('GET /appointments')
  expect(refused).toMatchObject({ status: 429, body: { data: null, error: { code: 'RATE_LIMITED' } } })
  expect(refused.body.error).not.toHaveProperty('details')
  expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
  expect(refused.headers.has('retry-after')).toBe(false)
  set('2025-01-15T12:59:59.999Z')
  expect((await call('GET /appointments')).status).toBe(429)
  set('2025-01-15T13:00:00Z')
  expect((await call('GET /appointments')).headers.get('x-ratelimit-remaining')).toBe('1')
})

test('The Date header comes from the clock that counts the hours', async () => {
  const { clock, set } = settableClock('2025-01-15T12:59:59.999Z')
  const { call } = await sandboxFor({ rateLimit: 1, clock })
  expect((await call('GET /appointments')).headers.get('date')).toBe('Wed, 15 Jan 2025 12:59:59 GMT')
  expect((await call('GET /appointments')).headers.get('date')).toBe('Wed, 15 Jan 2025 12:59:59 GMT')
  set('2025-01-15T13:00:00Z')
  expect((await call('GET /nowhere')).headers.get('date')).toBe('Wed, 15 Jan 2025 13:00:00 GMT')
})

test('A create over the limit creates nothing', async () => {
  const { clock, set } = settableClock('2025-01-15T12:00:00Z')
  const { call } = await sandboxFor({ rateLimit: 1, clock })
  await call('GET /appointments')
  expect((await call('POST /appointments', { body: VISIT })).status).toBe(429)
  set('2025-01-15T13:00:00Z')
  expect((await call('GET /appointments')).body.data).toEqual([])
})

test('Each key has a quota of its own', async () => {
  const { call } = await sandboxFor({ rateLimit: 1, keys })
  await call('GET /appointments', { key: 'pk_test_one' })
  expect((await call('GET /appointments', { key: 'pk_test_one' })).status).toBe(429)
  expect((await call('GET /appointments', { key: 'pk_test_two' })).status).toBe(200)
})

test('A limit of 0 means no quota and no headers about one', async () => {
  const { call } = await sandboxFor({ rateLimit: 0 })
  const { status, headers } = await call('GET /appointments')
  expect(status).toBe(200)
  expect([...headers.keys()].filter((name) => name.startsWith('x-'))).toEqual(['x-request-id'])
})
