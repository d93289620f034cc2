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

/** Resolvers run for each field of each row: a value that is known costs them no promise. */
export interface DirectoryLoader {
  /** null where the upstream has none, or says nothing of this field. */
  field<Kind extends EntryKind, Name extends EntryFieldName<Kind>>(
    kind: Kind,
    id: string,
    name: Name,
    at: ResolvedAt,
  ): MaybePromise<EntryValue<Kind, Name> | null>
  /** The IANA name of a site's zone. Undefined where the upstream names none that there is, or does not let the key ask. */
  timeZone(id: string, at: ResolvedAt): Promise<string | undefined>
  /** A page of a list, and its count when the client selects it. */
  connection<Kind extends EntryKind>(
    kind: Kind,
    request: ConnectionRequest<EntryFilter>,
    at: ResolvedAt,
  ): Promise<Connection<EntryRef<Kind>>>
  /** The ids of all of one kind, those first that are active; undefined where there are so many. Reads the directory. */
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

  /** Undefined where the row of a list leaves the field out. */
  function read(found: Found, name: string, at: ResolvedAt): unknown {
    noteStale(by, at, found.staleSince)
    const value = found.entry === null ? null : found.entry.fields[name]
    if (value instanceof UpstreamError) throw value
    return value === undefined && found.isWhole ? null : value
  }

  async function load(kind: EntryKind, id: string, name: string, at: ResolvedAt): Promise<unknown> {
    // What a list has shown without this field, the directory shows without it too.
    const isShown = entries(kind).known(id) !== undefined
    const value = isShown ? undefined : read(await entries(kind).load(id), name, at)
    if (value !== undefined) return value
    return read(await entries(kind).loadWhole(id), name, at)
  }

  function connections(kind: EntryKind): Connections<EntryFilter, EntryRef> {
    const source = () => createEntryLists(kind, options, entries(kind).remember)
    const known = connectionsOf.get(kind) ?? createConnections({ ...options, source: source() })
    connectionsOf.set(kind, known)
    return known
  }

  /** A write may change any field of its patient, and move it into or out of any list. So may one that failed. */
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
    const found = entries(kind).known(id)
    const value = found && read(found, name, at)
    // The names and the values of a kind are those of its table.
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
        // An upstream that does not let the key in, or has no such list, does not say when the day is.
        if (isForbidden(error) || isNotFound(error)) return undefined
        throw error
      }
    },
    field,
  }
}
