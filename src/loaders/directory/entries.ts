import type { EntryKind } from '../../contract/directory-fields.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import {
  type Directory,
  type EntryPage,
  isForbidden,
  type RetrievedEntry,
} from '../../rest/directory/directory.ts'
import type { Entry } from '../../rest/directory/entry.ts'
import { isNotFound, UpstreamError } from '../../rest/errors.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { createReadById } from '../read-by-id.ts'
import type { SizeMemory } from './sizes.ts'

export interface EntriesOptions {
  readonly directory: Directory
  readonly sizes: SizeMemory
  readonly by: Operation
}

/** A person or a place that an operation has loaded. */
export interface Found {
  /** null where there is none. */
  readonly entry: Entry | null
  readonly staleSince: string | undefined
  /** Whether it was read by its id: no other read contains more fields. */
  readonly isComplete: boolean
}

/** The entries of one kind, for one operation. */
export interface Entries {
  /** Undefined where it is not loaded. */
  loaded(id: string): Found | undefined
  load(id: string): Promise<Found>
  /** Reads it by its id. */
  loadComplete(id: string): Promise<Found>
  remember(page: Pick<EntryPage, 'rows' | 'staleSince'>): void
  forget(id: string): void
  /**
   * Reads the complete directory, and returns its ids, active entries first. Undefined where the first page proves that there are
   * `tooMany` entries or more.
   */
  ids(tooMany: number): Promise<readonly string[] | undefined>
}

/** The pages of a directory that are read. Later entries are read one by one. */
export const MAX_DIRECTORY_PAGES = 5

/**
 * Clinicians, locations and types are few, and the rows of a page refer to most of them. So the first read of one reads the
 * directory, by one request for each hundred entries. An entry that is not listed, because it is inactive or new, is read by its
 * id. Patients are many, and always read by their id.
 */
export function createEntries(kind: EntryKind, options: EntriesOptions): Entries {
  const { directory, sizes, by } = options
  const found = new Map<string, Found>()
  const retrieve = kind === 'Patient' ? afterAProbe : (id: string) => directory.retrieve(kind, id, by)
  const byId = createReadById({ retrieve, hasCached: (id) => directory.hasCached(kind, id, by), by })
  /** The ids of the directory, in its order. */
  const listed = new Set<string>()
  let listing: Promise<void> | undefined
  let beginning: Promise<EntryPage> | undefined
  let probe: Promise<void> | undefined

  /**
   * The first read finds out whether the key may read patients, so that a key that may not costs one request, and not one for each
   * row. The other reads wait for it, until one has succeeded.
   */
  async function afterAProbe(id: string): Promise<RetrievedEntry> {
    if (probe === undefined && directory.isAllowed(kind, by)) return directory.retrieve(kind, id, by)
    if (probe !== undefined) {
      await probe
      return directory.retrieve(kind, id, by)
    }
    const first = directory.retrieve(kind, id, by)
    probe = first.then(
      () => {},
      (error: unknown) => {
        if (isForbidden(error)) throw error
      },
    )
    // Without a read that waits for the probe, its rejection must not count as unhandled.
    probe.catch(() => {})
    return first
  }

  async function readPage(offset: number): Promise<EntryPage> {
    const page = await directory.list(kind, {}, { offset, limit: PAGE_LIMIT.max }, by)
    remember(page)
    for (const row of page.rows) if (!(row instanceof UpstreamError)) listed.add(row.id)
    return page
  }

  async function readAll(): Promise<void> {
    beginning ??= readPage(0)
    let page = await beginning
    let offset = page.rows.length
    for (let pages = 1; pages < MAX_DIRECTORY_PAGES && page.hasMore && page.rows.length > 0; pages += 1) {
      page = await readPage(offset)
      offset += page.rows.length
    }
    sizes.set(by.account, kind, offset)
  }

  /** A later answer replaces the fields that it contains, and leaves the others. */
  function remember({ rows, staleSince }: Pick<EntryPage, 'rows' | 'staleSince'>): void {
    for (const row of rows) {
      if (row instanceof UpstreamError) continue
      const { entry, isComplete = false } = found.get(row.id) ?? {}
      const contained = Object.entries(row.fields).filter(([, value]) => value !== undefined)
      const fields = { ...entry?.fields, ...Object.fromEntries(contained) }
      found.set(row.id, { entry: { id: row.id, fields }, staleSince, isComplete })
    }
  }

  async function loadComplete(id: string): Promise<Found> {
    const entry = await byId.load(id).catch((error: unknown) => {
      if (isNotFound(error)) return { entry: null, staleSince: undefined }
      throw error
    })
    const complete = { ...entry, isComplete: true }
    found.set(id, complete)
    return complete
  }

  return {
    loaded: (id) => found.get(id),
    loadComplete,
    remember,
    forget(id) {
      found.delete(id)
      byId.forget(id)
    },
    async ids(tooMany) {
      beginning ??= readPage(0)
      const { rows, hasMore } = await beginning
      if (hasMore && rows.length >= tooMany) {
        sizes.set(by.account, kind, rows.length + 1)
        return undefined
      }
      listing ??= readAll()
      await listing
      const isInactive = (id: string) => found.get(id)?.entry?.fields.isActive === false
      const all = [...listed]
      return [...all.filter((id) => !isInactive(id)), ...all.filter(isInactive)]
    },
    async load(id) {
      if (kind === 'Patient') return loadComplete(id)
      if (listing === undefined && directory.hasCached(kind, id, by)) return loadComplete(id)
      listing ??= readAll()
      await listing
      return found.get(id) ?? loadComplete(id)
    },
  }
}
