import type {
  AppointmentFields,
  FIELD_NAMES,
  FieldName,
  PartialAppointment,
} from '../../contract/field-names.ts'
import { FIELD_READERS, readId } from '../../contract/field-values.ts'
import { UpstreamError } from '../errors.ts'

/**
 * One appointment as one response has it, under the product's names.
 *
 * A field that the response leaves out is undefined, which is not null. In place of a value that the schema can't represent
 * there is an error, so that only this field fails and not the row.
 */
export type AppointmentRow = { readonly id: string } & {
  readonly [Name in FieldName]?: AppointmentFields[Name] | UpstreamError | undefined
}

/** A row of a list, or an error where the row could not be read. */
export type ListedRow = AppointmentRow | UpstreamError

/** Creates the error for a row or value that could not be read. */
export type Fail = (message: string) => UpstreamError

/**
 * Returns an error where the value has no id, and so is no appointment.
 *
 * Each field is written out, for speed: a loop over a table of readers would give the rows as many hidden classes as there are
 * sets of missing fields.
 */
export function readRow(value: unknown, fail: Fail): ListedRow {
  if (typeof value !== 'object' || value === null || readId((value as RestRow).id) === undefined)
    return fail('The upstream listed something that is not an appointment.')
  const rest = value as RestRow

  function read<Name extends FieldName>(name: Name, raw: unknown): AppointmentRow[Name] {
    if (raw === undefined || raw === null) return raw as AppointmentRow[Name]
    const value = FIELD_READERS[name](raw) as AppointmentRow[Name]
    if (value !== undefined) return value
    return fail(`The upstream's value of ${name} is not one that it can have.`) as AppointmentRow[Name]
  }
  return {
    id: rest.id as string,
    patientId: read('patientId', rest.patient_id),
    clinicianId: read('clinicianId', rest.clinician_profile_id),
    title: read('title', rest.title),
    description: read('description', rest.description),
    startTime: read('startTime', rest.start_time),
    endTime: read('endTime', rest.end_time),
    status: read('status', rest.status),
    appointmentTypeId: read('appointmentTypeId', rest.appointment_type_id),
    locationId: read('locationId', rest.location_id),
    isRemote: read('isRemote', rest.is_remote),
    remoteChannel: read('remoteChannel', rest.remote_channel),
    videoLink: read('videoLink', rest.video_link),
    videoProvider: read('videoProvider', rest.video_provider),
    durationMinutes: read('durationMinutes', rest.duration_minutes),
    attendeeEmail: read('attendeeEmail', rest.attendee_email),
    attendeeName: read('attendeeName', rest.attendee_name),
    meetingUrl: read('meetingUrl', rest.meeting_url),
    attendanceStatus: read('attendanceStatus', rest.attendance_status),
    cancellationReason: read('cancellationReason', rest.cancellation_reason),
    bookingSource: read('bookingSource', rest.booking_source),
    episodeId: read('episodeId', rest.episode_id),
    createdAt: read('createdAt', rest.created_at),
    updatedAt: read('updatedAt', rest.updated_at),
  }
}

/** The row, with its missing fields taken from `known`. */
export function fillIn(row: AppointmentRow, known: Partial<AppointmentRow>): AppointmentRow {
  const missing = (Object.keys(known) as FieldName[]).filter(
    (name) => row[name] === undefined && known[name] !== undefined,
  )
  if (missing.length === 0) return row
  const filled: Record<string, unknown> = { ...row }
  for (const name of missing) filled[name] = known[name]
  return filled as AppointmentRow
}

/** The fields of the row that the response has and that could be read. */
export function readableFields(row: AppointmentRow): PartialAppointment {
  const entries = Object.entries(row).filter(
    ([, value]) => value !== undefined && !(value instanceof UpstreamError),
  )
  return { ...(Object.fromEntries(entries) as Partial<PartialAppointment>), id: row.id }
}

type RestRow = Readonly<Record<(typeof FIELD_NAMES)[FieldName], unknown>>
