import { describe, expect, test } from 'vitest'
import { APPOINTMENT_STATUSES, OPEN_STATUSES } from '../../../src/contract/appointment.ts'
import { sandboxFor, VISIT } from '../client.ts'

describe('a create', () => {
  test.each(OPEN_STATUSES)('accepts the initial status %s', async (status) => {
    const { call } = await sandboxFor()
    const { body } = await call('POST /appointments', { body: { ...VISIT, status } })
    expect(body.data.status).toBe(status)
  })

  test('stores every optional field', async () => {
    const { call } = await sandboxFor()
    const optional = {
      patient_id: 'pat_1',
      clinician_profile_id: 'cli_1',
      appointment_type_id: 'type_1',
      location_id: 'loc_1',
      status: 'scheduled',
      is_remote: true,
      attendee_name: 'Zoë 中 🙂',
      attendee_email: 'zoe@example.com',
      episode_id: 'epi_1',
    }
    const { id } = (await call('POST /appointments', { body: { ...VISIT, ...optional } })).body.data
    expect((await call(`GET /appointments/${id}`)).body.data).toMatchObject({ ...VISIT, ...optional })
  })

  test('ignores unknown fields', async () => {
    const { call } = await sandboxFor()
    const { status, body } = await call('POST /appointments', {
      body: { ...VISIT, id: 'apt_mine', favourite_colour: 'teal' },
    })
    expect(status).toBe(201)
    expect(body.data.id).not.toBe('apt_mine')
  })

  test('allows two visits at the same time', async () => {
    const { call } = await sandboxFor()
    await call('POST /appointments', { body: { ...VISIT, clinician_profile_id: 'cli_1' } })
    const second = await call('POST /appointments', { body: { ...VISIT, clinician_profile_id: 'cli_1' } })
    expect(second.status).toBe(201)
  })
})

describe('an update', () => {
  async function visit(clock?: () => Date) {
    const { call } = await sandboxFor(clock ? { clock } : {})
    const { id } = (await call('POST /appointments', { body: { ...VISIT, attendee_name: 'Sarah' } })).body
      .data
    return { call, path: `/appointments/${id}` }
  }

  test('changes every field that the reference allows', async () => {
    const { call, path } = await visit()
    const changes = {
      title: 'Review',
      description: 'Bring the letter',
      start_time: '2025-02-01T09:00:00Z',
      end_time: '2025-02-01T09:45:00Z',
      patient_id: 'pat_2',
      clinician_profile_id: 'cli_2',
      appointment_type_id: 'type_2',
      location_id: 'loc_2',
      is_remote: true,
      remote_channel: 'video',
      video_link: 'https://video.example.com/1',
      video_provider: 'example',
      meeting_url: 'https://meet.example.com/1',
      attendee_name: 'Sam',
      attendee_email: 'sam@example.com',
      attendance_status: 'attended',
      episode_id: 'epi_2',
    }
    const { body } = await call(`PATCH ${path}`, { body: changes })
    expect(body.data).toMatchObject({ ...changes, duration_minutes: 45, status: 'pending' })
    expect((await call(`GET ${path}`)).body.data).toEqual(body.data)
  })

  test('leaves absent fields and clears null fields', async () => {
    const { call, path } = await visit()
    expect((await call(`PATCH ${path}`, { body: { title: 'Review' } })).body.data.attendee_name).toBe('Sarah')
    expect((await call(`PATCH ${path}`, { body: { attendee_name: null } })).body.data).toMatchObject({
      title: 'Review',
      attendee_name: null,
    })
  })

  test('sets updated_at, unless it changes nothing, and never created_at', async () => {
    let now = '2025-01-15T12:00:00Z'
    const { call, path } = await visit(() => new Date(now))
    now = '2025-01-16T08:00:00Z'
    expect((await call(`PATCH ${path}`, { body: { title: 'Review' } })).body.data).toMatchObject({
      created_at: '2025-01-15T12:00:00Z',
      updated_at: '2025-01-16T08:00:00Z',
    })
    now = '2025-01-17T08:00:00Z'
    for (const same of [{}, { title: 'Review', is_remote: false, patient_id: null }]) {
      const { body } = await call(`PATCH ${path}`, { body: same })
      expect(body.data.updated_at).toBe('2025-01-16T08:00:00Z')
    }
  })

  test('never changes a status', async () => {
    const { call, path } = await visit()
    const { status, body } = await call(`PATCH ${path}`, { body: { title: 'Review', status: 'completed' } })
    expect(status).toBe(400)
    expect(body.error).toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { fields: { status: expect.any(String) } },
    })
    expect((await call(`GET ${path}`)).body.data).toMatchObject({ title: VISIT.title, status: 'pending' })
  })

  test.each([
    ['start_time', { start_time: '2025-01-25T10:30:00Z' }],
    ['end_time', { end_time: '2025-01-25T10:00:00Z' }],
    ['end_time', { start_time: '2025-01-26T11:00:00Z', end_time: '2025-01-26T10:00:00Z' }],
  ])('to an end before the start is a 400 that names %s', async (field, body) => {
    const { call, path } = await visit()
    const answer = await call(`PATCH ${path}`, { body })
    expect(answer.status).toBe(400)
    expect(Object.keys(answer.body.error.details.fields)).toEqual([field])
  })

  test('of a missing appointment is a 404', async () => {
    const { call } = await sandboxFor()
    expect(await call('PATCH /appointments/apt_none', { body: {} })).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    })
  })
})

describe('a cancel', () => {
  test('succeeds from the four open statuses and from no other', async () => {
    const { call } = await sandboxFor({ seed: 300 })
    for (const status of APPOINTMENT_STATUSES) {
      const { body } = await call(`GET /appointments?status=${status}&limit=1`)
      const answer = await call(`POST /appointments/${body.data[0].id}/cancel`)
      const isOpen = OPEN_STATUSES.some((open) => open === status)
      expect([status, answer.status]).toEqual([status, isOpen ? 200 : 409])
      if (!isOpen) expect(answer.body.error.details.current_status).toBe(status)
    }
  })

  test.each([
    ['no body', {}],
    ['a JSON content type without a body', { headers: { 'content-type': 'application/json' } }],
    ['an empty object', { body: {} }],
    ['a null reason', { body: { cancellation_reason: null } }],
  ])('reads %s as no reason', async (_name, request) => {
    const { call } = await sandboxFor()
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    const { status, body } = await call(`POST /appointments/${id}/cancel`, request)
    expect([status, body.data.cancellation_reason]).toEqual([200, null])
  })

  test('stores its reason and sets updated_at', async () => {
    let now = '2025-01-15T12:00:00Z'
    const { call } = await sandboxFor({ clock: () => new Date(now) })
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    now = '2025-01-15T13:00:00Z'
    await call(`POST /appointments/${id}/cancel`, { body: { cancellation_reason: 'Patient request' } })
    expect((await call(`GET /appointments/${id}`)).body.data).toMatchObject({
      status: 'cancelled',
      cancellation_reason: 'Patient request',
      created_at: '2025-01-15T12:00:00Z',
      updated_at: now,
    })
  })

  test('that is sent fifty times concurrently succeeds once', async () => {
    const { call } = await sandboxFor()
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => call(`POST /appointments/${id}/cancel`)),
    )
    const outcomes = answers.map(({ status, body }) => (status === 200 ? 'cancelled' : body.error.code))
    expect(outcomes.filter((outcome) => outcome === 'cancelled')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'INVALID_STATE_TRANSITION')).toHaveLength(49)
  })
})
