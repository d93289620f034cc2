import type { Appointment } from './appointment.ts'

/**
 * The webhook events of the REST API. Its public pages tell the types, the body, the header and the text that is signed;
 * they do not tell where the timestamp travels, or how the signature is written.
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

/** What `POST /webhooks/{id}/test` sends: it tells of no appointment. */
export const TEST_EVENT_TYPE = 'webhook.test'

/**
 * What the events of people and places begin with: the REST API's pages say that there are some, and not what they are
 * called. Each with the path of its list.
 */
export const ENTRY_EVENT_PATHS: ReadonlyMap<string, string> = new Map([
  ['clinician', '/clinician-profiles'],
  ['clinician_profile', '/clinician-profiles'],
  ['location', '/locations'],
  ['template', '/appointment-templates'],
  ['appointment_template', '/appointment-templates'],
  ['patient', '/patients'],
])

/** The fourteen fields that `data.object` of an event shows. */
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
