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

/** The directory that is read to learn a field. Undefined for a field that is no such reference. */
export function facetKind(name: FieldName): EntryKind | undefined {
  return isFacet(name) ? FACETS[name] : undefined
}

export interface Learned {
  readonly value: string
  /** RFC 3339: when the cache got it, where it is older than a cached answer may be. */
  readonly staleSince: string | undefined
}

export interface Facets {
  /** The id that the appointment names. Undefined where it has to be read by itself. */
  learn(id: string, facet: FacetName): Promise<Learned | undefined>
  forget(): void
}

export interface FacetsOptions {
  readonly appointments: Appointments
  readonly directory: Directory
  readonly sizes: SizeMemory
  readonly memory: Memory
  readonly by: Operation
  /** The ids of a directory; undefined where it has that many, which need not be read for this. */
  readonly idsOf: (kind: EntryKind, tooMany: number) => Promise<readonly string[] | undefined>
  /** Whether the appointment is read by itself anyway, for another of its fields. */
  readonly isReadWhole: (id: string) => boolean
}

interface Asked {
  readonly id: string
  readonly facet: FacetName
}

/** A list of one directory entry within the span of a page. */
interface Candidate {
  readonly facet: FacetName
  readonly entryId: string
}

/** Fewer rows are read one by one: a directory that nobody has read yet may cost more than it saves. */
const MIN_FACET_ROWS = 8
/** The lists that are read at once. They are the most that can be read in vain. */
export const FACET_WAVE = 4

/**
 * Rows of a list may lack whom and where they name. To read each of them costs a request a row. The API can filter a list
 * by clinician, type or location, so the other way round costs a request for each of those: the rows of the page that the
 * list of a clinician shows are hers.
 *
 * It begins where all lists together are fewer than the rows, with the entries that had most appointments last time, and
 * stops where a wave of lists finds fewer rows than it costs. A row is saved once all that is asked of it is known: of several
 * references, lists are read in turn, and no more than so many in vain. A list that is cut off counts for the rows that it
 * shows. A row that two lists show has moved between them. Whatever is not learned is read by itself, so an answer is never
 * a guess, and room for that is never spent on lists.
 */
export function createFacets(options: FacetsOptions): Facets {
  const { appointments, directory, sizes, memory, by, idsOf, isReadWhole } = options
  const loader = new DataLoader<Asked, Learned | undefined, string>(learnAll, {
    cacheKeyFn: ({ id, facet }) => `${facet} ${id}`,
    maxBatchSize: Number.POSITIVE_INFINITY,
  })

  async function learnAll(asked: readonly Asked[]): Promise<(Learned | undefined)[]> {
    const learned = new Map<string, Learned>()
    // The filters of a narrowed caller's lists prove what they can already.
    if (asked.length >= MIN_FACET_ROWS && !isNarrowed(by.access)) {
      const costly = asked.filter(({ id }) => !isReadWhole(id) && !appointments.hasCached(id, by))
      const pages = Map.groupBy(costly, ({ id }) => pageOf(id))
      for (const [page, members] of pages)
        if (page !== undefined && members.length >= MIN_FACET_ROWS)
          await invert(JSON.parse(page) as AppointmentFilter, members, learned)
    }
    return asked.map(({ id, facet }) => learned.get(`${facet} ${id}`))
  }

  /** The filter of the page that showed the row, as text. */
  function pageOf(id: string): string | undefined {
    const filter = memory.listOf(id)
    return filter && typeof memory.row(id)?.startTime === 'string' ? JSON.stringify(filter) : undefined
  }

  async function invert(
    page: AppointmentFilter,
    asked: readonly Asked[],
    learned: Map<string, Learned>,
  ): Promise<void> {
    const rows = new Set(asked.map(({ id }) => id))
    const candidates = await candidatesFor(asked, rows.size)
    const span = { ...page, ...spanOf([...rows]) }
    const shownBy = new Map(asked.map(({ id, facet }) => [`${facet} ${id}`, new Set<string>()]))
    let staleSince: string | undefined

    const facets = [...new Set(asked.map(({ facet }) => facet))]
    const spent: Candidate[] = []
    const missing = () => asked.filter(({ id, facet }) => shownBy.get(`${facet} ${id}`)?.size === 0)

    /** Each facet has found as many rows as it has cost. */
    function arePaying(open: readonly Asked[]): boolean {
      const count = (list: readonly { readonly facet: FacetName }[], facet: FacetName) =>
        list.filter((each) => each.facet === facet).length
      return facets.every((facet) => count(asked, facet) - count(open, facet) >= count(spent, facet))
    }

    async function read({ facet, entryId }: Candidate): Promise<void> {
      const filter = { ...span, [facet]: entryId }
      const list = await appointments.list(filter, { offset: 0, limit: PAGE_LIMIT.max }, by)
      sizes.setBusyness(by.account, entryId, list.rows.length)
      if (list.staleSince !== undefined && (staleSince === undefined || list.staleSince < staleSince))
        staleSince = list.staleSince
      for (const row of list.rows) {
        if (row instanceof UpstreamError) continue
        const shown = row[facet]
        if (shown === undefined || shown === entryId) shownBy.get(`${facet} ${row.id}`)?.add(entryId)
      }
    }

    for (let rest = candidates; rest.length > 0; ) {
      const open = missing()
      const wanted = rest.filter(({ facet }) => open.some((each) => each.facet === facet))
      const wave = wanted.slice(0, FACET_WAVE)
      rest = wanted.slice(FACET_WAVE)
      const { exchanges, ceiling } = by.ledger
      const left = new Set(open.map(({ id }) => id)).size
      if (wave.length === 0 || left <= wave.length || exchanges + wave.length > ceiling) break
      if (takesRoom(wave.length, left, by.ledger) && (spent.length === 0 || !arePaying(open))) break
      const wasted = spent.length - (rows.size - left)
      if (wasted + wave.length > FACET_WAVE * facets.length) break
      spent.push(...wave)
      const outcomes = await Promise.allSettled(wave.map(read))
      if (outcomes.some(({ status }) => status === 'rejected')) break
      if (open.length - missing().length < wave.length) break
    }
    for (const { id, facet } of asked) {
      const [value, another] = shownBy.get(`${facet} ${id}`) ?? []
      if (value === undefined || another !== undefined) continue
      learned.set(`${facet} ${id}`, { value, staleSince })
      memory.remember({ id, [facet]: value })
    }
  }

  /** The lists to read, those first that had most rows last time. None where that would cost as much as the rows. */
  async function candidatesFor(asked: readonly Asked[], rows: number): Promise<readonly Candidate[]> {
    const facets = [...new Set(asked.map(({ facet }) => facet))]
    const kinds = facets.map((facet) => FACETS[facet])
    if (kinds.some((kind) => directory.isAllowed(kind, by) === false)) return []
    const known = kinds.map((kind) => sizes.get(by.account, kind) ?? 1)
    if (known.reduce((sum, size) => sum + size + 1, 0) >= rows) return []
    const pages = known.reduce((sum, size) => sum + Math.ceil(size / PAGE_LIMIT.max), 0)
    if (takesRoom(pages, rows, by.ledger)) return []
    const found = await Promise.allSettled(facets.map((facet) => candidatesOf(facet, rows)))
    // Without one of the directories each row is read by itself anyway.
    const lists = found.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []))
    if (lists.length < facets.length || lists.flat().length + 1 >= rows) return []
    return inTurn(lists)
  }

  /** Those first that had most appointments last time. Undefined where they are as many as the rows. */
  async function candidatesOf(facet: FacetName, rows: number): Promise<readonly Candidate[] | undefined> {
    const ids = await idsOf(FACETS[facet], rows)
    const busyness = (id: string) => sizes.busyness(by.account, id)
    const sorted = ids?.toSorted((a, b) => busyness(b) - busyness(a))
    return sorted?.map((entryId) => ({ facet, entryId }))
  }

  /** From the first to the last of these rows: nobody else's are asked for. */
  function spanOf(ids: readonly string[]): Pick<AppointmentFilter, 'startsFrom' | 'startsTo'> {
    const starts = ids.map((id) => memory.row(id)?.startTime as string).sort(byInstant)
    const startsFrom = toMilliseconds(starts[0] ?? '', 'down')
    const startsTo = toMilliseconds(starts.at(-1) ?? '', 'up')
    return { ...(startsFrom !== undefined && { startsFrom }), ...(startsTo !== undefined && { startsTo }) }
  }

  return {
    learn: (id, facet) => loader.load({ id, facet }),
    forget: () => void loader.clearAll(),
  }
}

/** Whether rows that can be read by themselves now could not be once so many requests are spent. */
function takesRoom(cost: number, rows: number, { exchanges, ceiling }: Operation['ledger']): boolean {
  return exchanges + rows <= ceiling && exchanges + cost + rows > ceiling
}

/** The first of each, then the second of each, and so on. */
function inTurn<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, nth) => lists.flatMap((list) => list.slice(nth, nth + 1))).flat()
}

/** All instants have one form here, and compare as text without the Z. */
function byInstant(a: string, b: string): number {
  return a.slice(0, -1) < b.slice(0, -1) ? -1 : 1
}
