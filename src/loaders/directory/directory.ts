import { isTimeZone } from '../../contract/clinic-day.ts'
import type { EntryFieldName, EntryKind, EntryValue } from '../../contract/directory-fields.ts'
import type { PageLimits } from '../../pagination/arguments.ts'
import { isForbidden, type PatientChanges } from '../../rest/directory/directory.ts'
import type { Entry } from '../../rest/directory/entry.ts'
import type { EntryFilter } from '../../rest/directory/filter.ts'
import { isNotFound, UpstreamError } from '../../rest/errors.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { chooseIdempotencyKey, type IdempotencySource } from '../idempotency.ts'
import {
  type Connection,
  type ConnectionRequest,
  type Connections,
  createConnections,
} from '../lists/connection.ts'
import type { ListMemory } from '../lists/list-memory.ts'
import { noteStale, type ResolvedAt } from '../stale.ts'
import { createEntries, type Entries, type EntriesOptions, type Found } from './entries.ts'
import { createEntryLists, type EntryRef } from './entry-lists.ts'

export type { PatientChanges }

/** Returns loaded values without a promise, because resolvers run for each field of each row. */
export interface DirectoryLoader {
  /** null where there is no such entry, or the upstream does not return this field. */
  field<Kind extends EntryKind, Name extends EntryFieldName<Kind>>(
    kind: Kind,
    id: string,
    name: Name,
    at: ResolvedAt,
  ): MaybePromise<EntryValue<Kind, Name> | null>
  /** The IANA name of a site's time zone. Undefined where the upstream has no valid one, or the key may not read sites. */
  timeZone(id: string, at: ResolvedAt): Promise<string | undefined>
  /** A page of a list, and its count when the client selects it. */
  connection<Kind extends EntryKind>(
    kind: Kind,
    request: ConnectionRequest<EntryFilter>,
    at: ResolvedAt,
  ): Promise<Connection<EntryRef<Kind>>>
  /** All ids of one kind, active entries first. Reads the directory. Undefined where it has `tooMany` entries or more. */
  ids(kind: EntryKind, tooMany: number): Promise<readonly string[] | undefined>
  createPatient(fields: PatientChanges, source: IdempotencySource): Promise<EntryRef<'Patient'>>
  updatePatient(id: string, changes: PatientChanges): Promise<EntryRef<'Patient'>>
}

export interface DirectoryLoaderOptions extends EntriesOptions {
  readonly listMemory: ListMemory
  readonly limits: PageLimits
}

export function createDirectoryLoader(options: DirectoryLoaderOptions): DirectoryLoader {
  const { directory, by } = options
  const entriesOf = new Map<EntryKind, Entries>()
  const connectionsOf = new Map<EntryKind, Connections<EntryFilter, EntryRef>>()

  function entries(kind: EntryKind): Entries {
    const known = entriesOf.get(kind) ?? createEntries(kind, options)
    entriesOf.set(kind, known)
    return known
  }

  /** Undefined where the entry is from a list whose rows do not contain the field. */
  function read(found: Found, name: string, at: ResolvedAt): unknown {
    noteStale(by, at, found.staleSince)
    const value = found.entry === null ? null : found.entry.fields[name]
    if (value instanceof UpstreamError) throw value
    return value === undefined && found.isComplete ? null : value
  }

  async function load(kind: EntryKind, id: string, name: string, at: ResolvedAt): Promise<unknown> {
    // Where the rows of one list do not contain this field, the rows of the directory do not either.
    const isListed = entries(kind).loaded(id) !== undefined
    const value = isListed ? undefined : read(await entries(kind).load(id), name, at)
    if (value !== undefined) return value
    return read(await entries(kind).loadComplete(id), name, at)
  }

  function connections(kind: EntryKind): Connections<EntryFilter, EntryRef> {
    const source = () => createEntryLists(kind, options, entries(kind).remember)
    const known = connectionsOf.get(kind) ?? createConnections({ ...options, source: source() })
    connectionsOf.set(kind, known)
    return known
  }

  /** A write, even one that failed, may have changed any field of its patient, and moved it into or out of any list. */
  async function write(id: string | null, send: () => Promise<Entry>): Promise<EntryRef<'Patient'>> {
    let entry: Entry | undefined
    try {
      entry = await send()
      return { kind: 'Patient', restId: entry.id }
    } finally {
      connectionsOf.get('Patient')?.forget()
      if (id !== null) entries('Patient').forget(id)
      if (entry !== undefined) entries('Patient').remember({ rows: [entry], staleSince: undefined })
    }
  }

  const field: DirectoryLoader['field'] = (kind, id, name, at) => {
    const found = entries(kind).loaded(id)
    const value = found && read(found, name, at)
    // TypeScript can't relate the value to the kind and the name.
    return (value === undefined ? load(kind, id, name, at) : value) as never
  }

  return {
    connection: (kind, request, at) => connections(kind).read(request, at) as never,
    ids: (kind, tooMany) => entries(kind).ids(tooMany),
    createPatient: (fields, source) =>
      write(null, () => directory.createPatient(fields, chooseIdempotencyKey(source), by)),
    updatePatient: (id, changes) => write(id, () => directory.updatePatient(id, changes, by)),
    async timeZone(id, at) {
      if (directory.isAllowed('Location', by) === false) return undefined
      try {
        const name = await field('Location', id, 'timeZone', at)
        return name !== null && isTimeZone(name) ? name : undefined
      } catch (error) {
        // Then nothing is known of the site's days.
        if (isForbidden(error) || isNotFound(error)) return undefined
        throw error
      }
    },
    field,
  }
}
