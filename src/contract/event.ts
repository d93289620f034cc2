import type { Appointment } from './appointment.ts'

/**
 * The webhook events of the REST API. Its public pages state the types, the body, the header and the signed text, but
 * neither where the timestamp is sent nor how the signature is encoded.
 */

export const APPOINTMENT_EVENT_TYPES = [
  'appointment.created',
  'appointment.updated',
  'appointment.rescheduled',
  'appointment.cancelled',
  'appointment.completed',
  'appointment.no_show',
] as const
export type AppointmentEventType = (typeof APPOINTMENT_EVENT_TYPES)[number]

/** The type of the event that `POST /webhooks/{id}/test` sends, which is not about an appointment. */
export const TEST_EVENT_TYPE = 'webhook.test'

/**
 * The assumed prefixes of the types of events of people and places, each with the path of its list: the REST API's pages
 * mention such events, but not their names.
 */
export const ENTRY_EVENT_PATHS: ReadonlyMap<string, string> = new Map([
  ['clinician', '/clinician-profiles'],
  ['clinician_profile', '/clinician-profiles'],
  ['location', '/locations'],
  ['template', '/appointment-templates'],
  ['appointment_template', '/appointment-templates'],
  ['patient', '/patients'],
])

/** The fourteen fields of `data.object` in an event. */
export const EVENT_FIELDS = [
  'id',
  'patient_id',
  'clinician_profile_id',
  'appointment_type_id',
  'title',
  'start_time',
  'end_time',
  'status',
  'location_id',
  'is_remote',
  'attendee_name',
  'attendee_email',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof Appointment)[]

/** The body of a delivery. `previous` is the appointment before the change; null for a new one. */
export interface WebhookEvent {
  readonly id: string
  readonly type: string
  readonly created_at: string
  readonly organization_id: string
  readonly data: { readonly object: unknown; readonly previous: unknown }
}

/** The headers of a delivery, in lower case. Only the first is documented. */
export const WEBHOOK_HEADERS = {
  signature: 'x-webhook-signature',
  timestamp: 'x-webhook-timestamp',
} as const
