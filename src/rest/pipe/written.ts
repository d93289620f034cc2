import type { AppointmentFields, PartialAppointment } from '../../contract/field-names.ts'
import type { AppointmentDiff } from '../../shared/epochs.ts'
import { readableFields, readRow } from '../appointments/row.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { pathOf } from './epochs.ts'
import type { Reply, RestRequest } from './pipe.ts'

/** The upstream's clock may count whole seconds, and so may the times that it stores. */
const MARGIN_MS = 2000

/** What a create asks for: the appointment has no id yet. */
export function diffOfSent({ creates }: RestRequest): AppointmentDiff | undefined {
  return creates && { id: '', now: { ...creates, id: '' }, before: null }
}

/**
 * What an answered write has done to its appointment, as the upstream says: it may have put in more than it was sent, or have
 * rounded it. Undefined where the answer does not tell. `tookMs` is the time from its sending to its answer.
 */
export function diffOfWrite(request: RestRequest, reply: Reply, tookMs: number): AppointmentDiff | undefined {
  const row = readRow(reply.data, invalidResponse)
  if (row instanceof UpstreamError || !isOf(request, row.id)) return undefined
  const now = { ...idsIn(request.creates), ...readableFields(row) }
  const { dateMs } = reply.response
  const since = dateMs === undefined ? undefined : dateMs - tookMs
  return {
    id: row.id,
    now,
    before: request.creates === undefined ? undefined : null,
    since: request.creates !== undefined && !isNew(now, since) ? undefined : since,
  }
}

function isOf({ path, creates }: RestRequest, id: string): boolean {
  return creates !== undefined || path === pathOf(id) || path.startsWith(`${pathOf(id)}/`)
}

/** A repeated create is answered like the first one, however its appointment has changed since. */
function isNew({ createdAt }: PartialAppointment, since: number | undefined): boolean {
  return createdAt !== undefined && since !== undefined && Date.parse(createdAt) >= since - MARGIN_MS
}

/** The answer to a create may leave them out. An upstream stores an id as it is sent. */
function idsIn(sent: Partial<AppointmentFields> = {}): Partial<AppointmentFields> {
  const { patientId, clinicianId, appointmentTypeId, locationId } = sent
  const given = Object.entries({ patientId, clinicianId, appointmentTypeId, locationId })
  return Object.fromEntries(given.filter(([, id]) => id != null))
}
