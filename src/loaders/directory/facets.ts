import DataLoader from 'dataloader'
import type { EntryKind } from '../../contract/directory-fields.ts'
import type { AppointmentFilter, FieldName } from '../../contract/field-names.ts'
import { toMilliseconds } from '../../contract/instant.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import { isNarrowed } from '../../rest/access.ts'
import type { Appointments } from '../../rest/appointments/appointments.ts'
import type { Directory } from '../../rest/directory/directory.ts'
import { UpstreamError } from '../../rest/errors.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import type { Memory } from '../memory.ts'
import type { SizeMemory } from './sizes.ts'

/** The references of an appointment whose lists the API can filter by, and whose directory is small. */
const FACETS = {
  clinicianId: 'Clinician',
  appointmentTypeId: 'AppointmentType',
  locationId: 'Location',
} as const satisfies Partial<Record<FieldName, EntryKind>>

export type FacetName = keyof typeof FACETS

export function isFacet(name: string): name is FacetName {
  return Object.hasOwn(FACETS, name)
}

/** The directory that is read to find a field. Undefined for a field that is not such a reference. */
export function facetKind(name: FieldName): EntryKind | undefined {
  return isFacet(name) ? FACETS[name] : undefined
}

export interface FoundId {
  readonly value: string
  /** RFC 3339: when a stale list that proves it was requested. Undefined where all of them are fresh. */
  readonly staleSince: string | undefined
}

export interface Facets {
  /** The id that the appointment refers to. Undefined where the appointment has to be read by its id. */
  find(id: string, facet: FacetName): Promise<FoundId | undefined>
  forget(): void
}

export interface FacetsOptions {
  readonly appointments: Appointments
  readonly directory: Directory
  readonly sizes: SizeMemory
  readonly memory: Memory
  readonly by: Operation
  /** The ids of a directory. Undefined where it has `tooMany` entries or more: then its other pages are not read. */
  readonly idsOf: (kind: EntryKind, tooMany: number) => Promise<readonly string[] | undefined>
  /** Whether the appointment is read by its id anyway, for another field. */
  readonly isReadComplete: (id: string) => boolean
}

interface Wanted {
  readonly id: string
  readonly facet: FacetName
}

/** A list of one directory entry within the span of a page. */
interface Candidate {
  readonly facet: FacetName
  readonly entryId: string
}

/** Fewer rows are read one by one: reading the directory may cost more than it saves. */
const MIN_FACET_ROWS = 8
/** The lists that are read at the same time, and so the number that may be wasted. */
export const FACET_WAVE = 4

/**
 * The rows of a list may not contain the ids of the people and places that they refer to, and to read each row costs a request.
 * The API can filter lists by clinician, type and location. So the inverse costs one request for each clinician: the rows of the
 * page that are in a clinician's list are hers.
 *
 * This is tried if there are fewer such lists than rows. It begins with the entries that had the most appointments last time, and
 * stops when a wave of lists finds fewer rows than it costs. A row saves its request once each wanted reference is found; so with
 * several kinds of references, their lists are read in turn, and a limited number may be wasted. A list that does not fit one page
 * counts for the rows that it contains. A row in two lists has moved between them. Rows that are not found are read by their ids,
 * so no answer is a guess, and lists never use the requests that those reads need.
 */
export function createFacets(options: FacetsOptions): Facets {
  const { appointments, directory, sizes, memory, by, idsOf, isReadComplete } = options
  const loader = new DataLoader<Wanted, FoundId | undefined, string>(findAll, {
    cacheKeyFn: ({ id, facet }) => `${facet} ${id}`,
    maxBatchSize: Number.POSITIVE_INFINITY,
  })

  async function findAll(wanted: readonly Wanted[]): Promise<(FoundId | undefined)[]> {
    const found = new Map<string, FoundId>()
    // The filter of a narrowed caller's list already proves the reference.
    if (wanted.length >= MIN_FACET_ROWS && !isNarrowed(by.access)) {
      const costly = wanted.filter(({ id }) => !isReadComplete(id) && !appointments.hasCached(id, by))
      const pages = Map.groupBy(costly, ({ id }) => pageOf(id))
      for (const [page, members] of pages)
        if (page !== undefined && members.length >= MIN_FACET_ROWS)
          await invert(JSON.parse(page) as AppointmentFilter, members, found)
    }
    return wanted.map(({ id, facet }) => found.get(`${facet} ${id}`))
  }

  /** The filter of the page that contains the row, as text. */
  function pageOf(id: string): string | undefined {
    const filter = memory.listOf(id)
    return filter && typeof memory.row(id)?.startTime === 'string' ? JSON.stringify(filter) : undefined
  }

  async function invert(
    page: AppointmentFilter,
    wanted: readonly Wanted[],
    found: Map<string, FoundId>,
  ): Promise<void> {
    const rows = new Set(wanted.map(({ id }) => id))
    const candidates = await candidatesFor(wanted, rows.size)
    const span = { ...page, ...spanOf([...rows]) }
    /** The entries whose lists contain the row. */
    const entriesOf = new Map(wanted.map(({ id, facet }) => [`${facet} ${id}`, new Set<string>()]))
    let staleSince: string | undefined

    const facets = [...new Set(wanted.map(({ facet }) => facet))]
    const spent: Candidate[] = []
    const missing = () => wanted.filter(({ id, facet }) => entriesOf.get(`${facet} ${id}`)?.size === 0)

    /** Whether the lists of each facet have found at least as many rows as they have cost. */
    function arePaying(open: readonly Wanted[]): boolean {
      const count = (list: readonly { readonly facet: FacetName }[], facet: FacetName) =>
        list.filter((each) => each.facet === facet).length
      return facets.every((facet) => count(wanted, facet) - count(open, facet) >= count(spent, facet))
    }

    async function read({ facet, entryId }: Candidate): Promise<void> {
      const filter = { ...span, [facet]: entryId }
      const list = await appointments.list(filter, { offset: 0, limit: PAGE_LIMIT.max }, by)
      sizes.setBusyness(by.account, entryId, list.rows.length)
      if (list.staleSince !== undefined && (staleSince === undefined || list.staleSince < staleSince))
        staleSince = list.staleSince
      for (const row of list.rows) {
        if (row instanceof UpstreamError) continue
        const contained = row[facet]
        if (contained === undefined || contained === entryId)
          entriesOf.get(`${facet} ${row.id}`)?.add(entryId)
      }
    }

    for (let rest = candidates; rest.length > 0; ) {
      const open = missing()
      const useful = rest.filter(({ facet }) => open.some((each) => each.facet === facet))
      const wave = useful.slice(0, FACET_WAVE)
      rest = useful.slice(FACET_WAVE)
      const { exchanges, ceiling } = by.ledger
      const left = new Set(open.map(({ id }) => id)).size
      if (wave.length === 0 || left <= wave.length || exchanges + wave.length > ceiling) break
      if (wouldExhaust(wave.length, left, by.ledger) && (spent.length === 0 || !arePaying(open))) break
      const wasted = spent.length - (rows.size - left)
      if (wasted + wave.length > FACET_WAVE * facets.length) break
      spent.push(...wave)
      const outcomes = await Promise.allSettled(wave.map(read))
      if (outcomes.some(({ status }) => status === 'rejected')) break
      if (open.length - missing().length < wave.length) break
    }
    for (const { id, facet } of wanted) {
      const [value, another] = entriesOf.get(`${facet} ${id}`) ?? []
      if (value === undefined || another !== undefined) continue
      found.set(`${facet} ${id}`, { value, staleSince })
      memory.remember({ id, [facet]: value })
    }
  }

  /** The lists to read, those with the most rows last time first. Empty where they would cost as much as the rows. */
  async function candidatesFor(wanted: readonly Wanted[], rows: number): Promise<readonly Candidate[]> {
    const facets = [...new Set(wanted.map(({ facet }) => facet))]
    const kinds = facets.map((facet) => FACETS[facet])
    if (kinds.some((kind) => directory.isAllowed(kind, by) === false)) return []
    const known = kinds.map((kind) => sizes.get(by.account, kind) ?? 1)
    if (known.reduce((sum, size) => sum + size + 1, 0) >= rows) return []
    const pages = known.reduce((sum, size) => sum + Math.ceil(size / PAGE_LIMIT.max), 0)
    if (wouldExhaust(pages, rows, by.ledger)) return []
    const found = await Promise.allSettled(facets.map((facet) => candidatesOf(facet, rows)))
    // If one of the directories can't be read, each row has to be read by its id.
    const lists = found.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []))
    if (lists.length < facets.length || lists.flat().length + 1 >= rows) return []
    return inTurn(lists)
  }

  /** The entries with the most appointments last time first. Undefined where there are at least as many as rows. */
  async function candidatesOf(facet: FacetName, rows: number): Promise<readonly Candidate[] | undefined> {
    const ids = await idsOf(FACETS[facet], rows)
    const busyness = (id: string) => sizes.busyness(by.account, id)
    const sorted = ids?.toSorted((a, b) => busyness(b) - busyness(a))
    return sorted?.map((entryId) => ({ facet, entryId }))
  }

  /** The span from the first of these rows to the last, so that lists contain few other rows. */
  function spanOf(ids: readonly string[]): Pick<AppointmentFilter, 'startsFrom' | 'startsTo'> {
    const starts = ids.map((id) => memory.row(id)?.startTime as string).sort(byInstant)
    const startsFrom = toMilliseconds(starts[0] ?? '', 'down')
    const startsTo = toMilliseconds(starts.at(-1) ?? '', 'up')
    return { ...(startsFrom !== undefined && { startsFrom }), ...(startsTo !== undefined && { startsTo }) }
  }

  return {
    find: (id, facet) => loader.load({ id, facet }),
    forget: () => void loader.clearAll(),
  }
}

/** Whether the ceiling has room for reading the rows by their ids now, and not after `cost` more requests. */
function wouldExhaust(cost: number, rows: number, { exchanges, ceiling }: Operation['ledger']): boolean {
  return exchanges + rows <= ceiling && exchanges + cost + rows > ceiling
}

/** The first of each, then the second of each, and so on. */
function inTurn<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, nth) => lists.flatMap((list) => list.slice(nth, nth + 1))).flat()
}

/** Compares instants of one form as texts without the `Z`. */
function byInstant(a: string, b: string): number {
  return a.slice(0, -1) < b.slice(0, -1) ? -1 : 1
}
