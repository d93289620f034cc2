import { z } from '@hono/zod-openapi'
import {
  APPOINTMENT_STATUSES,
  type Appointment,
  CANCELLED_FIELDS,
  CREATED_FIELDS,
  SUMMARY_FIELDS,
} from '../../contract/appointment.ts'
import { APPOINTMENT } from './examples.ts'

const instantText = z.string().openapi({ format: 'date-time' })
const optionalText = z.string().nullable()

/** The complete object of 24 fields (reference: "The Appointment object"). */
export const appointmentSchema = z
  .object({
    id: z.string().openapi({ example: APPOINTMENT.id }),
    patient_id: optionalText.openapi({ example: APPOINTMENT.patient_id }),
    clinician_profile_id: optionalText.openapi({ example: APPOINTMENT.clinician_profile_id }),
    title: z.string().openapi({ example: APPOINTMENT.title }),
    description: optionalText,
    start_time: instantText.openapi({ example: APPOINTMENT.start_time }),
    end_time: instantText.openapi({ example: APPOINTMENT.end_time }),
    status: z.enum(APPOINTMENT_STATUSES).openapi({ example: APPOINTMENT.status }),
    appointment_type_id: optionalText.openapi({ example: APPOINTMENT.appointment_type_id }),
    location_id: optionalText.openapi({ example: APPOINTMENT.location_id }),
    is_remote: z.boolean().openapi({ example: APPOINTMENT.is_remote }),
    remote_channel: optionalText,
    video_link: optionalText,
    video_provider: optionalText,
    duration_minutes: z.int().openapi({
      description: 'Computed from the two times, rounded to a minute.',
      example: APPOINTMENT.duration_minutes,
    }),
    attendee_email: optionalText.openapi({ example: APPOINTMENT.attendee_email }),
    attendee_name: optionalText.openapi({ example: APPOINTMENT.attendee_name }),
    meeting_url: optionalText,
    attendance_status: optionalText,
    cancellation_reason: optionalText,
    booking_source: optionalText.openapi({ example: APPOINTMENT.booking_source }),
    episode_id: optionalText,
    created_at: instantText.openapi({ example: APPOINTMENT.created_at }),
    updated_at: instantText.openapi({ example: APPOINTMENT.updated_at }),
  })
  .openapi('Appointment') satisfies z.ZodType<Appointment>

/** A row of the list: seven fields (reference: "List"). */
export const summarySchema = appointmentSchema.pick(mask(SUMMARY_FIELDS)).openapi('AppointmentSummary')

/** The response to a create: eight fields (reference: "Create"). */
export const createdSchema = appointmentSchema.pick(mask(CREATED_FIELDS)).openapi('CreatedAppointment')

/** The response to a cancel: three fields (reference: "Cancel"). */
export const cancelledSchema = appointmentSchema.pick(mask(CANCELLED_FIELDS)).openapi('CancelledAppointment')

/** Copies the named fields in the order of `fields`, which is the order of the JSON. */
export function pick<Field extends keyof Appointment>(
  appointment: Appointment,
  fields: readonly Field[],
): Pick<Appointment, Field> {
  // The cast restores the keys, which the type of `fromEntries` does not keep.
  return Object.fromEntries(fields.map((field) => [field, appointment[field]])) as Pick<Appointment, Field>
}

/** The fields as the argument of a schema's `pick`. */
export function mask<Field extends string>(fields: readonly Field[]): Record<Field, true> {
  return Object.fromEntries(fields.map((field) => [field, true])) as Record<Field, true>
}
