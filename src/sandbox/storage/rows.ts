import type { Appointment } from '../../contract/appointment.ts'
import { formatInstant } from '../instants.ts'

const INSTANTS = ['start_time', 'end_time', 'created_at', 'updated_at'] as const
type InstantField = (typeof INSTANTS)[number]

/** A row of the table: instants in milliseconds, booleans as 0 and 1, no duration because the times imply it. */
export type AppointmentRow = { readonly organisation: string } & {
  readonly [Field in Exclude<keyof Appointment, 'duration_minutes'>]: Field extends InstantField
    ? number
    : Appointment[Field] extends boolean
      ? 0 | 1
      : Appointment[Field]
}

/** The fields have the order of the example (reference: "The Appointment object"). */
export function toAppointment(row: AppointmentRow): Appointment {
  return {
    id: row.id,
    patient_id: row.patient_id,
    clinician_profile_id: row.clinician_profile_id,
    title: row.title,
    description: row.description,
    start_time: formatInstant(row.start_time),
    end_time: formatInstant(row.end_time),
    status: row.status,
    appointment_type_id: row.appointment_type_id,
    location_id: row.location_id,
    is_remote: row.is_remote === 1,
    remote_channel: row.remote_channel,
    video_link: row.video_link,
    video_provider: row.video_provider,
    duration_minutes: Math.round((row.end_time - row.start_time) / 60_000),
    attendee_email: row.attendee_email,
    attendee_name: row.attendee_name,
    meeting_url: row.meeting_url,
    attendance_status: row.attendance_status,
    cancellation_reason: row.cancellation_reason,
    booking_source: row.booking_source,
    episode_id: row.episode_id,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}

export interface RowOrigin {
  readonly id: string
  readonly organisation: string
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly bookingSource: string
}

type Given = Pick<AppointmentRow, 'title' | 'start_time' | 'end_time' | 'status'>
type Origin = 'id' | 'organisation' | 'booking_source' | 'created_at' | 'updated_at'
export type NewFields = Given & {
  readonly [Field in Exclude<keyof AppointmentRow, keyof Given | Origin>]?: AppointmentRow[Field] | undefined
}

/** The row of a new appointment. Absent fields are null or false. */
export function newRow(
  { id, organisation, now, bookingSource }: RowOrigin,
  fields: NewFields,
): AppointmentRow {
  return {
    id,
    organisation,
    patient_id: fields.patient_id ?? null,
    clinician_profile_id: fields.clinician_profile_id ?? null,
    title: fields.title,
    description: fields.description ?? null,
    start_time: fields.start_time,
    end_time: fields.end_time,
    status: fields.status,
    appointment_type_id: fields.appointment_type_id ?? null,
    location_id: fields.location_id ?? null,
    is_remote: fields.is_remote ?? 0,
    remote_channel: fields.remote_channel ?? null,
    video_link: fields.video_link ?? null,
    video_provider: fields.video_provider ?? null,
    attendee_email: fields.attendee_email ?? null,
    attendee_name: fields.attendee_name ?? null,
    meeting_url: fields.meeting_url ?? null,
    attendance_status: fields.attendance_status ?? null,
    cancellation_reason: fields.cancellation_reason ?? null,
    booking_source: bookingSource,
    episode_id: fields.episode_id ?? null,
    created_at: now,
    updated_at: now,
  }
}

export const COLUMNS = [
  'id',
  'organisation',
  'patient_id',
  'clinician_profile_id',
  'title',
  'description',
  'start_time',
  'end_time',
  'status',
  'appointment_type_id',
  'location_id',
  'is_remote',
  'remote_channel',
  'video_link',
  'video_provider',
  'attendee_email',
  'attendee_name',
  'meeting_url',
  'attendance_status',
  'cancellation_reason',
  'booking_source',
  'episode_id',
  'created_at',
  'updated_at',
] as const satisfies readonly (keyof AppointmentRow)[]
