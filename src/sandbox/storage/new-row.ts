import type { z } from '@hono/zod-openapi'
import type { createBody } from '../schema/body.ts'
import type { AppointmentRow } from './rows.ts'

export interface Origin {
  readonly id: string
  readonly organisation: string
  /** Milliseconds. */
  readonly now: number
}

/** The row that a create makes; what a create can't give is null. */
export function newRow(body: z.output<typeof createBody>, { id, organisation, now }: Origin): AppointmentRow {
  return {
    id,
    organisation,
    patient_id: body.patient_id ?? null,
    clinician_profile_id: body.clinician_profile_id ?? null,
    title: body.title,
    description: null,
    start_time: body.start_time,
    end_time: body.end_time,
    status: body.status,
    appointment_type_id: body.appointment_type_id ?? null,
    location_id: body.location_id ?? null,
    is_remote: body.is_remote ? 1 : 0,
    remote_channel: null,
    video_link: null,
    video_provider: null,
    attendee_email: body.attendee_email ?? null,
    attendee_name: body.attendee_name ?? null,
    meeting_url: null,
    attendance_status: null,
    cancellation_reason: null,
    booking_source: 'api',
    episode_id: body.episode_id ?? null,
    created_at: now,
    updated_at: now,
  }
}
