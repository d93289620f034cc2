import { LRUCache } from 'lru-cache'
import {
  ENTRY_FIELDS,
  ENTRY_PATHS,
  type EntryFieldName,
  type EntryKind,
  type EntryValue,
} from '../../contract/directory-fields.ts'
import { invalidResponse, isNotFound, UpstreamError } from '../errors.ts'
import { pathOf } from '../pipe/epochs.ts'
import { mayHaveMore } from '../pipe/page.ts'
import type { Operation, Reply, RestRequest, Send } from '../pipe/pipe.ts'
import type { Window } from '../pipe/request.ts'
import { type Entry, readEntry, WORDS } from './entry.ts'
import { type EntryFilter, entryQuery } from './filter.ts'

export interface EntryPage {
  /** In the upstream's order; an error in place of each row that could not be read. */
  readonly rows: readonly (Entry | UpstreamError)[]
  readonly hasMore: boolean
  /** RFC 3339: when a stale page was requested. Undefined for a fresh one. */
  readonly staleSince: string | undefined
}

export interface RetrievedEntry {
  readonly entry: Entry
  readonly staleSince: string | undefined
}

/** The people and places that appointments refer to. All reject with `UpstreamError`. */
export interface Directory {
  list(kind: EntryKind, filter: EntryFilter, window: Window, operation: Operation): Promise<EntryPage>
  retrieve(kind: EntryKind, id: string, operation: Operation): Promise<RetrievedEntry>
  /** Whether the cache has a fresh answer, so that reading the entry costs nothing now. */
  hasCached(kind: EntryKind, id: string, operation: Operation): boolean
  hasCachedList(kind: EntryKind, filter: EntryFilter, window: Window, operation: Operation): boolean
  /** Whether the upstream let the caller's key read this kind at the latest request. Undefined where that is too long ago. */
  isAllowed(kind: EntryKind, operation: Operation): boolean | undefined
  createPatient(fields: PatientChanges, idempotencyKey: string, operation: Operation): Promise<Entry>
  updatePatient(id: string, changes: PatientChanges, operation: Operation): Promise<Entry>
}

/** The fields of a create or an update, under the product's names; absent = leave, null = clear. */
export type PatientChanges = {
  readonly [Name in EntryFieldName<'Patient'>]?: EntryValue<'Patient', Name> | null
}

export interface DirectoryOptions {
  readonly send: Send
  /** Whether the cache can answer a request. */
  readonly isCached: (request: RestRequest, operation: Operation) => boolean
  /** How long a cached reply about clinicians, locations or types is fresh, in milliseconds; 0 = not cached. */
  readonly directoryTtlMs: number
  /** The same for patients. Events do not extend it: the API documents none for patients, so the gateway may miss changes. */
  readonly patientTtlMs: number
  readonly monotonic: () => number
}

const MAX_KEYS = 10_000
/** Short, because an operator may grant the key a scope at any time. */
const ALLOWED_MS = 300_000

export function createDirectory(options: DirectoryOptions): Directory {
  const { send, isCached, directoryTtlMs, patientTtlMs } = options
  const { monotonic } = options
  const allowed = new LRUCache<string, { readonly isAllowed: boolean; readonly at: number }>({
    max: MAX_KEYS,
  })

  function requestFor(kind: EntryKind, path: string, query?: string): RestRequest {
    const isPatient = kind === 'Patient'
    return {
      method: 'GET',
      path,
      lifetimeMs: isPatient ? patientTtlMs : directoryTtlMs,
      // Every caller may read the organisation's own people and places, so all callers share one cached reply.
      isForAll: !isPatient,
      ...(query !== undefined && { query }),
    }
  }

  function listRequest(kind: EntryKind, filter: EntryFilter, { limit, offset }: Window): RestRequest {
    const conditions = entryQuery(filter)
    return requestFor(
      kind,
      ENTRY_PATHS[kind],
      `${conditions}${conditions && '&'}limit=${limit}&offset=${offset}`,
    )
  }

  function itemRequest(kind: EntryKind, id: string): RestRequest {
    return requestFor(kind, pathOf(id, ENTRY_PATHS[kind]))
  }

  function record(name: string, isAllowed: boolean): void {
    allowed.set(name, { isAllowed, at: monotonic() })
  }

  /** Sends the request, and records whether the key may read this kind. */
  async function read(kind: EntryKind, request: RestRequest, operation: Operation): Promise<Reply> {
    const name = `${operation.account} ${kind}`
    try {
      const reply = await send(request, operation)
      record(name, true)
      return reply
    } catch (error) {
      if (isNotFound(error)) record(name, true)
      if (isForbidden(error)) record(name, false)
      throw error
    }
  }

  return {
    async list(kind, filter, window, operation) {
      const reply = await read(kind, listRequest(kind, filter, window), operation)
      const { requestId } = reply.response
      if (!Array.isArray(reply.data)) throw invalidResponse('The upstream answered no list.', requestId)
      const rows = reply.data.map((item) =>
        readEntry(kind, item, (message) => invalidResponse(message, requestId)),
      )
      return { rows, hasMore: mayHaveMore(reply, rows.length, window), staleSince: reply.staleSince }
    },
    async retrieve(kind, id, operation) {
      const reply = await read(kind, itemRequest(kind, id), operation)
      return { entry: entryOf(kind, reply, id), staleSince: reply.staleSince }
    },
    hasCached: (kind, id, operation) => isCached(itemRequest(kind, id), operation),
    hasCachedList: (kind, filter, window, operation) =>
      isCached(listRequest(kind, filter, window), operation),
    async createPatient(fields, idempotencyKey, operation) {
      const path = ENTRY_PATHS.Patient
      return entryOf(
        'Patient',
        await send({ method: 'POST', path, body: bodyOf(fields), idempotencyKey }, operation),
      )
    },
    async updatePatient(id, changes, operation) {
      const { path } = itemRequest('Patient', id)
      return entryOf('Patient', await send({ method: 'PATCH', path, body: bodyOf(changes) }, operation), id)
    },
    isAllowed(kind, { account }) {
      const known = allowed.get(`${account} ${kind}`)
      return known && monotonic() - known.at < ALLOWED_MS ? known.isAllowed : undefined
    },
  }
}

export function isForbidden(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'FORBIDDEN'
}

function bodyOf(fields: PatientChanges): Record<string, unknown> {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(
    entries.map(([name, value]) => [ENTRY_FIELDS.Patient[name as EntryFieldName<'Patient'>].rest, value]),
  )
}

/** The request was sent, so an unreadable answer to a write leaves its outcome in doubt. */
function entryOf(kind: EntryKind, { data, response }: Reply, id?: string): Entry {
  const { requestId } = response
  const entry = readEntry(kind, data, (message) => invalidResponse(message, requestId, response))
  if (entry instanceof UpstreamError) throw entry
  if (id !== undefined && entry.id !== id)
    throw invalidResponse(
      `The upstream answered another ${WORDS[kind]} than the one asked for.`,
      requestId,
      response,
    )
  return entry
}
