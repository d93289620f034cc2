import type { AppointmentFields, PartialAppointment } from '../../contract/field-names.ts'
import type { AppointmentDiff } from '../../shared/epochs.ts'
import { type AppointmentRow, readableFields, readRow } from '../appointments/row.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { isOfAppointments, pathOf } from './epochs.ts'
import type { Reply, RestRequest } from './pipe.ts'

/** The change that a create requests. The appointment has no id yet. */
export function diffOfRequest({ creates }: RestRequest): AppointmentDiff | undefined {
  return creates && { id: '', now: { ...creates, id: '' }, before: null }
}

/** The change by an answered write. Undefined where the answer has no readable row, or the row is of another resource. */
export function diffOfReply(request: RestRequest, { data }: Reply): AppointmentDiff | undefined {
  const { creates, path } = request
  if (!isOfAppointments(request)) return undefined
  const row = readRow(data, invalidResponse)
  if (row instanceof UpstreamError) return undefined
  if (creates !== undefined) return { id: row.id, now: certainFieldsOf(creates, row), before: null }
  const item = pathOf(row.id)
  if (path !== item && !path.startsWith(`${item}/`)) return undefined
  return { id: row.id, now: readableFields(row), before: undefined }
}

/**
 * The fields that are certain after a write: those of the answer, as the upstream may have added values or rounded a time, and
 * the ids as they were sent, which it stores unchanged.
 */
export function certainFieldsOf(
  sent: Partial<AppointmentFields> = {},
  answer: AppointmentRow,
): PartialAppointment {
  const { patientId, clinicianId, appointmentTypeId, locationId } = sent
  const ids = Object.entries({ patientId, clinicianId, appointmentTypeId, locationId })
  return { ...Object.fromEntries(ids.filter(([, id]) => id != null)), ...readableFields(answer) }
}
