import type { AppointmentFields, AppointmentFilter } from '../../contract/field-names.ts'
import { FIELD_NAMES } from '../../contract/field-names.ts'
import { toUtc } from '../../contract/instant.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { LISTS, pathOf } from '../pipe/epochs.ts'
import { mayHaveMore } from '../pipe/page.ts'
import type { Operation, Reply, RestRequest, Send } from '../pipe/pipe.ts'
import type { Window } from '../pipe/request.ts'
import { type AppointmentRow, type ListedRow, readRow } from './row.ts'

/** The fields of a create or an update, under the product's names; absent = leave, null = clear. */
export type AppointmentChanges = { readonly [Name in keyof AppointmentFields]?: AppointmentFields[Name] }

/** Whose time an appointment takes. */
export type SlotOwner = 'clinician' | 'patient' | 'location'

/** Makes a create conditional: none of the owners may have another appointment at that time. */
export interface FreeCheck {
  readonly owners: readonly SlotOwner[]
  /** The client sent the idempotency key itself, so it may have sent the create before. */
  readonly mayBeRepeated: boolean
}

export interface AppointmentPage {
  /** RFC 3339: when a stale page was requested. Undefined for a fresh one. */
  readonly staleSince: string | undefined
  /** In the upstream's order; an error in place of each row that could not be read. */
  readonly rows: readonly ListedRow[]
  /** True also where the response does not say, and has as many rows as the limit. */
  readonly hasMore: boolean
}

export interface Cancellation {
  readonly row: AppointmentRow
  /** RFC 3339; null where the response leaves it out, and an error where the schema can't represent the value. */
  readonly performedAt: string | UpstreamError | null
  readonly performedBy: string | UpstreamError | null
}

export interface RetrievedRow {
  readonly row: AppointmentRow
  readonly staleSince: string | undefined
}

/** The five endpoints of the Appointments API. All reject with `UpstreamError`. */
export interface Appointments {
  list(filter: AppointmentFilter, window: Window, operation: Operation): Promise<AppointmentPage>
  retrieve(id: string, operation: Operation): Promise<RetrievedRow>
  create(
    fields: AppointmentChanges,
    idempotencyKey: string,
    operation: Operation,
    check?: FreeCheck,
  ): Promise<AppointmentRow>
  update(id: string, changes: AppointmentChanges, operation: Operation): Promise<AppointmentRow>
  cancel(id: string, reason: string | null, operation: Operation): Promise<Cancellation>
  /** Whether the cache has a fresh answer, so that reading the appointment costs nothing now. */
  hasCached(id: string, operation: Operation): boolean
  hasCachedList(filter: AppointmentFilter, window: Window, operation: Operation): boolean
}

/** Whether the cache can answer a request. */
type IsCached = (request: RestRequest, operation: Operation) => boolean

export function createAppointments(send: Send, isCached: IsCached): Appointments {
  return {
    async list(filter, window, operation) {
      const reply = await send(listRequest(filter, window), operation)
      const { requestId } = reply.response
      if (!Array.isArray(reply.data)) throw invalidResponse('The upstream answered no list.', requestId)
      const rows = reply.data.map((item) => readRow(item, (message) => invalidResponse(message, requestId)))
      return { rows, hasMore: mayHaveMore(reply, rows.length, window), staleSince: reply.staleSince }
    },
    async retrieve(id, operation) {
      const reply = await send(itemRequest(id), operation)
      return { row: rowOf(reply, id), staleSince: reply.staleSince }
    },
    async create(fields, idempotencyKey, operation) {
      const body = bodyOf(fields)
      return rowOf(
        await send({ method: 'POST', path: LISTS, creates: fields, body, idempotencyKey }, operation),
      )
    },
    async update(id, changes, operation) {
      return rowOf(await send({ method: 'PATCH', path: pathOf(id), body: bodyOf(changes) }, operation), id)
    },
    async cancel(id, reason, operation) {
      const body = reason === null ? {} : { cancellation_reason: reason }
      const reply = await send({ method: 'POST', path: `${pathOf(id)}/cancel`, body }, operation)
      const { performed_at, performed_by } = reply.meta
      return {
        row: rowOf(reply, id),
        performedAt: metaValue('performedAt', performed_at, toUtc(performed_at), reply),
        performedBy: metaValue('performedBy', performed_by, readText(performed_by), reply),
      }
    },
    hasCached: (id, operation) => isCached(itemRequest(id), operation),
    hasCachedList: (filter, window, operation) => isCached(listRequest(filter, window), operation),
  }
}

function listRequest(filter: AppointmentFilter, window: Window): RestRequest {
  const { limit, offset } = window
  const conditions = filterQuery(filter)
  const query = `${conditions}${conditions && '&'}limit=${limit}&offset=${offset}`
  return { method: 'GET', path: LISTS, query, filter, window }
}

function itemRequest(id: string): RestRequest {
  return { method: 'GET', path: pathOf(id) }
}

/** The filter as a query string. Equal filters give equal text, whatever the order of their properties. */
export function filterQuery(filter: AppointmentFilter): string {
  const { patientId, clinicianId, appointmentTypeId, locationId, statuses, startsFrom, startsTo } = filter
  let query = ''
  function append(name: string, value: string | undefined): void {
    if (value !== undefined) query += `${query && '&'}${name}=${encodeURIComponent(value)}`
  }
  append('patient_id', patientId)
  append('clinician_id', clinicianId)
  append('appointment_type_id', appointmentTypeId)
  append('location_id', locationId)
  append(statuses?.length === 1 ? 'status' : 'status_in', statuses?.join())
  append('date_gte', startsFrom)
  append('date_lte', startsTo)
  return query
}

function bodyOf(fields: AppointmentChanges): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([name, value]) => [FIELD_NAMES[name as keyof AppointmentFields], value]),
  )
}

/** The request was sent, so an unreadable answer to a write leaves its outcome in doubt. */
function rowOf({ data, response }: Reply, id?: string): AppointmentRow {
  const { requestId } = response
  const row = readRow(data, (message) => invalidResponse(message, requestId, response))
  if (row instanceof UpstreamError) throw row
  if (id !== undefined && row.id !== id)
    throw invalidResponse(
      'The upstream answered another appointment than the one asked for.',
      requestId,
      response,
    )
  return row
}

/** `value` is from the `meta` of a write's response, and `read` the parsed value: undefined where it is invalid. */
function metaValue(name: string, value: unknown, read: string | undefined, { response }: Reply) {
  if (value === undefined || value === null) return null
  return (
    read ??
    invalidResponse(`The upstream's value of ${name} is not one that it can have.`, response.requestId)
  )
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
