import { randomUUID } from 'node:crypto'
import { type Appointment, CREATED_FIELDS } from '../../contract/appointment.ts'
import {
  APPOINTMENT_EVENT_TYPES,
  type AppointmentEventType,
  EVENT_FIELDS,
  TEST_EVENT_TYPE,
  type WebhookEvent,
} from '../../contract/event.ts'
import type { Directory, EntryChange } from '../directory/directory.ts'
import type { WebhookKnobs } from '../options.ts'
import { pick } from '../schema/appointment.ts'
import type { AppointmentChange } from '../storage/appointments.ts'

/** The type of the event for a change. A final status takes precedence over new times. */
function eventType({ before, after }: Omit<AppointmentChange, 'organisation'>): AppointmentEventType {
  if (before === null) return 'appointment.created'
  if (before.status !== after.status && isFinal(after.status)) return `appointment.${after.status}`
  const isMoved = before.start_time !== after.start_time || before.end_time !== after.end_time
  return isMoved ? 'appointment.rescheduled' : 'appointment.updated'
}

const FINAL = ['cancelled', 'completed', 'no_show'] as const

function isFinal(status: Appointment['status']): status is (typeof FINAL)[number] {
  return FINAL.some((final) => final === status)
}

export function appointmentEvent(
  { organisation, before, after }: AppointmentChange,
  shape: WebhookKnobs['webhookObject'],
  now: Date,
): WebhookEvent {
  const toEventObject = SHAPES[shape]
  const data = { object: toEventObject(after), previous: before && toEventObject(before) }
  return newEvent(eventType({ before, after }), organisation, now, data)
}

const SHAPES = {
  fourteen: (appointment: Appointment) => pick(appointment, EVENT_FIELDS),
  eight: (appointment: Appointment) => pick(appointment, CREATED_FIELDS),
  full: (appointment: Appointment) => appointment,
} as const satisfies Record<WebhookKnobs['webhookObject'], unknown>

/** The subjects of the events of people and places. The vendor's pages mention such events, but not their names. */
const SUBJECTS = {
  clinicians: 'clinician_profile',
  locations: 'location',
  templates: 'appointment_template',
  patients: 'patient',
} as const satisfies Record<keyof Directory, string>

type EntryEventType = `${(typeof SUBJECTS)[keyof Directory]}.${'created' | 'updated'}`

export function entryEventTypes(table: keyof Directory) {
  const subject = SUBJECTS[table]
  return [`${subject}.created`, `${subject}.updated`] as const satisfies readonly EntryEventType[]
}

/** Every type of event for a change. */
export const EVENT_TYPES: readonly (AppointmentEventType | EntryEventType)[] = [
  ...APPOINTMENT_EVENT_TYPES,
  ...(Object.keys(SUBJECTS) as (keyof Directory)[]).flatMap(entryEventTypes),
]
export type EventType = (typeof EVENT_TYPES)[number]

/** `object` and `previous` are the complete person or place. */
export function entryEvent({ organisation, table, before, after }: EntryChange, now: Date): WebhookEvent {
  const [created, updated] = entryEventTypes(table)
  return newEvent(before ? updated : created, organisation, now, { object: after, previous: before })
}

/** The event that `POST /webhooks/{id}/test` sends. */
export function testEvent(webhookId: string, organisation: string, now: Date): WebhookEvent {
  return newEvent(TEST_EVENT_TYPE, organisation, now, { object: { webhook_id: webhookId }, previous: null })
}

function newEvent(type: string, organisation: string, now: Date, data: WebhookEvent['data']): WebhookEvent {
  return {
    id: `evt_${randomUUID()}`,
    type,
    created_at: now.toISOString(),
    organization_id: organisation,
    data,
  }
}
