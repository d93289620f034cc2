import { z } from '@hono/zod-openapi'
import {
  APPOINTMENT_STATUSES,
  type Appointment,
  CANCELLED_FIELDS,
  CREATED_FIELDS,
  SUMMARY_FIELDS,
} from '../../contract/appointment.ts'

const instantText = z.string().openapi({ format: 'date-time', example: '2025-01-20T14:00:00Z' })
const optionalText = z.string().nullable()

/** The whole object of 24 fields (reference: "The Appointment object"). */
export const appointmentSchema = z
  .object({
    id: z.string().openapi({ example: 'apt_123e4567-e89b-12d3-a456-426614174000' }),
    patient_id: optionalText,
    clinician_profile_id: optionalText,
    title: z.string().openapi({ example: 'Follow-up Consultation' }),
    description: optionalText,
    start_time: instantText,
    end_time: instantText,
    status: z.enum(APPOINTMENT_STATUSES),
    appointment_type_id: optionalText,
    location_id: optionalText,
    is_remote: z.boolean(),
    remote_channel: optionalText,
    video_link: optionalText,
    video_provider: optionalText,
    duration_minutes: z.int().openapi({ description: 'Computed from the two times, rounded to a minute.' }),
    attendee_email: optionalText,
    attendee_name: optionalText,
    meeting_url: optionalText,
    attendance_status: optionalText,
    cancellation_reason: optionalText,
    booking_source: optionalText,
    episode_id: optionalText,
    created_at: instantText,
    updated_at: instantText,
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

function mask<Field extends string>(fields: readonly Field[]): Record<Field, true> {
  return Object.fromEntries(fields.map((field) => [field, true])) as Record<Field, true>
}
