import type { AppointmentFields, PartialAppointment } from '../../contract/field-names.ts'
import type { AppointmentDiff } from '../../shared/epochs.ts'
import { type AppointmentRow, readableFields, readRow } from '../appointments/row.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { isOfAppointments, pathOf } from './epochs.ts'
import type { Reply, RestRequest } from './pipe.ts'

/** What a create asks for: the appointment has no id yet. */
export function diffOfSent({ creates }: RestRequest): AppointmentDiff | undefined {
  return creates && { id: '', now: { ...creates, id: '' }, before: null }
}

/** What a write has made of its appointment. Undefined where the answer does not tell, or it is of something else. */
export function diffOfWritten(request: RestRequest, { data }: Reply): AppointmentDiff | undefined {
  const { creates, path } = request
  if (!isOfAppointments(request)) return undefined
  const row = readRow(data, invalidResponse)
  if (row instanceof UpstreamError) return undefined
  if (creates !== undefined) return { id: row.id, now: certainAfter(creates, row), before: null }
  const item = pathOf(row.id)
  if (path !== item && !path.startsWith(`${item}/`)) return undefined
  return { id: row.id, now: readableFields(row), before: undefined }
}

/**
 * What is certain of an appointment once this was sent and answered: the upstream may have put in more, or have rounded a time.
 * It stores an id as it is sent.
 */
export function certainAfter(
  sent: Partial<AppointmentFields> = {},
  answer: AppointmentRow,
): PartialAppointment {
  const { patientId, clinicianId, appointmentTypeId, locationId } = sent
  const ids = Object.entries({ patientId, clinicianId, appointmentTypeId, locationId })
  return { ...Object.fromEntries(ids.filter(([, id]) => id != null)), ...readableFields(answer) }
}
