import { z } from '@hono/zod-openapi'
import { APPOINTMENT_STATUSES, OPEN_STATUSES } from '../../contract/appointment.ts'
import { CANCELLED, CREATED, UPDATED } from './examples.ts'
import { flag, instant, nonEmptyText, notAnObject, readOnly, reference, text } from './value.ts'

/** The body of a create; unknown fields are ignored (reference: "Create"). */
export const createBody = z
  .object(
    {
      title: nonEmptyText.openapi({ example: CREATED.title }),
      start_time: instant.openapi({ example: CREATED.start_time }),
      end_time: instant.openapi({ example: CREATED.end_time }),
      patient_id: reference.nullish().openapi({ example: CREATED.patient_id }),
      clinician_profile_id: reference.nullish().openapi({ example: CREATED.clinician_profile_id }),
      appointment_type_id: reference.nullish().openapi({ example: CREATED.appointment_type_id }),
      location_id: reference.nullish().openapi({ example: CREATED.location_id }),
      status: z
        .enum(OPEN_STATUSES, `must be one of ${OPEN_STATUSES.join(', ')}`)
        .default('pending')
        .openapi({ example: CREATED.status }),
      is_remote: flag.default(false).openapi({ example: CREATED.is_remote }),
      attendee_name: text.nullish().openapi({ example: CREATED.attendee_name }),
      attendee_email: text.nullish().openapi({ example: CREATED.attendee_email }),
      episode_id: reference.nullish().openapi({ example: CREATED.episode_id }),
    },
    notAnObject,
  )
  .refine(({ start_time, end_time }) => end_time > start_time, {
    path: ['end_time'],
    message: 'must be after start_time',
  })
  .openapi('CreateAppointment')

/** The fields that an update may change. */
const changeable = {
  title: nonEmptyText.optional().openapi({ example: UPDATED.title }),
  description: text.nullish(),
  start_time: instant.optional().openapi({ example: UPDATED.start_time }),
  end_time: instant.optional().openapi({ example: UPDATED.end_time }),
  patient_id: reference.nullish().openapi({ example: UPDATED.patient_id }),
  clinician_profile_id: reference.nullish().openapi({ example: UPDATED.clinician_profile_id }),
  appointment_type_id: reference.nullish().openapi({ example: UPDATED.appointment_type_id }),
  location_id: reference.nullish().openapi({ example: UPDATED.location_id }),
  is_remote: flag.optional().openapi({ example: UPDATED.is_remote }),
  remote_channel: text.nullish(),
  video_link: text.nullish(),
  video_provider: text.nullish(),
  meeting_url: text.nullish(),
  attendee_name: text.nullish().openapi({ example: UPDATED.attendee_name }),
  attendee_email: text.nullish().openapi({ example: UPDATED.attendee_email }),
  attendance_status: text.nullish(),
  episode_id: reference.nullish(),
}

/** The body of an update (reference: "Update"); unknown fields are ignored. */
export const updateBody = z
  .object(
    {
      ...changeable,
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

/**
 * The body of a write of the clinic's own screens: any field, any status. Without an `id` it creates an appointment.
 * Refuses unknown fields, because a test with a misspelled field would prove nothing.
 */
export const elsewhereBody = z
  .strictObject(
    {
      id: reference.optional().openapi({ description: 'The appointment to change; without it, a new one.' }),
      organisation: nonEmptyText
        .optional()
        .openapi({ description: "The organisation of the appointment; without it, the first key's." }),
      ...changeable,
      status: z
        .enum(APPOINTMENT_STATUSES, `must be one of ${APPOINTMENT_STATUSES.join(', ')}`)
        .optional()
        .openapi({
          description: 'Any status, `completed` and `no_show` too; `pending` by default for a new one.',
        }),
      cancellation_reason: text.nullish(),
    },
    notAnObject,
  )
  .openapi('ElsewhereWrite')

/** The body of a cancel, which the client may leave out (reference: "Cancel"). */
export const cancelBody = z
  .object(
    { cancellation_reason: text.nullish().openapi({ example: CANCELLED.cancellation_reason }) },
    notAnObject,
  )
  .openapi('CancelAppointment')
