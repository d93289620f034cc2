import type { AppointmentFilter } from '../../contract/field-names.ts'
import { isNarrowed, NARROWABLE, type Narrowing } from '../access.ts'
import { derivedUuid } from '../derived-uuid.ts'
import {
  invalidResponse,
  missingScope,
  noPatientsForClinicians,
  notOwn,
  UpstreamError,
  withCallersKey,
} from '../errors.ts'
import { bypassingCache, type Operation } from '../pipe/pipe.ts'
import type { Appointments, FreeCheck } from './appointments.ts'
import { type AppointmentRow, fillIn, type ListedRow } from './row.ts'

/**
 * Keeps every caller to what it may do and see. All that the gateway knows of appointments passes through here, cached
 * and shared replies too.
 *
 * A narrowed caller's filter that names somebody else matches nothing, and costs nothing. What it creates is its own: a
 * write that names somebody else is refused.
 * Before it changes an appointment the gateway reads it, one request more; `pipe/own-rows.ts` refuses someone else's.
 */
export function guardAppointments(inner: Appointments): Appointments {
  async function requireOwnAppointment(id: string, by: Operation): Promise<void> {
    await inner.retrieve(id, bypassingCache(by))
  }

  return {
    ...inner,
    async list(filter, window, by) {
      requireRead(by)
      const own = narrow(filter, by.access.narrowing)
      if (own === undefined) return { rows: [], hasMore: false, staleSince: undefined }
      const page = await inner.list(own, window, by)
      if (!isNarrowed(by.access)) return page
      return { ...page, rows: page.rows.map((row) => requireOwnRow(row, by)) }
    },
    async retrieve(id, by) {
      requireRead(by)
      return inner.retrieve(id, by)
    },
    async create(fields, idempotencyKey, by, check) {
      requireWrite(by)
      if (check !== undefined) requireMayAsk(check, by)
      // A create that names nobody by null books for the caller, as one that leaves the name out.
      requireOwnNames((name) => fields[name] ?? undefined, by)
      const own = { ...fields, ...by.access.narrowing }
      if (!isNarrowed(by.access)) return inner.create(own, idempotencyKey, by, check)
      // The API keeps idempotency keys for each of its own keys, and all narrowed callers share one of those. Without a
      // derived key, two callers that happen to choose the same one would get the same appointment.
      const derivedKey = derivedUuid(`${by.view}\n${idempotencyKey}`)
      const row = await inner.create(own, derivedKey, by, check).catch((error: unknown) => {
        throw withCallersKey(error, idempotencyKey)
      })
      return hideIfOthers(row, by)
    },
    async update(id, changes, by) {
      requireWrite(by)
      requireOwnNames((name) => changes[name], by)
      if (isNarrowed(by.access)) await requireOwnAppointment(id, by)
      return hideIfOthers(await inner.update(id, changes, by), by)
    },
    async cancel(id, reason, by) {
      requireWrite(by)
      if (isNarrowed(by.access)) await requireOwnAppointment(id, by)
      const done = await inner.cancel(id, reason, by)
      return { ...done, row: hideIfOthers(done.row, by) }
    },
    hasCachedList(filter, window, by) {
      const own = narrow(filter, by.access.narrowing)
      return own === undefined || inner.hasCachedList(own, window, by)
    },
  }
}

/**
 * That a time is taken is a word about other people's appointments. Whoever books with a clinician or at a location is told;
 * but a caller that is kept to a clinician could ask it of any patient.
 */
function requireMayAsk({ owners }: FreeCheck, by: Operation): void {
  requireRead(by)
  if (owners.includes('patient') && by.access.narrowing.clinicianId !== undefined)
    throw noPatientsForClinicians()
}

/** Without a credential the pipe refuses the request, in better words. */
export function requireRead({ access, credential }: Operation): void {
  if (credential !== null && !access.mayRead) throw missingScope('appointments:read')
}

export function requireWrite({ access, credential }: Operation): void {
  if (credential !== null && !access.mayWrite) throw missingScope('appointments:write')
}

/** undefined where the filter names somebody else. */
export function narrow(filter: AppointmentFilter, narrowing: Narrowing): AppointmentFilter | undefined {
  return NARROWABLE.some((name) => differ(filter[name], narrowing[name]))
    ? undefined
    : { ...filter, ...narrowing }
}

/** Refused and not replaced: who names another patient means that patient. */
function requireOwnNames(nameIn: (name: keyof Narrowing) => unknown, { access }: Operation): void {
  for (const name of NARROWABLE)
    if (differ(nameIn(name), access.narrowing[name]))
      throw notOwn(name === 'patientId' ? 'patient' : 'clinician')
}

/** A row may leave out whose it is: then the filter proves it. A row that names somebody else must not be returned. */
function requireOwnRow(row: ListedRow, by: Operation): ListedRow {
  if (row instanceof UpstreamError) return row
  return isOthers(row, by)
    ? invalidResponse('The upstream listed an appointment that the filter excludes.')
    : fillIn(row, by.access.narrowing)
}

/** The write has happened, so its answer stands. But an appointment that now belongs to somebody else shows its id only. */
function hideIfOthers(row: AppointmentRow, by: Operation): AppointmentRow {
  return isOthers(row, by) ? { id: row.id } : row
}

function isOthers(row: AppointmentRow, { access }: Operation): boolean {
  return NARROWABLE.some((name) => differ(row[name], access.narrowing[name]))
}

/** A missing value does not differ. */
function differ(given: unknown, owner: string | undefined): boolean {
  return owner !== undefined && given !== undefined && given !== owner
}
