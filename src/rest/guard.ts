import type { AppointmentFilter } from '../contract/field-names.ts'
import { isNarrowed, type Narrowing } from './access.ts'
import type { AppointmentPage, Appointments } from './appointments.ts'
import { derivedUuid } from './derived-uuid.ts'
import { invalidResponse, UpstreamError } from './errors.ts'
import type { Operation } from './pipe.ts'
import type { AppointmentRow } from './row.ts'

/**
 * Keeps every caller to what it may do and see, in front of whatever is remembered or shared: all that the gateway
 * knows of appointments comes through here.
 *
 * For a narrowed caller the appointments of others do not exist. A filter that names somebody else matches nothing,
 * and nothing is asked for it; an update or a cancel reads first whose the appointment is, one request more.
 */
export function guardAppointments(inner: Appointments): Appointments {
  async function retrieve(id: string, by: Operation): Promise<AppointmentRow> {
    if (!isNarrowed(by.access)) return inner.retrieve(id, by)
    const row = await inner.retrieve(id, by).catch(unifyAbsence)
    if (!isOwn(row, by)) throw absent()
    return row
  }

  async function requireOwn(id: string, by: Operation): Promise<void> {
    if (isNarrowed(by.access)) await retrieve(id, by)
  }

  return {
    async list(filter, window, by) {
      requireRead(by)
      const own = narrow(filter, by.access.narrowing)
      if (own === undefined) return NOTHING
      const page = await inner.list(own, window, by)
      return isNarrowed(by.access) ? { ...page, rows: page.rows.map((row) => checkListed(row, by)) } : page
    },
    async retrieve(id, by) {
      requireRead(by)
      return retrieve(id, by)
    },
    async create(fields, idempotencyKey, by) {
      requireWrite(by)
      // The API keeps these keys for each of its own keys, and all narrowed callers share one of those: left as it is,
      // a key that two callers happen to choose would answer one with the other's appointment.
      const key = isNarrowed(by.access) ? derivedUuid(`${by.view}\n${idempotencyKey}`) : idempotencyKey
      return shown(await inner.create({ ...fields, ...by.access.narrowing }, key, by), by)
    },
    async update(id, changes, by) {
      requireWrite(by)
      await requireOwn(id, by)
      return shown(await inner.update(id, force(changes, by.access.narrowing), by), by)
    },
    async cancel(id, reason, by) {
      requireWrite(by)
      await requireOwn(id, by)
      const done = await inner.cancel(id, reason, by)
      return { ...done, row: shown(done.row, by) }
    },
  }
}

const NOTHING: AppointmentPage = { rows: [], hasMore: false }
const NAMES = ['patientId', 'clinicianId'] as const

function requireRead({ access, credential }: Operation): void {
  // Without a credential the pipe has the better words for it.
  if (credential !== null && !access.mayRead) throw forbidden('appointments:read')
}

function requireWrite({ access, credential }: Operation): void {
  if (credential !== null && !access.mayWrite) throw forbidden('appointments:write')
}

function forbidden(scope: string): UpstreamError {
  return new UpstreamError('FORBIDDEN', `The token lacks the scope ${scope}.`)
}

/** undefined where the filter names somebody else. */
function narrow(filter: AppointmentFilter, narrowing: Narrowing): AppointmentFilter | undefined {
  const isOther = NAMES.some(
    (name) => narrowing[name] !== undefined && filter[name] !== undefined && filter[name] !== narrowing[name],
  )
  return isOther ? undefined : { ...filter, ...narrowing }
}

/** An update that names a patient or clinician names the caller's own; one that names none leaves them be. */
function force<Changes extends object>(changes: Changes, narrowing: Narrowing): Changes {
  const named = Object.entries(narrowing).filter(([name]) => name in changes)
  return { ...changes, ...Object.fromEntries(named) }
}

function isOwn(row: AppointmentRow, { access }: Operation): boolean {
  return NAMES.every((name) => access.narrowing[name] === undefined || row[name] === access.narrowing[name])
}

/** What a row says of its owner: a summary row and the answer to a write may leave it out. */
function isOthers(row: AppointmentRow, { access }: Operation): boolean {
  return NAMES.some(
    (name) =>
      access.narrowing[name] !== undefined && row[name] !== undefined && row[name] !== access.narrowing[name],
  )
}

/** An upstream that lost sight of the filter must not show one patient another's rows. */
function checkListed(row: AppointmentRow | UpstreamError, by: Operation): AppointmentRow | UpstreamError {
  if (row instanceof UpstreamError || !isOthers(row, by)) return row
  return invalidResponse('The upstream listed an appointment that the filter excludes.')
}

/** The write has happened, so its answer stands; but what somebody else has taken over meanwhile is not shown. */
function shown(row: AppointmentRow, by: Operation): AppointmentRow {
  return isOthers(row, by) ? { id: row.id } : row
}

/** "There is none" and "it is another's" are one answer, to the letter. */
function absent(): UpstreamError {
  return new UpstreamError('NOT_FOUND', 'There is no such appointment.', { status: 404 })
}

function unifyAbsence(error: unknown): never {
  if (error instanceof UpstreamError && error.status === 404 && error.code !== 'UPSTREAM_INVALID_RESPONSE')
    throw absent()
  throw error
}
