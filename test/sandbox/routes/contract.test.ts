import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Appointment, CREATED_FIELDS, SUMMARY_FIELDS } from '../../../src/contract/appointment.ts'
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'
import { type Client, createClient } from '../client.ts'

/**
 * The guarantees of every implementation of the reference, whatever its choices where the reference is silent. With
 * `CONTRACT_URL` and `CONTRACT_KEY` (a test key that may read and write) these tests send that service about 30
 * requests and cancel the appointments they created; without these variables they run against the sandbox.
 */
const { CONTRACT_URL, CONTRACT_KEY } = process.env

let call: Client
let sandbox: Sandbox | undefined
const created: string[] = []

beforeAll(async () => {
  if (!CONTRACT_URL) sandbox = await startSandbox({ seed: 0 })
  call = createClient(sandbox ?? { url: CONTRACT_URL?.replace(/\/$/, '') ?? '', key: CONTRACT_KEY ?? '' })
})

afterAll(async () => {
  for (const id of created) await call(`POST /appointments/${id}/cancel`)
  await sandbox?.close()
})

/** A random day in the years 2100 to 2999, so that the tests meet no real appointment. */
const day = `2${String(Math.floor(Math.random() * 900) + 100)}-05-${String(Math.floor(Math.random() * 28) + 1).padStart(2, '0')}`
const visit = (hour: number, minutes = 30) => ({
  title: 'Contract test',
  start_time: `${day}T${hour}:00:00Z`,
  end_time: `${day}T${hour}:${minutes}:00Z`,
})

async function create(body: object, headers = {}) {
  const answer = await call('POST /appointments', { body, headers })
  if (answer.status === 201 && !created.includes(answer.body.data.id)) created.push(answer.body.data.id)
  return answer
}

const time = (instant: string) => Date.parse(instant)

test('A create answers 201 with at least the eight fields and status pending', async () => {
  const { status, body } = await create(visit(10))
  expect(status).toBe(201)
  for (const field of CREATED_FIELDS) expect(body.data).toHaveProperty(field)
  expect(body.data).toMatchObject({ title: 'Contract test', status: 'pending' })
  expect(time(body.data.start_time)).toBe(time(visit(10).start_time))
  expect(body.meta.request_id).toEqual(expect.any(String))
})

test('A retrieve answers the twenty-four fields', async () => {
  const { id } = (await create({ ...visit(10, 45), is_remote: true, attendee_name: 'Contract Test' })).body
    .data
  const { status, body } = await call(`GET /appointments/${id}`)
  expect(status).toBe(200)
  expect(Object.keys(body.data).length).toBeGreaterThanOrEqual(24)
  expect(body.data).toMatchObject({
    id,
    is_remote: true,
    attendee_name: 'Contract Test',
    attendee_email: null,
    duration_minutes: 45,
    cancellation_reason: null,
  })
})

describe('a list', () => {
  const filter = `date_gte=${day}T12:00:00Z&date_lte=${day}T14:00:00Z`
  let ids: string[]

  beforeAll(async () => {
    ids = []
    for (const hour of [12, 13, 14])
      ids.push((await create({ ...visit(hour), status: 'confirmed' })).body.data.id)
    await create({ ...visit(15), status: 'confirmed' })
  })

  test('returns the rows its filters match, bounds included, in seven fields or more', async () => {
    const { status, body } = await call(`GET /appointments?${filter}&status=confirmed&limit=10`)
    expect(status).toBe(200)
    expect(body.meta).toMatchObject({ limit: 10, next_offset: null, has_more: false })
    expect(body.data.map(({ id }: Appointment) => id).sort()).toEqual([...ids].sort())
    for (const field of SUMMARY_FIELDS) expect(body.data[0]).toHaveProperty(field)
  })

  test('returns each row once in pages of one row', async () => {
    const seen: string[] = []
    for (let offset: number | null = 0; offset !== null; ) {
      const { body } = await call(
        `GET /appointments?${filter}&status_in=confirmed,pending&limit=1&offset=${offset}`,
      )
      expect(body.meta.has_more).toBe(body.meta.next_offset !== null)
      seen.push(...body.data.map(({ id }: Appointment) => id))
      offset = body.meta.next_offset
    }
    expect(seen.sort()).toEqual([...ids].sort())
  })

  test('leaves out rows of another status or another clinician', async () => {
    expect((await call(`GET /appointments?${filter}&status=completed`)).body.data).toEqual([])
    const unknown = sandbox ? 'cli_unknown' : randomUUID()
    expect((await call(`GET /appointments?${filter}&clinician_id=${unknown}`)).body.data ?? []).toEqual([])
  })

  test('never returns more than a hundred rows', async () => {
    const { status, body } = await call('GET /appointments?limit=500')
    if (status === 200) expect(body.meta.limit).toBeLessThanOrEqual(100)
    else expect(status).toBe(400)
  })
})

test('An update changes the fields it sends and never the status', async () => {
  const { id } = (await create({ ...visit(16), attendee_name: 'Contract Test' })).body.data
  expect((await call(`PATCH /appointments/${id}`, { body: { title: 'Changed' } })).status).toBe(200)
  await call(`PATCH /appointments/${id}`, { body: { status: 'completed' } })
  expect((await call(`GET /appointments/${id}`)).body.data).toMatchObject({
    title: 'Changed',
    attendee_name: 'Contract Test',
    status: 'pending',
  })
})

test('A cancel answers three fields and an action, and a second cancel fails', async () => {
  const { id } = (await create(visit(17))).body.data
  const path = `POST /appointments/${id}/cancel`
  const { status, body } = await call(path, { body: { cancellation_reason: 'Contract test' } })
  expect(status).toBe(200)
  expect(body.data).toMatchObject({ id, status: 'cancelled', cancellation_reason: 'Contract test' })
  expect(body.meta).toMatchObject({
    request_id: expect.any(String),
    action: 'cancelled',
    performed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    performed_by: expect.any(String),
  })
  const again = await call(path)
  expect([409, 422, 400]).toContain(again.status)
  expect(again.body).toMatchObject({
    data: null,
    meta: { request_id: expect.any(String) },
    error: {
      code: 'INVALID_STATE_TRANSITION',
      message: 'Cannot cancel appointment with status "cancelled"',
      details: { current_status: 'cancelled', attempted_action: 'cancel' },
    },
  })
})

test('One idempotency key creates one row, and another body is a conflict', async () => {
  const headers = { 'idempotency-key': randomUUID() }
  const first = await create(visit(18), headers)
  expect((await create(visit(18), headers)).body.data).toEqual(first.body.data)
  expect(await create({ ...visit(18), title: 'Other' }, headers)).toMatchObject({
    status: 409,
    body: { data: null, error: { code: 'CONFLICT' } },
  })
})

test('Every response has quota headers and a request id', async () => {
  const { headers } = await call('GET /appointments?limit=1')
  expect(Number(headers.get('x-ratelimit-limit'))).toBeGreaterThan(0)
  expect(Number(headers.get('x-ratelimit-remaining'))).toBeGreaterThanOrEqual(0)
  expect(headers.get('x-request-id')).toEqual(expect.any(String))
})

test.each([
  ['an unknown key', 401, 'GET /appointments', { key: 'pk_test_nobody' }],
  ['an unknown id', 404, 'GET /appointments/apt_00000000-0000-4000-8000-000000000000', {}],
  ['a create without its required fields', 400, 'POST /appointments', { body: { title: 'Contract test' } }],
] as const)('%s is a %i in the envelope', async (_name, status, endpoint, request) => {
  const answer = await call(endpoint, request)
  expect(answer.status).toBe(status)
  expect(answer.body.error).toMatchObject({ code: expect.any(String), message: expect.any(String) })
})
