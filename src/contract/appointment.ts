/**
 * The Appointment object of the REST API, and the bodies that create, update and cancel one. Titles in quotation marks
 * are sections of the API's reference.
 */

export const APPOINTMENT_STATUSES = [
  'pending_approval',
  'pending',
  'confirmed',
  'scheduled',
  'cancelled',
  'completed',
  'no_show',
] as const
export type AppointmentStatus = (typeof APPOINTMENT_STATUSES)[number]

/** The statuses in which a client may create an appointment, and from which it can cancel one. */
export const OPEN_STATUSES = ['pending_approval', 'confirmed', 'pending', 'scheduled'] as const
export type OpenStatus = (typeof OPEN_STATUSES)[number]

/** The complete object: 24 fields ("The Appointment object"). Instants are ISO 8601 strings. */
export interface Appointment {
  readonly id: string
  readonly patient_id: string | null
  readonly clinician_profile_id: string | null
  readonly title: string
  readonly description: string | null
  readonly start_time: string
  readonly end_time: string
  readonly status: AppointmentStatus
  readonly appointment_type_id: string | null
  readonly location_id: string | null
  readonly is_remote: boolean
  readonly remote_channel: string | null
  readonly video_link: string | null
  readonly video_provider: string | null
  readonly duration_minutes: number
  readonly attendee_email: string | null
  readonly attendee_name: string | null
  readonly meeting_url: string | null
  readonly attendance_status: string | null
  readonly cancellation_reason: string | null
  readonly booking_source: string | null
  readonly episode_id: string | null
  readonly created_at: string
  readonly updated_at: string
}

/** The seven fields of a list row ("List"). */
export const SUMMARY_FIELDS = [
  'id',
  'patient_id',
  'title',
  'start_time',
  'end_time',
  'status',
  'created_at',
] as const satisfies readonly (keyof Appointment)[]

/** The eight fields of the response to a create ("Create"). */
export const CREATED_FIELDS = [
  ...SUMMARY_FIELDS,
  'updated_at',
] as const satisfies readonly (keyof Appointment)[]

/** The three fields of the response to a cancel ("Cancel"). */
export const CANCELLED_FIELDS = [
  'id',
  'status',
  'cancellation_reason',
] as const satisfies readonly (keyof Appointment)[]

/** The body of `POST /appointments`. */
export interface CreateAppointmentBody {
  readonly title: string
  readonly start_time: string
  readonly end_time: string
  readonly patient_id?: string | null
  readonly clinician_profile_id?: string | null
  readonly appointment_type_id?: string | null
  readonly location_id?: string | null
  readonly status?: OpenStatus
  readonly is_remote?: boolean
  readonly attendee_name?: string | null
  readonly attendee_email?: string | null
  readonly episode_id?: string | null
}

/** The body of `PATCH /appointments/{id}`: any field that a client may set. The status is not one of them. */
export type UpdateAppointmentBody = Partial<
  Omit<
    Appointment,
    | 'id'
    | 'status'
    | 'duration_minutes'
    | 'cancellation_reason'
    | 'booking_source'
    | 'created_at'
    | 'updated_at'
  >
>

/** The body of `POST /appointments/{id}/cancel`. */
export interface CancelAppointmentBody {
  readonly cancellation_reason?: string
}
