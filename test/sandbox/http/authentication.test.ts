import { describe, expect, test } from 'vitest'
import { startSandbox } from '../../../src/sandbox/server.ts'
import { sandboxFor, VISIT } from '../client.ts'

const BOTH = ['read_appointments', 'write_appointments'] as const
const keys = [
  { key: 'pk_test_north', organisation: 'org_north', scopes: BOTH },
  { key: 'pk_test_north_2', organisation: 'org_north', scopes: BOTH },
  { key: 'pk_test_south', organisation: 'org_south', scopes: BOTH },
  { key: 'pk_test_reader', organisation: 'org_north', scopes: ['read_appointments'] },
  { key: 'pk_test_writer', organisation: 'org_north', scopes: ['write_appointments'] },
] as const

test.each([
  ['no header', {}],
  ['another scheme', { authorization: 'Basic pk_test_sandbox' }],
  ['an unknown key', { authorization: 'Bearer pk_test_nobody' }],
  ['an empty key', { authorization: 'Bearer ' }],
  ['text after the key', { authorization: 'Bearer pk_test_sandbox x' }],
])('With %s every endpoint answers 401 and reveals no quota', async (_name, headers) => {
  const { call } = await sandboxFor()
  for (const endpoint of [
    'GET /appointments',
    'POST /appointments',
    'GET /appointments/x',
    'GET /elsewhere',
  ]) {
    const answer = await call(endpoint, { key: null, headers })
    expect(answer).toMatchObject({ status: 401, body: { data: null, error: { code: 'UNAUTHORIZED' } } })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    expect(answer.headers.has('x-ratelimit-limit')).toBe(false)
    expect(answer.headers.get('x-request-id')).toBe(answer.body.meta.request_id)
  }
})

test('The default key is pk_test_sandbox', async () => {
  const { call, key } = await sandboxFor()
  expect(key).toBe('pk_test_sandbox')
  expect((await call('GET /appointments')).status).toBe(200)
})

test('A sandbox without keys does not start', async () => {
  await expect(startSandbox({ keys: [] })).rejects.toThrow('needs a key')
})

describe("another organisation's appointment", () => {
  async function northernAppointment() {
    const { call } = await sandboxFor({ keys })
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    return { call, id, south: { key: 'pk_test_south' } }
  }

  test.each(['GET /appointments/:id', 'PATCH /appointments/:id', 'POST /appointments/:id/cancel'])(
    'gives %s the same error as a missing one',
    async (endpoint) => {
      const { call, id, south } = await northernAppointment()
      const request = endpoint.startsWith('PATCH') ? { ...south, body: { title: 'Mine now' } } : south
      const foreign = await call(endpoint.replace(':id', id), request)
      const missing = await call(endpoint.replace(':id', 'apt_none'), request)
      expect(foreign).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } })
      expect(foreign.body.error).toEqual(missing.body.error)
      expect((await call(`GET /appointments/${id}`)).body.data).toMatchObject({ ...VISIT, status: 'pending' })
    },
  )

  test('is in no list, whatever the filter', async () => {
    const { call, id, south } = await northernAppointment()
    for (const query of ['', '?status=pending', '?status_in=pending,confirmed', '?date_gte=2000-01-01'])
      expect((await call(`GET /appointments${query}`, south)).body.data).toEqual([])
    expect((await call('GET /appointments', { key: 'pk_test_north_2' })).body.data[0].id).toBe(id)
  })
})

test('Sample rows belong to the organisation of the first key', async () => {
  const { call } = await sandboxFor({ keys, seed: 5 })
  expect((await call('GET /appointments')).body.data).toHaveLength(5)
  expect((await call('GET /appointments', { key: 'pk_test_south' })).body.data).toEqual([])
})

test('A key gets 403 at the endpoints that its scopes do not cover, and only there', async () => {
  const { call } = await sandboxFor({ keys, seed: 5 })
  const { id } = (await call('GET /appointments?status_in=confirmed,completed')).body.data[0]
  const reads = ['GET /appointments', `GET /appointments/${id}`]
  const writes = ['POST /appointments', `PATCH /appointments/${id}`, `POST /appointments/${id}/cancel`]
  for (const [key, forbidden, allowed, scope] of [
    ['pk_test_reader', writes, reads, 'write_appointments'],
    ['pk_test_writer', reads, writes, 'read_appointments'],
  ] as const) {
    for (const endpoint of forbidden)
      expect(await call(endpoint, { key })).toMatchObject({
        status: 403,
        body: { error: { code: 'FORBIDDEN', details: { required_scope: scope } } },
      })
    for (const endpoint of allowed) expect((await call(endpoint, { key })).status).not.toBe(403)
  }
})

test('A cancel reports who performed it without the secret key', async () => {
  const { call } = await sandboxFor({ keys })
  const { id } = (await call('POST /appointments', { body: VISIT })).body.data
  const { body } = await call(`POST /appointments/${id}/cancel`)
  expect(body.meta.performed_by).toMatch(/^key_/)
  expect(JSON.stringify(body)).not.toContain('pk_test')
})
