import type { AppointmentFields, AppointmentFilter, FieldName } from '../contract/field-names.ts'
import type { Limits } from '../pagination/limits.ts'
import type { Window } from '../pagination/list.ts'
import type {
  AppointmentChanges,
  AppointmentPage,
  Cancellation,
  RetrievedRow,
} from '../rest/appointments/appointments.ts'
import { type AppointmentRow, fillIn } from '../rest/appointments/row.ts'
import type { RestClient } from '../rest/client.ts'
import { invalidResponse, isNotFound, UpstreamError } from '../rest/errors.ts'
import type { Operation } from '../rest/pipe/pipe.ts'
import { createWholes } from './appointment-by-id.ts'
import { type Connections, createConnections } from './connection.ts'
import type { Memory } from './memory.ts'
import { createPages } from './pages.ts'
import { type AppointmentRef, refTo } from './ref.ts'
import { noteStale, type ResolvedAt } from './stale.ts'

export interface AppointmentLoader {
  /** null where there is none. Costs nothing where a row of it is held, else at most one GET. */
  find(id: string, at: ResolvedAt): MaybePromise<AppointmentRef | null>
  /** At once where the field is held; else after loading the whole appointment, once for all its fields. */
  field<Name extends FieldName>(id: string, name: Name, at: ResolvedAt): MaybePromise<AppointmentFields[Name]>
  /** A page of a list, and its count when asked for. */
  readonly connection: Connections['read']
  create(fields: AppointmentChanges, idempotencyKey: string): Promise<AppointmentRef>
  update(id: string, changes: AppointmentChanges): Promise<AppointmentRef>
  cancel(id: string, reason: string | null): Promise<Cancellation & { readonly appointment: AppointmentRef }>
}

type MaybePromise<T> = T | Promise<T>

export interface AppointmentLoaderOptions {
  readonly rest: RestClient
  readonly by: Operation
  readonly memory: Memory
  readonly limits: Limits
}

export function createAppointmentLoader({
  rest,
  by,
  memory,
  limits,
}: AppointmentLoaderOptions): AppointmentLoader {
  const { appointments, counts } = rest
  const wholes = createWholes(appointments, by)
  const pages = createPages(rest, by, list)
  const connections = createConnections({ limits, counts, by, pages })

  async function list(filter: AppointmentFilter, window: Window, as: Operation): Promise<AppointmentPage> {
    const page = await appointments.list(filter, window, as)
    const proven = provenBy(filter)
    for (const row of page.rows) if (!(row instanceof UpstreamError)) memory.remember(fillIn(row, proven))
    return page
  }

  function hold({ row, staleSince }: RetrievedRow, at: ResolvedAt): void {
    memory.remember(row)
    noteStale(by, at, staleSince)
  }

  function loadField<Name extends FieldName>(
    id: string,
    name: Name,
    at: ResolvedAt,
  ): Promise<AppointmentFields[Name]> {
    return wholes.load(id).then((retrieved) => {
      hold(retrieved, at)
      return shown(memory.row(id)?.[name], name)
    })
  }

  /** A write may change any field of its appointment, and move it into or out of any list; so may one that failed. */
  async function write<Answer>(id: string | null, send: () => Promise<Answer>): Promise<Answer> {
    by.ledger.isMutation = true
    try {
      return await send()
    } finally {
      pages.forget()
      connections.forget()
      if (id !== null) {
        wholes.forget(id)
        memory.forget(id)
      }
    }
  }

  function refTold(row: Parameters<Memory['remember']>[0]): AppointmentRef {
    memory.remember(row)
    return refTo(row.id)
  }

  return {
    find(id, at) {
      if (memory.row(id) !== undefined) return refTo(id)
      return wholes.load(id).then((retrieved) => {
        hold(retrieved, at)
        return refTo(id)
      }, nullIfNotFound)
    },
    field(id, name, at) {
      // Absent is not null: a field that the API answered as null is held.
      const value = memory.row(id)?.[name]
      return value === undefined ? loadField(id, name, at) : shown(value, name)
    },
    connection: connections.read,
    async create(fields, idempotencyKey) {
      return refTold(await write(null, () => appointments.create(fields, idempotencyKey, by)))
    },
    async update(id, changes) {
      return refTold(await write(id, () => appointments.update(id, changes, by)))
    },
    async cancel(id, reason) {
      const done = await write(id, () => appointments.cancel(id, reason, by))
      return { ...done, appointment: refTold(done.row) }
    },
  }
}

function nullIfNotFound(error: unknown): null {
  if (isNotFound(error)) return null
  throw error
}

/** What the filter of a list says of each of its rows. */
function provenBy({ patientId, clinicianId, appointmentTypeId, locationId }: AppointmentFilter) {
  return {
    ...(patientId !== undefined && { patientId }),
    ...(clinicianId !== undefined && { clinicianId }),
    ...(appointmentTypeId !== undefined && { appointmentTypeId }),
    ...(locationId !== undefined && { locationId }),
  }
}

function shown<Name extends FieldName>(
  value: AppointmentRow[Name] | undefined,
  name: Name,
): AppointmentFields[Name] {
  if (value instanceof UpstreamError) throw value
  if (value === undefined) throw invalidResponse(`The upstream's whole appointment lacks ${name}.`)
  return value as AppointmentFields[Name]
}
