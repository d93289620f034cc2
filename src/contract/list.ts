import type { AppointmentStatus } from './appointment.ts'

/** Records per page of `GET /appointments` ("List", parameter `limit`). */
export const PAGE_LIMIT = { default: 20, max: 100 } as const

/** The filters of `GET /appointments`. `clinician_id` acts on the field `clinician_profile_id`. */
export interface AppointmentFilters {
  readonly patient_id?: string
  readonly clinician_id?: string
  readonly status?: AppointmentStatus
  /** Several statuses, comma-separated. */
  readonly status_in?: string
  /** Start time on or after: a date or an ISO 8601 instant, inclusive. */
  readonly date_gte?: string
  /** Start time on or before, inclusive. */
  readonly date_lte?: string
  readonly appointment_type_id?: string
  readonly location_id?: string
}
