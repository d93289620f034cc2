import type { EntryFieldName, EntryKind, EntryValue } from '../../contract/directory-fields.ts'
import { UpstreamError } from '../../rest/errors.ts'
import type { MaybePromise } from '../../shared/maybe-promise.ts'
import { noteStale, type ResolvedAt } from '../stale.ts'
import { createEntries, type Entries, type EntriesOptions, type Found } from './entries.ts'

/** Resolvers run for each field of each row: a value that is known costs them no promise. */
export interface DirectoryLoader {
  /** null where the upstream has none, or says nothing of this field. */
  field<Kind extends EntryKind, Name extends EntryFieldName<Kind>>(
    kind: Kind,
    id: string,
    name: Name,
    at: ResolvedAt,
  ): MaybePromise<EntryValue<Kind, Name> | null>
}

export function createDirectoryLoader(options: EntriesOptions): DirectoryLoader {
  const { by } = options
  const entriesOf = new Map<EntryKind, Entries>()

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
    const value = read(await entries(kind).load(id), name, at)
    if (value !== undefined) return value
    return read(await entries(kind).loadWhole(id), name, at)
  }

  return {
    field(kind, id, name, at) {
      const found = entries(kind).known(id)
      const value = found && read(found, name, at)
      // The names and the values of a kind are those of its table.
      return (value === undefined ? load(kind, id, name, at) : value) as never
    },
  }
}
