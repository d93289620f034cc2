import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../../../src/sandbox/server.ts'
import { type Client, createClient, VISIT } from '../client.ts'

// The tests share one sandbox, because a request that fails changes nothing.
let sandbox: Sandbox
let call: Client
beforeAll(async () => {
  sandbox = await startSandbox({ seed: 0, rateLimit: 0 })
  call = createClient(sandbox)
})
afterAll(() => sandbox.close())

const LONE_SURROGATE = '\ud800'

test.each([
  'limit=',
  'limit=0',
  'limit=101',
  'limit=-1',
  'limit=ten',
  'limit=1.5',
  'limit=10&limit=20',
  'offset=',
  'offset=-1',
  'offset=ten',
  'offset=9007199254740993',
  'patient_id=',
  'patient_id=%20',
  'patient_id=%00',
  'patient_id=a&patient_id=b',
  'clinician_id=',
  'status=',
  'status=CONFIRMED',
  'status=pending,confirmed',
  'status_in=',
  'status_in=,',
  'status_in=pending,',
  'status_in=pending,nothing',
  'date_gte=',
  'date_gte=yesterday',
  'date_gte=2025-02-30',
  'date_gte=2025-01-20T14:00:00',
  'date_gte=2025-01-20T24:00:00Z',
  'date_gte=0000-01-01',
  'date_lte=',
  'date_lte=20250120',
  'date_lte=9999-12-31T23:59:59-01:00',
  'appointment_type_id=',
  'location_id=',
])('A list with %s is a 400 that names it', async (query) => {
  const { status, body } = await call(`GET /appointments?${query}`)
  expect([status, body.data, body.error.code]).toEqual([400, null, 'VALIDATION_ERROR'])
  expect(Object.keys(body.error.details.fields)).toEqual([query.split('=')[0]])
  expect(body.error.message).toContain(query.split('=')[0])
})

test('One 400 names every parameter at fault', async () => {
  const { body } = await call('GET /appointments?limit=0&status=x&date_gte=y')
  expect(Object.keys(body.error.details.fields)).toEqual(['limit', 'status', 'date_gte'])
})

const TEXT_FIELDS = ['attendee_name', 'attendee_email']
const REFERENCES = ['patient_id', 'clinician_profile_id', 'appointment_type_id', 'location_id', 'episode_id']
const BOTH_WRITES: [string, unknown][] = [
  ['title', ''],
  ['title', ' \n'],
  ['title', null],
  ['title', 7],
  ['title', LONE_SURROGATE],
  ['title', 'a\u0000b'],
  ['start_time', null],
  ['start_time', ''],
  ['start_time', 1737381600],
  ['start_time', '2025-01-25'],
  ['start_time', '2025-01-25T10:00:00'],
  ['start_time', '2025-02-29T10:00:00Z'],
  ['start_time', 'Sat, 25 Jan 2025 10:00:00 GMT'],
  ['end_time', null],
  ['end_time', 'later'],
  ['end_time', VISIT.start_time],
  ['end_time', '2025-01-25T09:59:59Z'],
  ['is_remote', null],
  ['is_remote', 'true'],
  ...TEXT_FIELDS.flatMap((field): [string, unknown][] => [
    [field, 7],
    [field, LONE_SURROGATE],
  ]),
  ...REFERENCES.flatMap((field): [string, unknown][] => [
    [field, ''],
    [field, 7],
    [field, { id: 'x' }],
  ]),
]

describe('an invalid create', () => {
  test.each([
    ...BOTH_WRITES,
    ['title', undefined] as const,
    ['start_time', undefined] as const,
    ['end_time', undefined] as const,
    ['status', null] as const,
    ['status', 'cancelled'] as const,
    ['status', 'completed'] as const,
    ['status', 'no_show'] as const,
    ['status', 'Pending'] as const,
  ])('names %s and creates nothing: %j', async (field, value) => {
    const { status, body } = await call('POST /appointments', {
      body: { ...VISIT, location_id: 'loc_invalid', [field]: value },
    })
    expect([status, body.data, body.error.code]).toEqual([400, null, 'VALIDATION_ERROR'])
    expect(Object.keys(body.error.details.fields)).toEqual([field])
    expect((await call('GET /appointments?location_id=loc_invalid')).body.data).toEqual([])
  })
})

describe('an invalid update', () => {
  test.each([
    ...BOTH_WRITES,
    ...[
      'description',
      'remote_channel',
      'video_link',
      'video_provider',
      'meeting_url',
      'attendance_status',
    ].map((field) => [field, 7] as const),
    ...[
      'status',
      'cancellation_reason',
      'id',
      'duration_minutes',
      'booking_source',
      'created_at',
      'updated_at',
    ].map((field) => [field, 'x'] as const),
    ['status', null] as const,
  ])('names %s and changes nothing: %j', async (field, value) => {
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    const before = (await call(`GET /appointments/${id}`)).body.data
    const { status, body } = await call(`PATCH /appointments/${id}`, {
      body: { description: 'x', [field]: value },
    })
    expect([status, body.data, body.error.code]).toEqual([400, null, 'VALIDATION_ERROR'])
    expect(Object.keys(body.error.details.fields)).toEqual([field])
    expect((await call(`GET /appointments/${id}`)).body.data).toEqual(before)
  })
})

test.each([7, LONE_SURROGATE, ['x']])(
  'A cancel with an invalid reason (%j) is a 400 that names it',
  async (reason) => {
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    const { status, body } = await call(`POST /appointments/${id}/cancel`, {
      body: { cancellation_reason: reason },
    })
    expect(status).toBe(400)
    expect(Object.keys(body.error.details.fields)).toEqual(['cancellation_reason'])
    expect((await call(`GET /appointments/${id}`)).body.data.status).toBe('pending')
  },
)

describe('a body', () => {
  const WRITES = ['POST /appointments', 'PATCH /appointments/:id', 'POST /appointments/:id/cancel']

  async function send(endpoint: string, request: Parameters<Client>[1]) {
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    const { status, body } = await call(endpoint.replace(':id', id), request)
    expect(body.data).toBeNull()
    expect((await call(`GET /appointments/${id}`)).body.data.status).toBe('pending')
    return [status, body.error.code, Object.keys(body.error.details?.fields ?? {}).join()]
  }

  describe.each(WRITES)('of %s', (endpoint) => {
    test.each(['{', 'null', '[]', '7', '"text"', 'DEEP', '{"title": undefined}'])(
      'that is not a JSON object is a 400: %s',
      async (body) => {
        const sent = body.replace('DEEP', '['.repeat(100_000))
        expect(await send(endpoint, { body: sent })).toEqual([400, 'VALIDATION_ERROR', 'body'])
      },
    )

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonx',
    ])('of the content type %s is a 415', async (type) => {
      const request = { body: JSON.stringify(VISIT), headers: { 'content-type': type } }
      expect(await send(endpoint, request)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE', ''])
    })

    test('over 1 MB is a 413, with or without Content-Length', async () => {
      const large = JSON.stringify({ ...VISIT, description: 'x'.repeat(2 ** 20) })
      const target = endpoint.replace(':id', 'apt_none')
      const stated = await call(target, { body: large })
      expect([stated.status, stated.body.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
      const [method = '', path] = target.split(' ')
      const unstated = await fetch(sandbox.url + path, {
        method,
        headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' },
        body: new Blob([large]).stream(),
        duplex: 'half',
      } as RequestInit)
      expect(unstated.status).toBe(413)
    })
  })

  test('without Content-Length is accepted', async () => {
    const { status } = await fetch(`${sandbox.url}/appointments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json; charset=utf-8' },
      body: new Blob([JSON.stringify(VISIT)]).stream(),
      duplex: 'half',
    } as RequestInit)
    expect(status).toBe(201)
  })

  test('that never ends is a 413 after 1 MB', async () => {
    const endless = new ReadableStream({ pull: (sink) => sink.enqueue(new Uint8Array(65_536)) })
    const { status } = await fetch(`${sandbox.url}/appointments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
    } as RequestInit)
    expect(status).toBe(413)
  })

  test('of exactly 1 MB is accepted', async () => {
    const title = 'x'.repeat(2 ** 20 - JSON.stringify({ ...VISIT, title: '' }).length)
    expect((await call('POST /appointments', { body: { ...VISIT, title } })).status).toBe(201)
  })
})

test.each([
  ['POST /', 405],
  ['GET /appointments/', 404],
  ['GET /appointment', 404],
  ['GET /appointments/apt_1/cancel/now', 404],
  ['GET /api-v1/appointments', 404],
  ['POST /episodes', 404],
  ['PUT /appointments', 405],
  ['DELETE /appointments/apt_1', 405],
  ['POST /appointments/apt_1', 405],
  ['GET /appointments/apt_1/cancel', 405],
  ['PATCH /appointments', 405],
  ['OPTIONS /appointments', 405],
])('%s is a %i in the envelope', async (endpoint, status) => {
  const answer = await call(endpoint)
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({
    data: null,
    error: { code: status === 404 ? 'NOT_FOUND' : 'METHOD_NOT_ALLOWED' },
  })
  if (status === 405)
    expect(answer.headers.get('allow')?.split(', ')).toEqual(answer.body.error.details.allowed)
})

test.each(['.', '%2F', '%00', '%zz', '%ff', 'a b', 'LONG', "' OR 1=1 --", '%F0%9F%99%82'])(
  'An unknown id of any form is not found: %s',
  async (form) => {
    const id = form.replace('LONG', 'x'.repeat(8_000))
    for (const request of [`GET /appointments/${id}`, `POST /appointments/${id}/cancel`]) {
      const { status, body } = await call(request)
      expect([404, 405]).toContain(status)
      expect(body.data).toBeNull()
    }
  },
)

test.each(['..', '%2e%2e'])(
  'Two dots as an id lead to the start page, not to an appointment: %s',
  async (id) => {
    const { status, body } = await call(`GET /appointments/${id}`)
    expect([status, Object.keys(body.data)]).toEqual([200, ['documentation', 'document', 'health']])
    expect((await call(`POST /appointments/${id}/cancel`)).status).toBe(404)
  },
)
