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

/** What an operation knows of a person or a place. */
export interface Found {
  /** null = there is none. */
  readonly entry: Entry | null
  readonly staleSince: string | undefined
  /** It was read by itself: what it leaves out is nowhere else. */
  readonly isWhole: boolean
}

/** The entries of one kind, for one operation. */
export interface Entries {
  /** Undefined where it was not read yet. */
  known(id: string): Found | undefined
  load(id: string): Promise<Found>
  /** Reads it by itself. */
  loadWhole(id: string): Promise<Found>
  remember(page: Pick<EntryPage, 'rows' | 'staleSince'>): void
  forget(id: string): void
  /**
   * The ids of the directory, those first that are active. Reads it as a whole; undefined where its first page shows that
   * there are so many.
   */
  ids(tooMany: number): Promise<readonly string[] | undefined>
}

/** More entries than this are no directory: those behind them are read one by one. */
export const MAX_DIRECTORY_PAGES = 5

/**
 * Clinicians, locations and types are few, and a page names most of them: the first one that is asked for reads them all,
 * a request for each hundred. One that is not among them, because it is inactive or new, is read by itself. Patients are
 * many, and are never listed to find one.
 */
export function createEntries(kind: EntryKind, options: EntriesOptions): Entries {
  const { directory, sizes, by } = options
  const found = new Map<string, Found>()
  const retrieve = kind === 'Patient' ? afterAProbe : (id: string) => directory.retrieve(kind, id, by)
  const byId = createReadById({ retrieve, hasCached: (id) => directory.hasCached(kind, id, by), by })
  /** The entries of the directory, in its order. */
  const listed = new Set<string>()
  let listing: Promise<void> | undefined
  let beginning: Promise<EntryPage> | undefined
  let probe: Promise<void> | undefined

  /**
   * Whether the key may read patients at all is found out by one read, and not by one for each row. Once a read has
   * succeeded, nobody waits for that again.
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
    // It fails the reads that wait for it; where none does, nobody else is to hear of it.
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

  /** Later answers win, field by field; fields that they leave out stay. */
  function remember({ rows, staleSince }: Pick<EntryPage, 'rows' | 'staleSince'>): void {
    for (const row of rows) {
      if (row instanceof UpstreamError) continue
      const { entry, isWhole = false } = found.get(row.id) ?? {}
      const shown = Object.entries(row.fields).filter(([, value]) => value !== undefined)
      const fields = { ...entry?.fields, ...Object.fromEntries(shown) }
      found.set(row.id, { entry: { id: row.id, fields }, staleSince, isWhole })
    }
  }

  async function loadWhole(id: string): Promise<Found> {
    const entry = await byId.load(id).catch((error: unknown) => {
      if (isNotFound(error)) return { entry: null, staleSince: undefined }
      throw error
    })
    const whole = { ...entry, isWhole: true }
    found.set(id, whole)
    return whole
  }

  return {
    known: (id) => found.get(id),
    loadWhole,
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
      if (kind === 'Patient') return loadWhole(id)
      if (listing === undefined && directory.hasCached(kind, id, by)) return loadWhole(id)
      listing ??= readAll()
      await listing
      return found.get(id) ?? loadWhole(id)
    },
  }
}
