import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { CREATED_FIELDS } from '../../../src/contract/appointment.ts'
import { EVENT_FIELDS } from '../../../src/contract/event.ts'
import { openDatabase } from '../../../src/sandbox/storage/database.ts'
import { UNREACHABLE_URL, VISIT } from '../client.ts'
import { documentedEvent } from '../document.ts'
import { databaseFile } from '../storage/database-file.ts'
import { receiverFor, tellingSandbox } from './receiver.ts'

const LATER = { start_time: '2025-01-26T10:00:00Z', end_time: '2025-01-26T10:30:00Z' }

/** A sandbox with one webhook and one appointment, whose creation was delivered. */
async function bookedVisit(options: Parameters<typeof tellingSandbox>[0] = {}) {
  const receiver = await receiverFor()
  const sandbox = await tellingSandbox({ faults: true, ...options })
  await sandbox.subscribe(receiver.url)
  const id = await sandbox.book()
  await receiver.arrival(1)
  return { ...sandbox, receiver, id, path: `/appointments/${id}` }
}

describe('A change delivers', () => {
  test.each([
    ['updated', 'PATCH', { title: 'Review' }],
    ['rescheduled', 'PATCH', LATER],
    ['rescheduled', 'PATCH', { title: 'Review', end_time: '2025-01-25T11:00:00Z' }],
    ['cancelled', 'POST', { cancellation_reason: 'Patient request' }],
  ])('to its webhook appointment.%s after %s %j', async (type, method, body) => {
    const { call, receiver, path } = await bookedVisit()
    const before = (await call(`GET ${path}`)).body.data
    await call(`${method} ${path}${method === 'POST' ? '/cancel' : ''}`, { body })
    await receiver.arrival(2)
    const after = (await call(`GET ${path}`)).body.data
    const event = receiver.events()[1]
    expect(event).toMatchObject({ type: `appointment.${type}`, organization_id: 'org_sandbox' })
    const fields = (from: Record<string, unknown>) =>
      Object.fromEntries(EVENT_FIELDS.map((field) => [field, from[field]]))
    expect(event.data).toEqual({ object: fields(after), previous: fields(before) })
  })

  test.each([
    ['completed', { status: 'completed' }],
    ['no_show', { status: 'no_show', ...LATER }],
    ['cancelled', { status: 'cancelled', cancellation_reason: 'Ill' }],
    ['updated', { status: 'confirmed' }],
    ['rescheduled', { status: 'confirmed', ...LATER }],
  ])('appointment.%s after %j elsewhere', async (type, fields) => {
    const { call, receiver, id } = await bookedVisit()
    const { status, body } = await call('POST /_elsewhere', { key: null, body: { id, ...fields } })
    expect([status, body.data]).toEqual([200, expect.objectContaining({ id, ...fields })])
    await receiver.arrival(2)
    expect(receiver.events()[1]).toMatchObject({
      type: `appointment.${type}`,
      data: { object: { status: fields.status }, previous: { status: 'pending' } },
    })
  })

  test('a new appointment without a previous one, to the millisecond', async () => {
    const clock = () => new Date('2025-01-15T12:00:00.007Z')
    const { call, receiver, path } = await bookedVisit({ clock })
    const [event] = receiver.events()
    const { description: _, ...row } = (await call(`GET ${path}`)).body.data
    expect(event).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-f-]{36}$/),
      type: 'appointment.created',
      created_at: '2025-01-15T12:00:00.007Z',
      organization_id: 'org_sandbox',
      data: { object: expect.objectContaining({ ...VISIT, created_at: row.created_at }), previous: null },
    })
    expect(Object.keys(event.data.object)).toEqual([...EVENT_FIELDS])
  })

  test('nothing if no value changes, and updated_at stays', async () => {
    let now = '2025-01-15T12:00:00Z'
    const { call, receiver, id, path } = await bookedVisit({ clock: () => new Date(now) })
    now = '2025-01-16T12:00:00Z'
    const same = [
      await call(`PATCH ${path}`, { body: {} }),
      await call(`PATCH ${path}`, { body: { ...VISIT, is_remote: false, patient_id: null } }),
      await call('POST /_elsewhere', { body: { id, status: 'pending' } }),
    ]
    for (const { body } of same) expect(body.data.updated_at).toBe('2025-01-15T12:00:00Z')
    await call(`PATCH ${path}`, { body: { title: 'Review' } })
    await receiver.arrival(2)
    expect(receiver.events()[1].data.object).toMatchObject({ title: 'Review', updated_at: now })
  })

  test('once for a create that an Idempotency-Key repeats', async () => {
    const { call, receiver } = await bookedVisit()
    const headers = { 'idempotency-key': '0b7e5c1e-6d5a-4f6e-9a43-1c2d3e4f5a6b' }
    for (const _ of [1, 2]) await call('POST /appointments', { headers, body: VISIT })
    const conflict = await call('POST /appointments', { headers, body: { ...VISIT, title: 'Other' } })
    expect(conflict.status).toBe(409)
    await call('POST /appointments', { body: { ...VISIT, title: 'Last' } })
    await receiver.arrival(3)
    expect(receiver.events().map(({ data }) => data.object.title)).toEqual([VISIT.title, VISIT.title, 'Last'])
  })
})

const NEW_PATIENT = { first_name: 'Ada', last_name: 'North' }

describe('A change of a person or place delivers', () => {
  test('the patient that a key registers and updates, as documented', async () => {
    const receiver = await receiverFor()
    const { call, subscribe } = await tellingSandbox()
    await subscribe(receiver.url)
    const created = (await call('POST /patients', { body: NEW_PATIENT })).body.data
    const path = `/patients/${created.id}`
    const updated = (await call(`PATCH ${path}`, { body: { town_city: 'Deal' } })).body.data
    await call(`PATCH ${path}`, { body: { town_city: 'Deal' } })
    await call(`PATCH ${path}`, { body: { town_city: null } })
    await receiver.arrival(3)
    const [first, second] = receiver.events()
    expect([first, second]).toMatchObject([
      { type: 'patient.created', organization_id: 'org_sandbox', data: { object: created, previous: null } },
      { type: 'patient.updated', data: { object: updated, previous: created } },
    ])
    const { schema, example } = documentedEvent((await call('GET /openapi.json')).body, 'patientChanged')
    for (const event of [first, second, example]) expect(schema.safeParse(event).error).toBeUndefined()
  })

  test.each([
    ['/clinician-profiles', 'clinician_profile', { display_name: 'Dr Ada North' }],
    ['/locations', 'location', { name: 'East Site' }],
    ['/appointment-templates', 'appointment_template', { name: 'Review' }],
    ['/patients', 'patient', NEW_PATIENT],
  ])('a write elsewhere to %s', async (path, subject, fields) => {
    const receiver = await receiverFor()
    const { call, subscribe } = await tellingSandbox({ faults: true, webhookEcho: false })
    await subscribe(receiver.url)
    const written = await call(`POST /_elsewhere${path}`, { key: null, body: fields })
    const { id } = written.body.data
    expect([written.status, (await call(`GET ${path}/${id}`)).body.data]).toEqual([201, written.body.data])
    const flags = path === '/patients' ? { is_deceased: true } : { is_active: false }
    const changed = await call(`POST /_elsewhere${path}`, { key: null, body: { id, ...flags } })
    expect([changed.status, changed.body.data]).toEqual([
      200,
      expect.objectContaining({ ...fields, ...flags }),
    ])
    await receiver.arrival(2)
    expect(receiver.events().map(({ type, data }) => [type, data.object.id])).toEqual([
      [`${subject}.created`, id],
      [`${subject}.updated`, id],
    ])
  })

  test('nothing if the write is refused', async () => {
    const receiver = await receiverFor()
    const { call, subscribe, book } = await tellingSandbox({ faults: true })
    await subscribe(receiver.url)
    const refused = [
      await call('POST /_elsewhere/locations', { body: { town_city: 'Deal' } }),
      await call('POST /_elsewhere/locations', { body: { id: 'loc_none', name: 'Deal' } }),
      await call('POST /_elsewhere/locations', { body: { name: 'Deal', nmae: 'Deal' } }),
    ]
    expect(refused.map(({ status }) => status)).toEqual([400, 404, 400])
    expect(refused[0]?.body.error.details.fields).toEqual({ name: expect.any(String) })
    await book()
    await receiver.arrival(1)
    expect(receiver.events().map(({ type }) => type)).toEqual(['appointment.created'])
  })
})

describe('A webhook receives an event', () => {
  test('only if it is active, of this organisation, and subscribes to the type', async () => {
    const scopes = ['read_appointments', 'write_appointments'] as const
    const keys = [
      { key: 'pk_north', organisation: 'org_north', scopes },
      { key: 'pk_south', organisation: 'org_south', scopes },
    ]
    const [subscribed, all, others, south, inactive] = await Promise.all(
      [1, 2, 3, 4, 5].map(() => receiverFor()),
    )
    const { subscribe, book, tries, reports } = await tellingSandbox({ keys })
    const webhook = await subscribe(subscribed?.url ?? '', { events: ['appointment.created'] })
    await subscribe(all?.url ?? '', { events: ['*'] })
    await subscribe(others?.url ?? '', { events: ['appointment.updated'] })
    await subscribe(south?.url ?? '', {}, 'pk_south')
    await subscribe(inactive?.url ?? '', { is_active: false })
    await book()
    await tries(2)
    expect([subscribed, all, others, south, inactive].map((receiver) => receiver?.requests.length)).toEqual([
      ...[1, 1],
      ...[0, 0, 0],
    ])
    const [event] = subscribed?.events() ?? []
    expect(all?.events()).toEqual([event])
    expect(reports).toContainEqual({
      webhook: webhook.id,
      event: event.id,
      attempt: 1,
      status: 204,
      outcome: 'delivered',
    })
  })

  test.each(['PATCH', 'DELETE'])('nothing more of what waits for it after a %s ends it', async (method) => {
    const database = databaseFile()
    const receiver = await receiverFor(() => ({ status: 500, body: '' }))
    const { call, subscribe, book, tries } = await tellingSandbox({ database, webhookRetryMs: 60_000 })
    const { id } = await subscribe(receiver.url)
    await book()
    await tries(1)
    expect(pending(database)).toBe(1)
    await call(`${method} /webhooks/${id}`, method === 'PATCH' ? { body: { is_active: false } } : {})
    expect(pending(database)).toBe(0)
  })
})

describe('The outbox', () => {
  test('is written with the change: without it the change does not happen', async () => {
    const database = databaseFile()
    const faults: unknown[] = []
    const { call, subscribe, book } = await tellingSandbox({
      database,
      onError: (error) => faults.push(error),
    })
    const id = await book()
    await subscribe(UNREACHABLE_URL)
    const file = new DatabaseSync(database)
    file.exec('ALTER TABLE deliveries RENAME TO elsewhere')
    file.close()
    expect((await call(`PATCH /appointments/${id}`, { body: { title: 'Review' } })).status).toBe(500)
    expect((await call(`POST /appointments/${id}/cancel`)).status).toBe(500)
    expect((await call('POST /appointments', { body: VISIT })).status).toBe(500)
    expect((await call('GET /appointments')).body.data).toMatchObject([{ id, ...VISIT, status: 'pending' }])
    expect(faults).toHaveLength(3)
  })

  test('has nothing of a change that fails', async () => {
    const database = databaseFile()
    const { call, subscribe, book, reports } = await tellingSandbox({
      database,
      webhookRetryMs: 60_000,
      onError: () => {},
    })
    await subscribe(UNREACHABLE_URL)
    const file = new DatabaseSync(database)
    file.exec(`CREATE TRIGGER refuse BEFORE INSERT ON idempotency BEGIN SELECT RAISE(ABORT, 'refused'); END`)
    file.close()
    const headers = { 'idempotency-key': '0b7e5c1e-6d5a-4f6e-9a43-1c2d3e4f5a6b' }
    expect((await call('POST /appointments', { headers, body: VISIT })).status).toBe(500)
    expect([pending(database), reports]).toEqual([0, []])
    await book()
    expect(pending(database)).toBe(1)
  })
})

describe('The option webhookObject', () => {
  test.each([
    ['fourteen', [...EVENT_FIELDS]],
    ['eight', [...CREATED_FIELDS]],
    ['full', expect.objectContaining({ length: 24 })],
  ] as const)('%s gives that many fields, before and after, as documented', async (webhookObject, fields) => {
    const { call, receiver, path } = await bookedVisit({ webhookObject })
    await call(`POST ${path}/cancel`)
    await receiver.arrival(2)
    const { object, previous } = receiver.events()[1].data
    expect([Object.keys(object), Object.keys(previous)]).toEqual([fields, fields])
    const { schema, example } = documentedEvent((await call('GET /openapi.json')).body)
    for (const event of [...receiver.events(), example]) expect(schema.safeParse(event).error).toBeUndefined()
  })
})

test('Sample rows cause no events', async () => {
  const database = databaseFile()
  const receiver = await receiverFor()
  const first = await tellingSandbox({ database })
  await first.subscribe(receiver.url)
  await first.close()
  const { book } = await tellingSandbox({ database, seed: 5 })
  const id = await book()
  await receiver.arrival(1)
  expect(receiver.events().map(({ data }) => data.object.id)).toEqual([id])
})

test('Without webhookEcho only changes from elsewhere cause events', async () => {
  const receiver = await receiverFor()
  const { call, subscribe, book } = await tellingSandbox({ webhookEcho: false, faults: true })
  await subscribe(receiver.url)
  const id = await book()
  await call(`PATCH /appointments/${id}`, { body: { title: 'Review' } })
  await call('POST /_elsewhere', { body: { id, status: 'completed' } })
  await receiver.arrival(1)
  expect(receiver.events().map(({ type }) => type)).toEqual(['appointment.completed'])
})

/** The pending deliveries in a file. */
function pending(path: string): unknown {
  const database = openDatabase(path)
  const { count } = database.prepare('SELECT count(*) AS count FROM deliveries').get() ?? {}
  database.close()
  return count
}
