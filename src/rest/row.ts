import { z } from 'zod'
import { APPOINTMENT_STATUSES } from '../contract/appointment.ts'
import { type AppointmentFields, FIELD_NAMES, type FieldName } from '../contract/field-names.ts'
import { toUtc } from '../contract/instant.ts'
import { REST_ID } from '../contract/rest-id.ts'
import { invalidResponse, type UpstreamError } from './errors.ts'

/**
 * What one answer said of one appointment, under the product's names.
 *
 * A field that the answer did not hold is absent, which is not null. A field whose value the schema can't hold is an
 * error in its place, so that it costs that field and not the row.
 */
export type AppointmentRow = { readonly id: string } & {
  readonly [Name in FieldName]?: AppointmentFields[Name] | UpstreamError
}

/** A row of a list: an error where it could not be read. */
export type ListedRow = AppointmentRow | UpstreamError

/** Returns an error where the value is no appointment at all: without an id, it is nobody's. */
export function readRow(value: unknown, requestId: string | undefined): ListedRow {
  const parsed = ROW.safeParse(value)
  const faulty = new Set(parsed.error?.issues.map((issue) => issue.path[0]))
  const source = (parsed.data ?? value) as Readonly<Record<string, unknown>> | null
  if (typeof source !== 'object' || source === null || faulty.has('id') || source.id === undefined)
    return invalidResponse('The upstream listed something that is not an appointment.', requestId)

  const row: Record<string, unknown> = {}
  for (const [name, restName] of NAMES) {
    if (faulty.has(restName))
      row[name] = invalidResponse(`The upstream's value of ${name} is not one that it can have.`, requestId)
    else if (source[restName] !== undefined) row[name] = source[restName]
  }
  return row as AppointmentRow
}

const NAMES = Object.entries(FIELD_NAMES)

const id = z.string().regex(REST_ID)
const text = z.string()
const instant = z.string().transform((value, context) => {
  const utc = toUtc(value)
  if (utc === undefined) context.addIssue('not an RFC 3339 instant')
  return utc ?? z.NEVER
})

const ROW = z
  .object({
    id,
    patient_id: id.nullable(),
    clinician_profile_id: id.nullable(),
    title: text.nullable(),
    description: text.nullable(),
    start_time: instant.nullable(),
    end_time: instant.nullable(),
    status: z.enum(APPOINTMENT_STATUSES).nullable(),
    appointment_type_id: id.nullable(),
    location_id: id.nullable(),
    is_remote: z.boolean().nullable(),
    remote_channel: text.nullable(),
    video_link: text.nullable(),
    video_provider: text.nullable(),
    duration_minutes: z.int32().nullable(),
    attendee_email: text.nullable(),
    attendee_name: text.nullable(),
    meeting_url: text.nullable(),
    attendance_status: text.nullable(),
    cancellation_reason: text.nullable(),
    booking_source: text.nullable(),
    episode_id: id.nullable(),
    created_at: instant.nullable(),
    updated_at: instant.nullable(),
  })
  .partial()
