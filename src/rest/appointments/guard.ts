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
  async function requireOwnAppointment(id: string, operation: Operation): Promise<void> {
    await inner.retrieve(id, bypassingCache(operation))
  }

  return {
    ...inner,
    async list(filter, window, operation) {
      requireRead(operation)
      const own = narrow(filter, operation.access.narrowing)
      if (own === undefined) return { rows: [], hasMore: false, staleSince: undefined }
      const page = await inner.list(own, window, operation)
      if (!isNarrowed(operation.access)) return page
      return { ...page, rows: page.rows.map((row) => requireOwnRow(row, operation)) }
    },
    async retrieve(id, operation) {
      requireRead(operation)
      return inner.retrieve(id, operation)
    },
    async create(fields, idempotencyKey, operation, check) {
      requireWrite(operation)
      if (check !== undefined) requireMayAsk(check, operation)
      // A create that names nobody by null books for the caller, as one that leaves the name out.
      requireOwnNames((name) => fields[name] ?? undefined, operation)
      const own = { ...fields, ...operation.access.narrowing }
      if (!isNarrowed(operation.access)) return inner.create(own, idempotencyKey, operation, check)
      // The API keeps idempotency keys for each of its own keys, and all narrowed callers share one of those. Without a
      // derived key, two callers that happen to choose the same one would get the same appointment.
      const derivedKey = derivedUuid(`${operation.view}\n${idempotencyKey}`)
      const row = await inner.create(own, derivedKey, operation, check).catch((error: unknown) => {
        throw withCallersKey(error, idempotencyKey)
      })
      return hideIfOthers(row, operation)
    },
    async update(id, changes, operation) {
      requireWrite(operation)
      requireOwnNames((name) => changes[name], operation)
      if (isNarrowed(operation.access)) await requireOwnAppointment(id, operation)
      return hideIfOthers(await inner.update(id, changes, operation), operation)
    },
    async cancel(id, reason, operation) {
      requireWrite(operation)
      if (isNarrowed(operation.access)) await requireOwnAppointment(id, operation)
      const done = await inner.cancel(id, reason, operation)
      return { ...done, row: hideIfOthers(done.row, operation) }
    },
    hasCachedList(filter, window, operation) {
      const own = narrow(filter, operation.access.narrowing)
      return own === undefined || inner.hasCachedList(own, window, operation)
    },
  }
}

/**
 * That a time is taken is a word about other people's appointments. Whoever books with a clinician or at a location is told;
 * but a caller that is kept to a clinician could ask it of any patient.
 */
function requireMayAsk({ owners }: FreeCheck, operation: Operation): void {
  requireRead(operation)
  if (owners.includes('patient') && operation.access.narrowing.clinicianId !== undefined)
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
function requireOwnRow(row: ListedRow, operation: Operation): ListedRow {
  if (row instanceof UpstreamError) return row
  return isOthers(row, operation)
    ? invalidResponse('The upstream listed an appointment that the filter excludes.')
    : fillIn(row, operation.access.narrowing)
}

/** The write has happened, so its answer stands. But an appointment that now belongs to somebody else shows its id only. */
function hideIfOthers(row: AppointmentRow, operation: Operation): AppointmentRow {
  return isOthers(row, operation) ? { id: row.id } : row
}

function isOthers(row: AppointmentRow, { access }: Operation): boolean {
  return NARROWABLE.some((name) => differ(row[name], access.narrowing[name]))
}

/** A missing value does not differ. */
function differ(given: unknown, owner: string | undefined): boolean {
  return owner !== undefined && given !== undefined && given !== owner
}
