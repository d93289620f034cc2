import type { AppointmentFields, AppointmentFilter } from '../../contract/field-names.ts'
import { FIELD_NAMES } from '../../contract/field-names.ts'
import { toUtc } from '../../contract/instant.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { createNote } from '../note.ts'
import type { Operation, Reply, RestRequest, Send } from '../pipe/pipe.ts'
import { type AppointmentRow, type ListedRow, readRow } from './row.ts'

/** The fields of a create or an update, under the product's names; absent = leave, null = clear. */
export type AppointmentChanges = { readonly [Name in keyof AppointmentFields]?: AppointmentFields[Name] }

export interface AppointmentPage {
  /** RFC 3339: since when it is remembered, where it is older than an answer may be. */
  readonly staleSince: string | undefined
  /** In the upstream's order; an error where a row could not be read. */
  readonly rows: readonly ListedRow[]
  readonly hasMore: boolean
}

interface Window {
  readonly offset: number
  readonly limit: number
}

export interface Cancellation {
  readonly row: AppointmentRow
  /** RFC 3339; null where the answer did not say. */
  readonly performedAt: string | null
  readonly performedBy: string | null
}

export interface RetrievedRow {
  readonly row: AppointmentRow
  readonly staleSince: string | undefined
}

/** The five endpoints of the Appointments API (reference, one heading each). All reject with `UpstreamError`. */
export interface Appointments {
  list(filter: AppointmentFilter, window: Window, by: Operation): Promise<AppointmentPage>
  retrieve(id: string, by: Operation): Promise<RetrievedRow>
  create(fields: AppointmentChanges, idempotencyKey: string, by: Operation): Promise<AppointmentRow>
  update(id: string, changes: AppointmentChanges, by: Operation): Promise<AppointmentRow>
  cancel(id: string, reason: string | null, by: Operation): Promise<Cancellation>
  /** Whether reading it would cost nothing now. */
  holds(id: string, by: Operation): boolean
  holdsList(filter: AppointmentFilter, window: Window, by: Operation): boolean
}

interface ReadList {
  readonly rows: readonly ListedRow[]
  readonly requestId: string | undefined
  /** Nothing of it is an error. */
  readonly isSound: boolean
}

type Holds = (request: RestRequest, operation: Operation) => boolean

export function createAppointments(send: Send, holds: Holds): Appointments {
  // What is shared, remembered or found unchanged is read once, however many are given it.
  const readLists = createNote<object, ReadList>('rows')

  function readList(items: readonly unknown[], requestId: string | undefined): ReadList {
    const known = readLists.get(items)
    // What can't be read is told with the id of its own exchange.
    if (known !== undefined && (known.isSound || known.requestId === requestId)) return known
    let isSound = true
    function fail(message: string): UpstreamError {
      isSound = false
      return invalidResponse(message, requestId)
    }
    const rows = items.map((item) => readRow(item, fail))
    return readLists.set(items, { rows, requestId, isSound })
  }

  return {
    async list(filter, window, by) {
      const reply = await send(listRequest(filter, window), by)
      const { requestId } = reply.heard
      if (!Array.isArray(reply.data)) throw invalidResponse('The upstream answered no list.', requestId)
      const { rows } = readList(reply.data, requestId)
      return { rows, hasMore: hasMore(reply), staleSince: reply.staleSince }
    },
    retrieve: (id, by) =>
      send(itemRequest(id), by).then((reply) => ({ row: rowOf(reply, id), staleSince: reply.staleSince })),
    async create(fields, idempotencyKey, by) {
      return rowOf(
        await send({ method: 'POST', path: '/appointments', body: bodyOf(fields), idempotencyKey }, by),
      )
    },
    async update(id, changes, by) {
      return rowOf(await send({ method: 'PATCH', path: pathOf(id), body: bodyOf(changes) }, by), id)
    },
    cancel(id, reason, by) {
      const body = reason === null ? {} : { cancellation_reason: reason }
      return send({ method: 'POST', path: `${pathOf(id)}/cancel`, body }, by).then((reply) => {
        const { performed_at, performed_by } = reply.meta
        return {
          row: rowOf(reply, id),
          performedAt: toUtc(performed_at) ?? null,
          performedBy: typeof performed_by === 'string' ? performed_by : null,
        }
      })
    },
    holds: (id, by) => holds(itemRequest(id), by),
    holdsList: (filter, window, by) => holds(listRequest(filter, window), by),
  }
}

function listRequest(filter: AppointmentFilter, { limit, offset }: Window): RestRequest {
  const conditions = filterQuery(filter)
  const query = `${conditions}${conditions && '&'}limit=${limit}&offset=${offset}`
  return { method: 'GET', path: '/appointments', query }
}

function itemRequest(id: string): RestRequest {
  return { method: 'GET', path: pathOf(id) }
}

/** The filter as a query string: equal filters give equal text, whatever order they were written in. */
export function filterQuery(filter: AppointmentFilter): string {
  const { patientId, clinicianId, appointmentTypeId, locationId, statuses, startsFrom, startsTo } = filter
  let query = ''
  function put(name: string, value: string | undefined): void {
    if (value !== undefined) query += `${query && '&'}${name}=${encodeURIComponent(value)}`
  }
  put('patient_id', patientId)
  put('clinician_id', clinicianId)
  put('appointment_type_id', appointmentTypeId)
  put('location_id', locationId)
  put(statuses?.length === 1 ? 'status' : 'status_in', statuses?.join())
  put('date_gte', startsFrom)
  put('date_lte', startsTo)
  return query
}

function pathOf(id: string): string {
  return `/appointments/${encodeURIComponent(id)}`
}

function bodyOf(fields: AppointmentChanges): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([name, value]) => [FIELD_NAMES[name as keyof AppointmentFields], value]),
  )
}

function rowOf(reply: Reply, id?: string): AppointmentRow {
  const { requestId } = reply.heard
  const row = readRow(reply.data, (message) => invalidResponse(message, requestId))
  if (row instanceof UpstreamError) throw row
  if (id !== undefined && row.id !== id)
    throw invalidResponse('The upstream answered another appointment than the one asked for.', requestId)
  return row
}

/** Some servers leave `has_more` out where they give the next offset: either says that there is more. */
function hasMore(reply: Reply): boolean {
  const { has_more, next_offset } = reply.meta
  return typeof has_more === 'boolean' ? has_more : typeof next_offset === 'number'
}
