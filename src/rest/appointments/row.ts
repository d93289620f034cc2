import { APPOINTMENT_STATUSES } from '../../contract/appointment.ts'
import type { AppointmentFields, FIELD_NAMES, FieldName } from '../../contract/field-names.ts'
import { toUtc } from '../../contract/instant.ts'
import { REST_ID } from '../../contract/rest-id.ts'
import type { UpstreamError } from '../errors.ts'

/**
 * What one response says of one appointment, under the product's names.
 *
 * A field that the response leaves out is undefined, which is not null. A value that the schema can't hold is an error in
 * its place, so that it costs that field and not the row.
 */
export type AppointmentRow = { readonly id: string } & {
  readonly [Name in FieldName]?: AppointmentFields[Name] | UpstreamError | undefined
}

/** A row of a list, or the error in its place where it could not be read. */
export type ListedRow = AppointmentRow | UpstreamError

/** Makes the error for what could not be read. */
export type Fail = (message: string) => UpstreamError

/**
 * Returns an error where the value is no appointment at all: it has no id, so nothing can be asked of it again.
 *
 * Each field is written out: a table of readers gives the rows as many shapes as there are sets of missing fields.
 */
export function readRow(value: unknown, fail: Fail): ListedRow {
  if (typeof value !== 'object' || value === null || !isId((value as RestRow).id))
    return fail('The upstream listed something that is not an appointment.')
  const rest = value as RestRow

  function read<Name extends FieldName>(name: Name, reader: Reader, given: unknown): AppointmentRow[Name] {
    if (given === undefined || given === null) return given as AppointmentRow[Name]
    const taken = reader(given) as AppointmentRow[Name]
    if (taken !== undefined) return taken
    return fail(`The upstream's value of ${name} is not one that it can have.`) as AppointmentRow[Name]
  }
  return {
    id: rest.id as string,
    patientId: read('patientId', id, rest.patient_id),
    clinicianId: read('clinicianId', id, rest.clinician_profile_id),
    title: read('title', text, rest.title),
    description: read('description', text, rest.description),
    startTime: read('startTime', toUtc, rest.start_time),
    endTime: read('endTime', toUtc, rest.end_time),
    status: read('status', status, rest.status),
    appointmentTypeId: read('appointmentTypeId', id, rest.appointment_type_id),
    locationId: read('locationId', id, rest.location_id),
    isRemote: read('isRemote', boolean, rest.is_remote),
    remoteChannel: read('remoteChannel', text, rest.remote_channel),
    videoLink: read('videoLink', text, rest.video_link),
    videoProvider: read('videoProvider', text, rest.video_provider),
    durationMinutes: read('durationMinutes', int32, rest.duration_minutes),
    attendeeEmail: read('attendeeEmail', text, rest.attendee_email),
    attendeeName: read('attendeeName', text, rest.attendee_name),
    meetingUrl: read('meetingUrl', text, rest.meeting_url),
    attendanceStatus: read('attendanceStatus', text, rest.attendance_status),
    cancellationReason: read('cancellationReason', text, rest.cancellation_reason),
    bookingSource: read('bookingSource', text, rest.booking_source),
    episodeId: read('episodeId', id, rest.episode_id),
    createdAt: read('createdAt', toUtc, rest.created_at),
    updatedAt: read('updatedAt', toUtc, rest.updated_at),
  }
}

/** The row, with the fields that it leaves out taken from `known`. */
export function fillIn(row: AppointmentRow, known: Partial<AppointmentRow>): AppointmentRow {
  const missing = (Object.keys(known) as FieldName[]).filter(
    (name) => row[name] === undefined && known[name] !== undefined,
  )
  if (missing.length === 0) return row
  const filled: Record<string, unknown> = { ...row }
  for (const name of missing) filled[name] = known[name]
  return filled as AppointmentRow
}

type RestRow = Readonly<Record<(typeof FIELD_NAMES)[FieldName], unknown>>

/** Converts a value to the product's form; undefined for one that the field can't have. */
type Reader = (value: unknown) => unknown

const id: Reader = (value) => (isId(value) ? value : undefined)
const text: Reader = (value) => (typeof value === 'string' ? value : undefined)
const boolean: Reader = (value) => (typeof value === 'boolean' ? value : undefined)
const status: Reader = (value) => APPOINTMENT_STATUSES.find((known) => known === value)
const int32: Reader = (value) => (typeof value === 'number' && value === (value | 0) ? value : undefined)

function isId(value: unknown): value is string {
  return typeof value === 'string' && REST_ID.test(value)
}
