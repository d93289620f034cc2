import { z } from '@hono/zod-openapi'
import { OPEN_STATUSES } from '../../contract/appointment.ts'
import { instant, nonEmptyText, reference, text } from './value.ts'

const notAnObject = { error: 'must be a JSON object' }
const flag = z.boolean('must be true or false')

/** The body of a create; unknown fields are ignored (reference: "Create"). */
export const createBody = z
  .object(
    {
      title: nonEmptyText,
      start_time: instant,
      end_time: instant,
      patient_id: reference.nullish(),
      clinician_profile_id: reference.nullish(),
      appointment_type_id: reference.nullish(),
      location_id: reference.nullish(),
      status: z.enum(OPEN_STATUSES, `must be one of ${OPEN_STATUSES.join(', ')}`).default('pending'),
      is_remote: flag.default(false),
      attendee_name: text.nullish(),
      attendee_email: text.nullish(),
      episode_id: reference.nullish(),
    },
    notAnObject,
  )
  .refine(({ start_time, end_time }) => end_time > start_time, {
    path: ['end_time'],
    message: 'must be after start_time',
  })
  .openapi('CreateAppointment')

/**
 * The body of an update (reference: "Update"). A field that only the server writes is an error, so that no client
 * believes it changed one; unknown fields are ignored.
 */
export const updateBody = z
  .object(
    {
      title: nonEmptyText.optional(),
      description: text.nullish(),
      start_time: instant.optional(),
      end_time: instant.optional(),
      patient_id: reference.nullish(),
      clinician_profile_id: reference.nullish(),
      appointment_type_id: reference.nullish(),
      location_id: reference.nullish(),
      is_remote: flag.optional(),
      remote_channel: text.nullish(),
      video_link: text.nullish(),
      video_provider: text.nullish(),
      meeting_url: text.nullish(),
      attendee_name: text.nullish(),
      attendee_email: text.nullish(),
      attendance_status: text.nullish(),
      episode_id: reference.nullish(),
      status: readOnly("can't be patched; a status changes through an action endpoint, like /cancel"),
      cancellation_reason: readOnly("can't be patched; it is given to /cancel"),
      id: readOnly("can't be patched"),
      duration_minutes: readOnly("can't be patched; it follows from the two times"),
      booking_source: readOnly("can't be patched"),
      created_at: readOnly("can't be patched"),
      updated_at: readOnly("can't be patched"),
    },
    notAnObject,
  )
  .openapi('UpdateAppointment')

/** The body of a cancel, which the client may leave out (reference: "Cancel"). */
export const cancelBody = z
  .object({ cancellation_reason: text.nullish() }, notAnObject)
  .openapi('CancelAppointment')

function readOnly(message: string) {
  return z
    .never({ error: message })
    .optional()
    .openapi({ type: 'string', readOnly: true, description: `It ${message}.` })
}
