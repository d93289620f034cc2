import { describe, expect, test } from 'vitest'
import { startSandbox } from '../../../src/sandbox/server.ts'
import { EVENT_TYPES } from '../../../src/sandbox/webhooks/event.ts'
import { sandboxFor, UNREACHABLE_URL } from '../client.ts'
import { databaseFile } from '../storage/database-file.ts'
import { receiverFor, tellingSandbox } from './receiver.ts'

const BOTH = ['read_appointments', 'write_appointments'] as const
const keys = [
  { key: 'pk_test_north', organisation: 'org_north', scopes: BOTH },
  { key: 'pk_test_south', organisation: 'org_south', scopes: BOTH },
  { key: 'pk_test_reader', organisation: 'org_north', scopes: ['read_appointments'] },
] as const
const URL_OF_CLINIC = 'https://clinic.example/hook'
const clock = () => new Date('2025-01-15T12:00:00.500Z')

describe('A webhook', () => {
  test('has every type of event unless its create names some, and is active', async () => {
    const { call } = await sandboxFor({ clock })
    const { status, body } = await call('POST /webhooks', { body: { url: URL_OF_CLINIC } })
    expect([status, body.data]).toEqual([
      201,
      {
        id: expect.stringMatching(/^wh_[0-9a-f-]{36}$/),
        url: URL_OF_CLINIC,
        events: [...EVENT_TYPES],
        is_active: true,
        description: null,
        created_at: '2025-01-15T12:00:00Z',
        updated_at: '2025-01-15T12:00:00Z',
        secret: expect.stringMatching(/^whsec_[\w-]{43}$/),
      },
    ])
  })

  test('has its secret in the response to its create only', async () => {
    const { call } = await sandboxFor()
    const { secret, ...webhook } = (await call('POST /webhooks', { body: { url: UNREACHABLE_URL } })).body
      .data
    const path = `/webhooks/${webhook.id}`
    expect((await call(`GET ${path}`)).body.data).toEqual(webhook)
    expect((await call('GET /webhooks')).body.data).toEqual([webhook])
    for (const answer of [
      await call(`PATCH ${path}`, { body: {} }),
      await call(`POST ${path}/test`),
      await call(`DELETE ${path}`),
    ])
      expect(JSON.stringify(answer.body)).not.toContain(secret)
  })

  test('is created once by a repeated Idempotency-Key, which gets the secret again', async () => {
    const { call } = await sandboxFor()
    const headers = { 'idempotency-key': '0b7e5c1e-6d5a-4f6e-9a43-1c2d3e4f5a6b' }
    const first = await call('POST /webhooks', { headers, body: { url: URL_OF_CLINIC } })
    expect((await call('POST /webhooks', { headers, body: { url: URL_OF_CLINIC } })).body).toEqual(first.body)
    const other = { url: `${URL_OF_CLINIC}/2` }
    expect((await call('POST /webhooks', { headers, body: other })).status).toBe(409)
    expect((await call('GET /webhooks')).body.data).toHaveLength(1)
  })

  test('changes in the fields that a PATCH names, and in no other', async () => {
    let now = '2025-01-15T12:00:00Z'
    const { call } = await sandboxFor({ clock: () => new Date(now) })
    const { secret, ...webhook } = (await call('POST /webhooks', { body: { url: URL_OF_CLINIC } })).body.data
    const path = `/webhooks/${webhook.id}`
    now = '2025-01-16T12:00:00Z'
    expect((await call(`PATCH ${path}`, { body: { is_active: true, nothing: 1 } })).body.data).toEqual(
      webhook,
    )
    const changes = { url: 'http://localhost:8080/', events: ['*'], is_active: false, description: 'Desk' }
    const { body } = await call(`PATCH ${path}`, { body: changes })
    expect(body.data).toEqual({ ...webhook, ...changes, updated_at: now })
    expect((await call(`GET ${path}`)).body.data).toEqual(body.data)
  })

  test('does not exist after a DELETE', async () => {
    const { call } = await sandboxFor()
    const { id } = (await call('POST /webhooks', { body: { url: URL_OF_CLINIC } })).body.data
    expect((await call(`DELETE /webhooks/${id}`)).body.data).toEqual({ id, deleted: true })
    for (const route of ['GET', 'PATCH', 'DELETE']) {
      const { status, body } = await call(`${route} /webhooks/${id}`, route === 'PATCH' ? { body: {} } : {})
      expect([route, status, body.error.code]).toEqual([route, 404, 'NOT_FOUND'])
    }
  })

  test('is listed oldest first, by pages', async () => {
    const { call } = await sandboxFor()
    for (const number of [1, 2, 3])
      await call('POST /webhooks', { body: { url: `${URL_OF_CLINIC}/${number}` } })
    const { data, meta } = (await call('GET /webhooks?limit=2')).body
    expect(data.map(({ url }: { url: string }) => url.at(-1))).toEqual(['1', '2'])
    expect(meta).toMatchObject({ limit: 2, next_offset: 2, has_more: true })
    const rest = (await call('GET /webhooks?limit=2&offset=2')).body
    expect([rest.data.length, rest.meta.next_offset, rest.meta.has_more]).toEqual([1, null, false])
  })

  test('of another organisation is missing for this one', async () => {
    const { call } = await sandboxFor({ keys })
    const { id } = (await call('POST /webhooks', { body: { url: URL_OF_CLINIC } })).body.data
    const key = 'pk_test_south'
    expect((await call('GET /webhooks', { key })).body.data).toEqual([])
    for (const route of [
      'GET /webhooks/x',
      'PATCH /webhooks/x',
      'DELETE /webhooks/x',
      'POST /webhooks/x/test',
    ])
      expect([
        route,
        (await call(route.replace('x', id), { key, ...(route.startsWith('PATCH') && { body: {} }) })).status,
      ]).toEqual([route, 404])
    expect((await call(`GET /webhooks/${id}`)).status).toBe(200)
  })

  test('needs the scope to write for all but reads, and each call counts', async () => {
    const { call } = await sandboxFor({ keys })
    const key = 'pk_test_reader'
    const { status, headers } = await call('GET /webhooks', { key })
    expect([status, headers.get('x-ratelimit-remaining')]).toEqual([200, '999'])
    const body = { url: URL_OF_CLINIC }
    const refused = await call('POST /webhooks', { key, body })
    expect([refused.status, refused.headers.get('x-ratelimit-remaining')]).toEqual([403, '998'])
  })
})

describe('The address of a webhook', () => {
  test.each([
    'https://clinic.example/hook?from=api',
    'http://localhost:4000/x',
    'http://127.0.0.1:4000',
    'http://127.1.2.3',
    'http://[::1]:4000/',
  ])('may be %s', async (url) => {
    const { call } = await sandboxFor()
    expect((await call('POST /webhooks', { body: { url } })).status).toBe(201)
  })

  test.each([
    undefined,
    1,
    '',
    'clinic.example',
    '/hook',
    'ftp://clinic.example',
    'http://clinic.example',
    'http://127.0.0.1.clinic.example',
    'http://10.0.0.1',
    'https://user:password@clinic.example',
    `https://clinic.example/${'x'.repeat(2_048)}`,
  ])('can not be %s', async (url) => {
    const { call } = await sandboxFor()
    const { status, body } = await call('POST /webhooks', { body: { url } })
    expect([status, Object.keys(body.error.details.fields)]).toEqual([400, ['url']])
  })
})

test.each([
  ['events', []],
  ['events', 'appointment.created'],
  ['events', ['appointment.moved']],
  ['events', ['webhook.test']],
  ['is_active', 'yes'],
  ['description', 1],
  ['id', 'wh_mine'],
  ['secret', 'whsec_mine'],
  ['created_at', '2025-01-15T12:00:00Z'],
])('A PATCH of %s to %j is a 400 that names it', async (field, value) => {
  const { call } = await sandboxFor()
  const { id } = (await call('POST /webhooks', { body: { url: URL_OF_CLINIC } })).body.data
  const { status, body } = await call(`PATCH /webhooks/${id}`, { body: { [field]: value } })
  expect([status, Object.keys(body.error.details.fields)]).toEqual([400, [field]])
})

describe('A test event', () => {
  test('is queued by its answer, and reaches a webhook that is not active', async () => {
    const receiver = await receiverFor()
    const { call, subscribe } = await tellingSandbox({ clock })
    const { id, secret } = await subscribe(receiver.url, { is_active: false })
    const { status, body } = await call(`POST /webhooks/${id}/test`)
    const { event_id, ...queued } = body.data
    expect([status, queued]).toEqual([202, { type: 'webhook.test', status: 'queued' }])
    expect(body.meta).toMatchObject({ action: 'tested', performed_by: expect.stringMatching(/^key_/) })
    await receiver.arrival(1)
    expect(receiver.events()).toEqual([
      {
        id: event_id,
        type: 'webhook.test',
        created_at: '2025-01-15T12:00:00.500Z',
        organization_id: 'org_sandbox',
        data: { object: { webhook_id: id }, previous: null },
      },
    ])
    expect(receiver.verified(0, [secret])).toBeDefined()
  })

  test('overtakes the pending deliveries of the same webhook', async () => {
    const receiver = await receiverFor(({ body }) =>
      body.includes('webhook.test') ? { status: 204, body: '' } : () => {},
    )
    const { call, subscribe, book } = await tellingSandbox()
    const { id } = await subscribe(receiver.url)
    await book()
    await receiver.arrival(1)
    await book()
    await call(`POST /webhooks/${id}/test`)
    await receiver.arrival(2)
    expect(receiver.events().map(({ type }) => type)).toEqual(['appointment.created', 'webhook.test'])
  })
})

describe('A webhook of the program that started the sandbox', () => {
  test('gets every event of the first key, signed with the given secret', async () => {
    const receiver = await receiverFor()
    const sandbox = await tellingSandbox({ keys })
    sandbox.addWebhook({ url: receiver.url, secret: 'whsec_mine' })
    await sandbox.book()
    await receiver.arrival(1)
    expect(receiver.verified(0, ['whsec_mine'])).toBeDefined()
    expect(receiver.events()[0].organization_id).toBe('org_north')
  })

  test('is the same one after a restart, with the newest secret, and is active', async () => {
    const receiver = await receiverFor()
    const database = databaseFile()
    const first = await startSandbox({ database, seed: 0 })
    first.addWebhook({ url: receiver.url, secret: 'whsec_old' })
    first.addWebhook({ url: receiver.url, secret: 'whsec_old' })
    await first.close()
    const { call, addWebhook, book } = await tellingSandbox({ database })
    const [{ id }, ...others] = (await call('GET /webhooks')).body.data
    expect(others).toEqual([])
    await call(`PATCH /webhooks/${id}`, { body: { is_active: false, events: ['appointment.no_show'] } })
    addWebhook({ url: receiver.url, secret: 'whsec_new' })
    await book()
    await receiver.arrival(1)
    expect(receiver.verified(0, ['whsec_new'])).toBeDefined()
  })

  test('may have plain http, because that program is trusted', async () => {
    const { addWebhook, call } = await sandboxFor()
    addWebhook({ url: 'http://gateway.example/in', secret: 'whsec_x' })
    expect((await call('GET /webhooks')).body.data[0].url).toBe('http://gateway.example/in')
    for (const url of ['ftp://gateway.example', 'http://user:password@gateway.example'])
      expect(() => addWebhook({ url, secret: 'whsec_x' })).toThrow('The url of a webhook must')
  })
})
