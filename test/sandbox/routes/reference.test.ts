import { expect, test } from 'vitest'
import { sandboxFor, VISIT } from '../client.ts'

const REQUEST_ID = expect.stringMatching(/^req_[0-9a-f]{24}$/)
const ID = expect.stringMatching(/^apt_[0-9a-f-]{36}$/)
const NOW = '2025-01-15T12:00:00Z'
const clock = () => new Date(NOW)
const PATIENT = 'pat_456e7890-e89b-12d3-a456-426614174111'

test('A create answers 201 with the eight fields of the example, in order', async () => {
  const { call } = await sandboxFor({ clock })
  const { status, body } = await call('POST /appointments', { body: { ...VISIT, patient_id: PATIENT } })
  expect(status).toBe(201)
  expect(body).toEqual({
    data: {
      id: ID,
      patient_id: PATIENT,
      title: 'Initial Consultation',
      start_time: '2025-01-25T10:00:00Z',
      end_time: '2025-01-25T10:30:00Z',
      status: 'pending',
      created_at: NOW,
      updated_at: NOW,
    },
    meta: { request_id: REQUEST_ID },
  })
  expect(Object.keys(body.data).join()).toBe(
    'id,patient_id,title,start_time,end_time,status,created_at,updated_at',
  )
})

test('A retrieve answers the twenty-four fields of the object, in order', async () => {
  const { call } = await sandboxFor({ clock })
  const created = await call('POST /appointments', {
    body: {
      title: 'Follow-up Consultation',
      start_time: '2025-01-20T14:00:00Z',
      end_time: '2025-01-20T14:30:00Z',
      status: 'confirmed',
      patient_id: PATIENT,
      clinician_profile_id: 'cli_789a0123-e89b-12d3-a456-426614174222',
      appointment_type_id: 'type_012b3456-e89b-12d3-a456-426614174333',
      location_id: 'loc_345c6789-e89b-12d3-a456-426614174444',
      attendee_email: 'sarah@example.com',
      attendee_name: 'Sarah Johnson',
    },
  })
  const { status, body } = await call(`GET /appointments/${created.body.data.id}`)
  expect(status).toBe(200)
  const expected = {
    data: {
      id: created.body.data.id,
      patient_id: PATIENT,
      clinician_profile_id: 'cli_789a0123-e89b-12d3-a456-426614174222',
      title: 'Follow-up Consultation',
      description: null,
      start_time: '2025-01-20T14:00:00Z',
      end_time: '2025-01-20T14:30:00Z',
      status: 'confirmed',
      appointment_type_id: 'type_012b3456-e89b-12d3-a456-426614174333',
      location_id: 'loc_345c6789-e89b-12d3-a456-426614174444',
      is_remote: false,
      remote_channel: null,
      video_link: null,
      video_provider: null,
      duration_minutes: 30,
      attendee_email: 'sarah@example.com',
      attendee_name: 'Sarah Johnson',
      meeting_url: null,
      attendance_status: null,
      cancellation_reason: null,
      booking_source: 'api',
      episode_id: null,
      created_at: NOW,
      updated_at: NOW,
    },
    meta: { request_id: body.meta.request_id },
  }
  expect(JSON.stringify(body)).toBe(JSON.stringify(expected))
})

test('A list answers rows of seven fields, in order, and a meta without a total', async () => {
  const { call } = await sandboxFor({ clock })
  const { body: created } = await call('POST /appointments', { body: { ...VISIT, status: 'confirmed' } })
  const { status, body } = await call('GET /appointments?date_gte=2025-01-20&status=confirmed&limit=10')
  expect(status).toBe(200)
  const { id, patient_id, title, start_time, end_time, status: state, created_at } = created.data
  const expected = {
    data: [{ id, patient_id, title, start_time, end_time, status: state, created_at }],
    meta: { limit: 10, next_offset: null, has_more: false, request_id: body.meta.request_id },
  }
  expect(JSON.stringify(body)).toBe(JSON.stringify(expected))
})

test('An update answers the complete object with its changes', async () => {
  const { call } = await sandboxFor({ clock })
  const { id } = (await call('POST /appointments', { body: VISIT })).body.data
  const { status, body } = await call(`PATCH /appointments/${id}`, {
    body: { title: 'Follow-up Consultation', attendee_email: 'sarah.updated@example.com' },
  })
  expect(status).toBe(200)
  expect(body.data).toMatchObject({
    id,
    title: 'Follow-up Consultation',
    attendee_email: 'sarah.updated@example.com',
    status: 'pending',
    start_time: VISIT.start_time,
  })
  expect((await call(`GET /appointments/${id}`)).body.data).toEqual(body.data)
})

test('A cancel answers the three fields of the example and the meta of an action', async () => {
  const { call } = await sandboxFor({ clock })
  const { id } = (await call('POST /appointments', { body: VISIT })).body.data
  const { status, body } = await call(`POST /appointments/${id}/cancel`, {
    body: { cancellation_reason: 'Patient request' },
  })
  expect(status).toBe(200)
  const expected = {
    data: { id, status: 'cancelled', cancellation_reason: 'Patient request' },
    meta: {
      request_id: body.meta.request_id,
      action: 'cancelled',
      performed_at: NOW,
      performed_by: body.meta.performed_by,
    },
  }
  expect(JSON.stringify(body)).toBe(JSON.stringify(expected))
  expect(body.meta.performed_by).toMatch(/^key_[0-9a-f]{12}$/)
})

test('A cancel of a completed appointment answers the error of the example', async () => {
  const { call } = await sandboxFor({ seed: 100, clock })
  const { body: page } = await call('GET /appointments?status=completed&limit=1')
  const { status, body } = await call(`POST /appointments/${page.data[0].id}/cancel`)
  expect(status).toBe(409)
  const expected = {
    data: null,
    meta: { request_id: body.meta.request_id },
    error: {
      code: 'INVALID_STATE_TRANSITION',
      message: 'Cannot cancel appointment with status "completed"',
      details: { current_status: 'completed', attempted_action: 'cancel' },
    },
  }
  expect(JSON.stringify(body)).toBe(JSON.stringify(expected))
})
