import type { EntryKind } from '../contract/directory-fields.ts'
import type { AppointmentFilter, FieldName } from '../contract/field-names.ts'
import { PAGE_LIMIT } from '../contract/list.ts'
import { COUNT_COST, type Cost } from '../pagination/cost.ts'
import { countRows } from '../pagination/end.ts'
import type { List, Window, WindowReads } from '../pagination/list.ts'
import { planPage } from '../pagination/page.ts'
import { isNarrowed } from '../rest/access.ts'
import { filterQuery } from '../rest/appointments/appointments.ts'
import type { EntryFilter } from '../rest/directory/filter.ts'
import type { LoaderOptions } from './appointments.ts'
import { type EntriesOptions, MAX_DIRECTORY_PAGES } from './directory/entries.ts'
import { entryListNames } from './directory/entry-lists.ts'
import { FACET_WAVE, facetKind } from './directory/facets.ts'
import { APPOINTMENT_LISTS } from './lists/appointment-lists.ts'
import { type ConnectionRequest, keyOf, listOf, UNKNOWN_TOTAL } from './lists/connection.ts'
import { familyOf } from './lists/siblings.ts'

export interface ListPrice {
  readonly cost: Cost
  /** The maximum number of rows of the page. */
  readonly size: number
  /** Lists of one family may be read by one request. */
  readonly family: string
  /** Equal lists are read once. */
  readonly key: string
}

/** The cost of reading people or places. */
export interface EntryPrice {
  /** Once in an operation, for all of one kind. */
  readonly shared: Cost
  /** For each person or place. */
  readonly each: Cost
}

export interface FacetPrice {
  readonly kind: EntryKind
  readonly shared: Cost
  readonly lists: Cost
}

/** Estimates the upstream requests of reads, as far as they are known beforehand. Cached answers are free. */
export interface Pricing {
  find(id: string): Cost
  /** `id` is undefined where only an answer of the upstream will contain it. */
  entry(kind: EntryKind, id: string | undefined): EntryPrice
  /**
   * The requests that finding a field of so many rows by filtered lists may waste: on the directory, once in an operation, and on
   * lists. Undefined where the rows are read one by one.
   */
  facet(name: FieldName, rows: number): FacetPrice | undefined
  /** The cost of an update or a cancel. For a narrowed caller the gateway first reads whose appointment it is. */
  readonly change: Cost
  /**
   * The cost of checking that the time of so many people and places is free: a read before the booking or after it, both where
   * certainty needs both, and a cancellation where another booking came first.
   */
  ifFree(owners: number): Cost
  /** Throws the error that reading the list with these arguments would throw. */
  list(request: ConnectionRequest<AppointmentFilter>): ListPrice
  /** The same for a list of people or places. */
  entryList(kind: EntryKind, request: ConnectionRequest<EntryFilter>): Omit<ListPrice, 'family'>
}

export function createPricing(options: LoaderOptions & EntriesOptions): Pricing {
  const { appointments, listMemory, directory, sizes, by, limits } = options

  /** The cost of the page and the count; `isCached` returns whether the cache has a window. */
  function costOfList<Row>(
    list: List<Row>,
    { args, selection }: ConnectionRequest<unknown>,
    isCached: (window: Window) => boolean,
  ): Pick<ListPrice, 'cost' | 'size'> {
    /** The cost of reads whose first window may be cached. */
    function costOfReads(reads: WindowReads<Row, unknown>, cost: Cost): Cost {
      const { value, done } = reads.next()
      if (done || !isCached(value)) return cost
      return { min: 0, max: cost.max - 1 }
    }
    const plan = planPage(list, args, limits)
    const isPageRead = selection.pageInfo || (selection.rows && plan.size > 0)
    const page = isPageRead ? costOfReads(plan.read(), plan.cost) : FREE
    const counting = costOfReads(countRows(list, UNKNOWN_TOTAL, limits), COUNT_COST)
    // Counting is free where the page shows the end of the list.
    const count = selection.totalCount ? { min: isPageRead ? 0 : counting.min, max: counting.max } : FREE
    return {
      cost: { min: page.min + count.min, max: page.max + count.max },
      size: selection.rows ? plan.size : 0,
    }
  }

  /** Whether the complete directory is cached, by its last known size. */
  function hasCachedAll(kind: EntryKind): boolean {
    const size = sizes.get(by.account, kind)
    if (size === undefined) return false
    const pages = Array.from({ length: Math.max(1, Math.ceil(size / PAGE_LIMIT.max)) }, (_, page) => page)
    return pages.every((page) =>
      directory.hasCachedList(kind, {}, { offset: page * PAGE_LIMIT.max, limit: PAGE_LIMIT.max }, by),
    )
  }

  return {
    entry(kind, id) {
      if (id !== undefined && directory.hasCached(kind, id, by)) return { shared: FREE, each: FREE }
      if (kind === 'Patient') return { shared: FREE, each: { min: 1, max: 1 } }
      const shared = hasCachedAll(kind) ? FREE : { min: 1, max: MAX_DIRECTORY_PAGES }
      return { shared, each: { min: 0, max: 1 } }
    },
    facet(name, rows) {
      const kind = facetKind(name)
      if (kind === undefined || rows < 2 || isNarrowed(by.access)) return undefined
      const max = hasCachedAll(kind) ? 0 : MAX_DIRECTORY_PAGES
      return { kind, shared: { min: 0, max }, lists: { min: 0, max: FACET_WAVE } }
    },
    find: (id) => (appointments.hasCached(id, by) ? FREE : { min: 1, max: 1 }),
    change: isNarrowed(by.access) ? { min: 2, max: 2 } : { min: 1, max: 1 },
    ifFree: (owners) => (owners === 0 ? FREE : { min: owners, max: 2 * owners + 1 }),
    list(request) {
      const { filter } = request
      const list = listOf(APPOINTMENT_LISTS, filter, (text) => listMemory.count(by.view, text))
      const isCached = (window: Window) => appointments.hasCachedList(filter, window, by)
      return {
        ...costOfList(list, request, isCached),
        family: filterQuery(familyOf(filter)),
        key: keyOf(APPOINTMENT_LISTS, request),
      }
    },
    entryList(kind, request) {
      const { filter } = request
      const names = entryListNames(kind)
      const list = listOf(names, filter, (text) => listMemory.count(by.view, text))
      const isCached = (window: Window) => directory.hasCachedList(kind, filter, window, by)
      return { ...costOfList(list, request, isCached), key: keyOf(names, request) }
    },
  }
}

const FREE: Cost = { min: 0, max: 0 }
