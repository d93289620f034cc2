import { expect, test } from 'vitest'
import { sandboxFor, VISIT } from '../client.ts'

const KEY = { 'idempotency-key': '0b7e5c1e-6d5a-4f6e-9a43-1c2d3e4f5a6b' }
const BOTH = ['read_appointments', 'write_appointments'] as const
const keys = [
  { key: 'pk_test_north', organisation: 'org_north', scopes: BOTH },
  { key: 'pk_test_north_2', organisation: 'org_north', scopes: BOTH },
  { key: 'pk_test_south', organisation: 'org_south', scopes: BOTH },
] as const

test('A repeated key and body get the first response, and create nothing', async () => {
  const { call } = await sandboxFor()
  const first = await call('POST /appointments', { headers: KEY, body: VISIT })
  await call(`PATCH /appointments/${first.body.data.id}`, { body: { title: 'Changed since' } })
  const again = await call('POST /appointments', { headers: KEY, body: VISIT })
  expect(again.status).toBe(201)
  expect(again.body).toEqual(first.body)
  expect(again.headers.get('x-request-id')).toBe(first.headers.get('x-request-id'))
  expect((await call('GET /appointments')).body.data).toHaveLength(1)
})

test('Bodies with the same meaning count as the same body', async () => {
  const { call } = await sandboxFor()
  const { title, start_time, end_time } = VISIT
  const first = await call('POST /appointments', { headers: KEY, body: { title, start_time, end_time } })
  const again = await call('POST /appointments', {
    headers: { 'idempotency-key': KEY['idempotency-key'].toUpperCase() },
    body: { end_time, start_time: '2025-01-25T11:00:00+01:00', title, is_remote: false },
  })
  expect(again.body).toEqual(first.body)
})

test('The same key with another body is a conflict', async () => {
  const { call } = await sandboxFor()
  await call('POST /appointments', { headers: KEY, body: VISIT })
  const other = await call('POST /appointments', { headers: KEY, body: { ...VISIT, title: 'Other' } })
  expect(other).toMatchObject({ status: 409, body: { data: null, error: { code: 'CONFLICT' } } })
  expect((await call('GET /appointments')).body.data).toHaveLength(1)
  // The conflict leaves no transaction open.
  expect((await call('POST /appointments', { body: VISIT })).status).toBe(201)
})

test('Fifty concurrent requests with one key create one row', async () => {
  const { call } = await sandboxFor()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => call('POST /appointments', { headers: KEY, body: VISIT })),
  )
  expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1)
  expect((await call('GET /appointments')).body.data).toHaveLength(1)
})

test('Two creates without a key create two rows', async () => {
  const { call } = await sandboxFor()
  await call('POST /appointments', { body: VISIT })
  await call('POST /appointments', { body: VISIT })
  expect((await call('GET /appointments')).body.data).toHaveLength(2)
})

test('A key can be used for another body after 24 hours', async () => {
  let now = Date.parse('2025-01-15T12:00:00Z')
  const { call } = await sandboxFor({ clock: () => new Date(now) })
  const first = await call('POST /appointments', { headers: KEY, body: VISIT })
  now += 24 * 3_600_000 - 1_000
  const within = await call('POST /appointments', { headers: KEY, body: VISIT })
  expect(within.body.data.id).toBe(first.body.data.id)
  now += 1_000
  const after = await call('POST /appointments', { headers: KEY, body: { ...VISIT, title: 'Other' } })
  expect(after.status).toBe(201)
  expect(after.body.data.id).not.toBe(first.body.data.id)
})

test('The API keys of one organisation share idempotency keys; others do not', async () => {
  const { call } = await sandboxFor({ keys })
  const create = (key: string) => call('POST /appointments', { key, headers: KEY, body: VISIT })
  const [first, sibling, stranger] = [
    await create('pk_test_north'),
    await create('pk_test_north_2'),
    await create('pk_test_south'),
  ]
  expect(sibling.body).toEqual(first.body)
  expect(stranger.body.data.id).not.toBe(first.body.data.id)
})

test('A create that fails leaves its key unused', async () => {
  const { call } = await sandboxFor()
  const failed = await call('POST /appointments', { headers: KEY, body: { ...VISIT, title: '' } })
  expect(failed.status).toBe(400)
  expect((await call('POST /appointments', { headers: KEY, body: VISIT })).status).toBe(201)
})

test('A key that is not a UUID is a 400 that names the header', async () => {
  const { call } = await sandboxFor()
  for (const key of ['1', 'x'.repeat(36), `${KEY['idempotency-key']}0`]) {
    const { status, body } = await call('POST /appointments', {
      headers: { 'idempotency-key': key },
      body: VISIT,
    })
    expect(status).toBe(400)
    expect(body.error.details.fields).toHaveProperty('Idempotency-Key')
  }
})

test('An update and a cancel ignore the key', async () => {
  const { call } = await sandboxFor()
  const { id } = (await call('POST /appointments', { headers: KEY, body: VISIT })).body.data
  const patch = (title: string) => call(`PATCH /appointments/${id}`, { headers: KEY, body: { title } })
  expect((await patch('One')).body.data.title).toBe('One')
  expect((await patch('Two')).body.data.title).toBe('Two')
  expect((await call(`POST /appointments/${id}/cancel`, { headers: KEY })).status).toBe(200)
  expect((await call(`POST /appointments/${id}/cancel`, { headers: KEY })).status).toBe(409)
})
