import {
  type Appointment,
  type AppointmentStatus,
  CANCELLED_FIELDS,
  CREATED_FIELDS,
  SUMMARY_FIELDS,
} from './appointment.ts'
import { EVENT_FIELDS } from './event.ts'

/**
 * The product's name of each of the 24 fields, and the REST API's. The REST API has two names for `clinicianId`:
 * `clinician_profile_id` in the object and `clinician_id` in the filter of a list.
 */
export const FIELD_NAMES = {
  id: 'id',
  patientId: 'patient_id',
  clinicianId: 'clinician_profile_id',
  title: 'title',
  description: 'description',
  startTime: 'start_time',
  endTime: 'end_time',
  status: 'status',
  appointmentTypeId: 'appointment_type_id',
  locationId: 'location_id',
  isRemote: 'is_remote',
  remoteChannel: 'remote_channel',
  videoLink: 'video_link',
  videoProvider: 'video_provider',
  durationMinutes: 'duration_minutes',
  attendeeEmail: 'attendee_email',
  attendeeName: 'attendee_name',
  meetingUrl: 'meeting_url',
  attendanceStatus: 'attendance_status',
  cancellationReason: 'cancellation_reason',
  bookingSource: 'booking_source',
  episodeId: 'episode_id',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
} as const satisfies Record<string, keyof Appointment>

export type FieldName = keyof typeof FIELD_NAMES

/** The fields of a list row and of the responses to a create and a cancel, under the product's names. */
export const FIELDS_OF_SUMMARY = namesOf(SUMMARY_FIELDS)
export const FIELDS_OF_CREATED = namesOf(CREATED_FIELDS)
export const FIELDS_OF_CANCELLED = namesOf(CANCELLED_FIELDS)
/** The fields of a webhook event, under the product's names. */
export const FIELDS_OF_EVENT = namesOf(EVENT_FIELDS)

function namesOf(restNames: readonly (keyof Appointment)[]): readonly FieldName[] {
  const names = Object.keys(FIELD_NAMES) as FieldName[]
  return names.filter((name) => restNames.includes(FIELD_NAMES[name]))
}

/** An appointment under the product's names. */
export type AppointmentFields = { readonly [Name in FieldName]: Appointment[(typeof FIELD_NAMES)[Name]] }

/** The fields of an appointment from one source. An absent field is unknown, in contrast to null. */
export type PartialAppointment = { readonly id: string } & {
  readonly [Name in FieldName]?: AppointmentFields[Name] | undefined
}

/** The filter of a list under the product's names. Instants are RFC 3339 in UTC; both bounds are inclusive. */
export interface AppointmentFilter {
  readonly patientId?: string
  readonly clinicianId?: string
  readonly appointmentTypeId?: string
  readonly locationId?: string
  readonly statuses?: readonly AppointmentStatus[]
  readonly startsFrom?: string
  readonly startsTo?: string
}
