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
 * Enforces the caller's access to appointments. Every appointment that the gateway returns passes through here, also from
 * cached and shared replies.
 *
 * Where the filter of a narrowed caller names another patient or clinician, it matches nothing, and costs nothing. A write of a
 * narrowed caller that names another one is refused. Before a narrowed caller changes an appointment the gateway reads it, at
 * the cost of one request; `pipe/own-rows.ts` refuses an appointment that is someone else's.
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
      if (check !== undefined) requireMayCheck(check, operation)
      // A create with null as its patient or clinician books for the caller, like a create that leaves the field out.
      requireOwnNames((name) => fields[name] ?? undefined, operation)
      const own = { ...fields, ...operation.access.narrowing }
      if (!isNarrowed(operation.access)) return inner.create(own, idempotencyKey, operation, check)
      // The API keeps idempotency keys per API key, and all narrowed callers share one API key. Without a derived key, two
      // callers that happen to choose the same idempotency key would get the same appointment.
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
 * That a time is taken reveals that someone has an appointment. A caller may learn it of the clinician and location that it
 * books; but a caller that is narrowed to a clinician could learn it of any patient.
 */
function requireMayCheck({ owners }: FreeCheck, operation: Operation): void {
  requireRead(operation)
  if (owners.includes('patient') && operation.access.narrowing.clinicianId !== undefined)
    throw noPatientsForClinicians()
}

/** Without a credential the pipe refuses the request, with a better message. */
export function requireRead({ access, credential }: Operation): void {
  if (credential !== null && !access.mayRead) throw missingScope('appointments:read')
}

export function requireWrite({ access, credential }: Operation): void {
  if (credential !== null && !access.mayWrite) throw missingScope('appointments:write')
}

/** Undefined where the filter names another patient or clinician than the caller's own. */
export function narrow(filter: AppointmentFilter, narrowing: Narrowing): AppointmentFilter | undefined {
  return NARROWABLE.some((name) => differ(filter[name], narrowing[name]))
    ? undefined
    : { ...filter, ...narrowing }
}

/** Refuses and does not replace: a client that names another patient means that patient. */
function requireOwnNames(nameIn: (name: keyof Narrowing) => unknown, { access }: Operation): void {
  for (const name of NARROWABLE)
    if (differ(nameIn(name), access.narrowing[name]))
      throw notOwn(name === 'patientId' ? 'patient' : 'clinician')
}

/** A row may leave out its patient or clinician: then the filter proves it. A row of someone else must not be returned. */
function requireOwnRow(row: ListedRow, operation: Operation): ListedRow {
  if (row instanceof UpstreamError) return row
  return isOthers(row, operation)
    ? invalidResponse('The upstream listed an appointment that the filter excludes.')
    : fillIn(row, operation.access.narrowing)
}

/** The write has happened, so it succeeds. Of an appointment that is now someone else's the caller gets the id only. */
function hideIfOthers(row: AppointmentRow, operation: Operation): AppointmentRow {
  return isOthers(row, operation) ? { id: row.id } : row
}

function isOthers(row: AppointmentRow, { access }: Operation): boolean {
  return NARROWABLE.some((name) => differ(row[name], access.narrowing[name]))
}

/** A missing value does not differ. */
function differ(id: unknown, ownId: string | undefined): boolean {
  return ownId !== undefined && id !== undefined && id !== ownId
}
