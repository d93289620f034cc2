import { z } from '@hono/zod-openapi'
import { OPEN_STATUSES } from '../../contract/appointment.ts'
import { filledText, instant, reference, text } from './value.ts'

const wholeBody = { error: 'must be a JSON object' }
const flag = z.boolean('must be true or false')

/** "Create". Fields that are not in its tables are ignored. */
export const createBody = z
  .object(
    {
      title: filledText,
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
    wholeBody,
  )
  .refine(({ start_time, end_time }) => end_time > start_time, {
    path: ['end_time'],
    message: 'must be after start_time',
  })
  .openapi('CreateAppointment')

/** "Update". What the server keeps by itself is refused by name; fields that no appointment has are ignored. */
export const updateBody = z
  .object(
    {
      title: filledText.optional(),
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
      status: never("can't be patched; a status changes through an action endpoint, like /cancel"),
      cancellation_reason: never("can't be patched; it is given to /cancel"),
      id: never("can't be patched"),
      duration_minutes: never("can't be patched; it follows from the two times"),
      booking_source: never("can't be patched"),
      created_at: never("can't be patched"),
      updated_at: never("can't be patched"),
    },
    wholeBody,
  )
  .openapi('UpdateAppointment')

/** "Cancel": the body may be missing altogether. */
export const cancelBody = z
  .object({ cancellation_reason: text.nullish() }, wholeBody)
  .openapi('CancelAppointment')

function never(message: string) {
  return z
    .never({ error: message })
    .optional()
    .openapi({ type: 'string', readOnly: true, description: `It ${message}.` })
}
