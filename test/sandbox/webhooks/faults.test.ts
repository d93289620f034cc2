import { describe, expect, test } from 'vitest'
import { VISIT } from '../client.ts'
import { type Receiver, receiverFor, tellingSandbox } from './receiver.ts'

async function faultySandbox(fault: object, options: Parameters<typeof tellingSandbox>[0] = {}) {
  const receiver = await receiverFor()
  const sandbox = await tellingSandbox({ faults: true, ...options })
  await sandbox.subscribe(receiver.url)
  const { status } = await sandbox.call('POST /_faults', { key: null, body: { route: 'webhook', ...fault } })
  expect(status).toBe(201)
  return { ...sandbox, receiver }
}

const titles = (receiver: Receiver) => receiver.events().map(({ data }) => data.object.title)

describe('A fault of a webhook', () => {
  test('that drops before loses the delivery for good', async () => {
    const { book, receiver, tries, reports } = await faultySandbox({ drop: 'before', times: 2 })
    for (const title of ['One', 'Two', 'Three']) await book({ title })
    await tries(3)
    expect(titles(receiver)).toEqual(['Three'])
    expect(reports.map(({ status, outcome }) => [status, outcome])).toEqual([
      [0, 'lost'],
      [0, 'lost'],
      [204, 'delivered'],
    ])
  })

  test('that drops after lets it be sent again although its receiver has accepted it', async () => {
    const { book, receiver, tries, reports } = await faultySandbox({ drop: 'after' })
    await book()
    await tries(2)
    const [first, again] = receiver.events()
    expect(again).toEqual(first)
    expect(reports.map(({ status, outcome }) => [status, outcome])).toEqual([
      [204, 'retrying'],
      [204, 'delivered'],
    ])
  })

  test('that duplicates sends the same delivery this many more times', async () => {
    const { book, receiver, tries } = await faultySandbox({ duplicate: 3 })
    await book({ title: 'One' })
    await book({ title: 'Two' })
    await tries(2)
    expect(titles(receiver)).toEqual(['One', 'One', 'One', 'One', 'Two'])
    expect(new Set(receiver.events().map(({ id }) => id)).size).toBe(2)
  })

  test('that delays lets other deliveries overtake', async () => {
    const { book, receiver, tries } = await faultySandbox({ delay_ms: 300, duplicate: 1 })
    for (const title of ['One', 'Two', 'Three']) await book({ title })
    await tries(3)
    expect(titles(receiver)).toEqual(['Two', 'Three', 'One', 'One'])
  })

  test('waits for a delivery, and other faults wait for requests', async () => {
    const { call, book, receiver, tries } = await faultySandbox({ drop: 'before' })
    await call('POST /_faults', { body: { status: 503 } })
    await call('POST /_faults', { body: { route: 'POST /webhooks/{id}/test', status: 502 } })
    expect((await call('GET /appointments')).status).toBe(503)
    await book({ title: 'One' })
    await book({ title: 'Two' })
    await tries(2)
    expect(titles(receiver)).toEqual(['Two'])
    expect((await call('POST /webhooks/x/test')).status).toBe(502)
  })

  test.each([
    ['status', { route: 'webhook', status: 500 }],
    ['duplicate', { route: 'webhook', duplicate: 0 }],
    ['duplicate', { route: 'webhook', duplicate: 101 }],
    ['duplicate', { duplicate: 1 }],
    ['duplicate', { route: 'GET /appointments', duplicate: 1 }],
    ['duplicate', { route: 'webhook', drop: 'before', duplicate: 1 }],
    ['body', { route: 'webhook' }],
  ])('is a 400 for %s: %j', async (field, body) => {
    const { call } = await tellingSandbox({ faults: true })
    const answer = await call('POST /_faults', { body })
    expect([answer.status, Object.keys(answer.body.error.details.fields)]).toEqual([400, [field]])
  })
})

describe('A write elsewhere', () => {
  test('does not exist unless the `faults` option opens it', async () => {
    const { call } = await tellingSandbox()
    expect((await call('POST /_elsewhere', { body: VISIT })).status).toBe(404)
  })

  test('creates an appointment in any status, without a key and free of quota', async () => {
    const { call } = await tellingSandbox({ faults: true, rateLimit: 10 })
    const fields = {
      ...VISIT,
      status: 'no_show',
      is_remote: true,
      meeting_url: 'https://x.example',
      patient_id: 'p',
    }
    const { status, body, headers } = await call('POST /_elsewhere', { key: null, body: fields })
    expect([status, body.data]).toEqual([
      201,
      expect.objectContaining({ ...fields, booking_source: 'clinic' }),
    ])
    expect(Object.keys(body.data)).toHaveLength(24)
    expect(headers.has('x-ratelimit-limit')).toBe(false)
    const read = await call(`GET /appointments/${body.data.id}`)
    expect([read.body.data, read.headers.get('x-ratelimit-remaining')]).toEqual([body.data, '9'])
  })

  test('changes an appointment from and to any status', async () => {
    const { call, book } = await tellingSandbox({ faults: true })
    const id = await book()
    for (const fields of [
      { status: 'completed', attendance_status: 'attended' },
      { status: 'pending', is_remote: true, title: 'Again' },
      { status: 'cancelled', cancellation_reason: 'Ill' },
    ]) {
      const { status, body } = await call('POST /_elsewhere', { body: { id, ...fields } })
      expect([status, body.data]).toEqual([200, expect.objectContaining({ id, ...fields })])
      expect((await call(`GET /appointments/${id}`)).body.data).toEqual(body.data)
    }
  })

  test('is of the first organisation unless it names another', async () => {
    const scopes = ['read_appointments', 'write_appointments'] as const
    const keys = [
      { key: 'pk_north', organisation: 'org_north', scopes },
      { key: 'pk_south', organisation: 'org_south', scopes },
    ]
    const { call } = await tellingSandbox({ faults: true, keys })
    const organisation = 'org_south'
    const { id } = (await call('POST /_elsewhere', { body: { organisation, ...VISIT } })).body.data
    expect((await call(`GET /appointments/${id}`, { key: 'pk_south' })).status).toBe(200)
    expect((await call('POST /_elsewhere', { body: { id, title: 'Mine' } })).status).toBe(404)
    expect((await call('POST /_elsewhere', { body: { organisation, id, title: 'Ours' } })).status).toBe(200)
  })

  test.each([
    [['title', 'start_time', 'end_time'], {}],
    [['end_time'], { ...VISIT, end_time: VISIT.start_time }],
    [['end_time'], { id: 'VISIT', end_time: VISIT.start_time }],
    [['status'], { id: 'VISIT', status: 'lost' }],
    [['body'], { id: 'VISIT', statsu: 'completed' }],
  ])('is a 400 for %j: %j', async (fields, body) => {
    const { call, book } = await tellingSandbox({ faults: true })
    const id = await book()
    const answer = await call('POST /_elsewhere', { body: 'id' in body ? { ...body, id } : body })
    expect([answer.status, Object.keys(answer.body.error.details.fields)]).toEqual([400, fields])
  })
})
