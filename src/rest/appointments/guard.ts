import type { AppointmentFilter } from '../../contract/field-names.ts'
import { isNarrowed, NARROWABLE, type Narrowing } from '../access.ts'
import { derivedUuid } from '../derived-uuid.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { afresh, type Operation } from '../pipe/pipe.ts'
import type { Appointments } from './appointments.ts'
import { type AppointmentRow, fillIn, type ListedRow } from './row.ts'

/**
 * Keeps every caller to what it may do and see, in front of whatever is remembered or shared: all that the gateway
 * knows of appointments comes through here.
 *
 * A narrowed caller's filter that names somebody else matches nothing, and nothing is asked for it; what it creates is
 * its own, and before it changes anything the appointment is read, one request more. (That another's can't be read:
 * `others.ts`.)
 */
export function guardAppointments(inner: Appointments): Appointments {
  async function requireOwn(id: string, by: Operation): Promise<void> {
    await inner.retrieve(id, afresh(by))
  }

  return {
    ...inner,
    async list(filter, window, by) {
      if (!mayRead(by)) throw forbidden('appointments:read')
      const own = narrow(filter, by.access.narrowing)
      if (own === undefined) return { rows: [], hasMore: false, staleSince: undefined }
      const page = await inner.list(own, window, by)
      return isNarrowed(by.access) ? { ...page, rows: page.rows.map((row) => listed(row, by)) } : page
    },
    retrieve: (id, by) =>
      mayRead(by) ? inner.retrieve(id, by) : Promise.reject(forbidden('appointments:read')),
    async create(fields, idempotencyKey, by) {
      requireWrite(by)
      // The API keeps these keys for each of its own keys, and all narrowed callers share one of those: left as it is,
      // a key that two callers happen to choose would answer one with the other's appointment.
      const key = isNarrowed(by.access) ? derivedUuid(`${by.view}\n${idempotencyKey}`) : idempotencyKey
      const row = await inner
        .create({ ...fields, ...by.access.narrowing }, key, by)
        .catch((error: unknown) => {
          throw key === idempotencyKey ? error : tellingKey(error, idempotencyKey)
        })
      return shown(row, by)
    },
    async update(id, changes, by) {
      requireWrite(by)
      if (isNarrowed(by.access)) await requireOwn(id, by)
      return shown(await inner.update(id, force(changes, by.access.narrowing), by), by)
    },
    async cancel(id, reason, by) {
      requireWrite(by)
      if (isNarrowed(by.access)) await requireOwn(id, by)
      const done = await inner.cancel(id, reason, by)
      return { ...done, row: shown(done.row, by) }
    },
    holdsList(filter, window, by) {
      const own = narrow(filter, by.access.narrowing)
      return own === undefined || inner.holdsList(own, window, by)
    },
  }
}

/** What is told to be sent again is what came in here: it will be derived from again. */
function tellingKey(error: unknown, idempotencyKey: string): unknown {
  if (!(error instanceof UpstreamError) || error.told.check === undefined) return error
  const told = { ...error.told, check: { idempotencyKey } }
  return new UpstreamError(error.code, error.message, told, error.heard, error.exchange)
}

/** Without a credential the pipe has the better words for it. */
function mayRead({ access, credential }: Operation): boolean {
  return credential === null || access.mayRead
}

function requireWrite({ access, credential }: Operation): void {
  if (credential !== null && !access.mayWrite) throw forbidden('appointments:write')
}

function forbidden(scope: string): UpstreamError {
  return new UpstreamError('FORBIDDEN', `The token lacks the scope ${scope}.`)
}

/** undefined where the filter names somebody else. */
function narrow(filter: AppointmentFilter, narrowing: Narrowing): AppointmentFilter | undefined {
  return NARROWABLE.some((name) => differ(filter[name], narrowing[name]))
    ? undefined
    : { ...filter, ...narrowing }
}

/** An update that names a patient or clinician names the caller's own; one that names none leaves them be. */
function force<Changes extends object>(changes: Changes, narrowing: Narrowing): Changes {
  const named = Object.entries(narrowing).filter(([name]) => name in changes)
  return { ...changes, ...Object.fromEntries(named) }
}

/** A row may leave out whose it is: then the filter tells. One that says otherwise must not be shown. */
function listed(row: ListedRow, by: Operation): ListedRow {
  if (row instanceof UpstreamError) return row
  return isOthers(row, by)
    ? invalidResponse('The upstream listed an appointment that the filter excludes.')
    : fillIn(row, by.access.narrowing)
}

/** The write has happened, so its answer stands; but what somebody else has taken over meanwhile is not shown. */
function shown(row: AppointmentRow, by: Operation): AppointmentRow {
  return isOthers(row, by) ? { id: row.id } : row
}

function isOthers(row: AppointmentRow, { access }: Operation): boolean {
  return NARROWABLE.some((name) => differ(row[name], access.narrowing[name]))
}

/** What is not said does not differ. */
function differ(said: unknown, owner: string | undefined): boolean {
  return owner !== undefined && said !== undefined && said !== owner
}
