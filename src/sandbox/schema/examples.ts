import type { Appointment } from '../../contract/appointment.ts'

/** The complete object of the reference ("The Appointment object"), for the OpenAPI document. */
export const APPOINTMENT = {
  id: 'apt_123e4567-e89b-12d3-a456-426614174000',
  patient_id: 'pat_456e7890-e89b-12d3-a456-426614174111',
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
  created_at: '2025-01-15T10:30:00Z',
  updated_at: '2025-01-15T10:30:00Z',
} as const satisfies Appointment

/** A new appointment: the response to a create with the examples of its body ("Create"). */
export const CREATED = {
  ...APPOINTMENT,
  id: 'apt_555e6666-e89b-12d3-a456-426614174555',
  title: 'Initial Consultation',
  start_time: '2025-01-25T10:00:00Z',
  end_time: '2025-01-25T10:30:00Z',
  status: 'pending',
  created_at: '2025-01-15T12:00:00Z',
  updated_at: '2025-01-15T12:00:00Z',
} as const satisfies Appointment

/** The appointment after an update ("Update"). */
export const UPDATED = {
  ...APPOINTMENT,
  attendee_email: 'sarah.updated@example.com',
  updated_at: '2025-01-15T13:00:00Z',
} as const satisfies Appointment

/** The appointment after a cancel ("Cancel"). */
export const CANCELLED = {
  ...APPOINTMENT,
  status: 'cancelled',
  cancellation_reason: 'Patient request',
  updated_at: '2025-01-15T13:00:00Z',
} as const satisfies Appointment

/** A webhook. The documentation names the routes and the secret; the other fields are the sandbox's own. */
export const WEBHOOK = {
  id: 'wh_777e8888-e89b-12d3-a456-426614174777',
  url: 'https://clinic.example/hooks/appointments',
  events: ['appointment.created', 'appointment.cancelled'] as (
    | 'appointment.created'
    | 'appointment.cancelled'
  )[],
  is_active: true,
  description: 'The waiting room screen',
  created_at: '2025-01-15T12:00:00Z',
  updated_at: '2025-01-15T12:00:00Z',
}

export const SECRET = 'whsec_Zm9yIHRoZSBkb2N1bWVudCBhbG9uZSwgbm90IGEgc2VjcmV0'
export const EVENT_ID = 'evt_888f9999-e89b-12d3-a456-426614174888'
export const REQUEST_ID = 'req_abc123'
export const KEY_ID = 'key_abc123'
