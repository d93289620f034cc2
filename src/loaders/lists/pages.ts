import DataLoader from 'dataloader'
import type { AppointmentFilter } from '../../contract/field-names.ts'
import { PAGE_LIMIT } from '../../contract/list.ts'
import type { Window } from '../../pagination/list.ts'
import { type AppointmentPage, type Appointments, filterQuery } from '../../rest/appointments/appointments.ts'
import { fillIn } from '../../rest/appointments/row.ts'
import { isRateLimited, UpstreamError } from '../../rest/errors.ts'
import { afterFailure, bypassingCache, type Operation } from '../../rest/pipe/pipe.ts'
import type { Memory } from '../memory.ts'
import type { ListMemory } from './list-memory.ts'
import { familyOf, rowsOf, unionOf } from './siblings.ts'
import { failureOfAll, readWindows, sliceOf } from './spans.ts'

export interface PagesOptions {
  readonly appointments: Appointments
  readonly listMemory: ListMemory
  readonly by: Operation
  /** Receives every row of each page. */
  readonly memory: Memory
}

export interface Pages {
  read(filter: AppointmentFilter, window: Window): Promise<AppointmentPage>
  /** Bypasses the cache. */
  readFresh(filter: AppointmentFilter, window: Window): Promise<AppointmentPage>
  forget(): void
}

interface PageKey {
  readonly filter: AppointmentFilter
  readonly window: Window
}

type Planned = [key: PageKey, page: Promise<AppointmentPage>]

/** Reads the windows that one operation requests at the same time by the fewest upstream requests. */
export function createPages({ appointments, listMemory, by, memory }: PagesOptions): Pages {
  const loader = new DataLoader<PageKey, Promise<AppointmentPage>, string>(async (keys) => plan(keys), {
    cacheKeyFn: ({ filter, window }) => `${window.offset}+${window.limit}?${filterQuery(filter)}`,
  })

  /** One promise for each key, so that the slowest read delays no other. */
  function plan(keys: readonly PageKey[]): Promise<AppointmentPage>[] {
    const costly = keys.filter(({ filter, window }) => !appointments.hasCachedList(filter, window, by))
    by.ledger.fused += costly.length
    const families = Map.groupBy(costly, ({ filter }) => filterQuery(familyOf(filter)))
    const planned = new Map([...families].flatMap(([family, members]) => planFamily(family, members)))
    return keys.map((key) => planned.get(key) ?? list(key.filter, key.window))
  }

  /** Reads lists that differ only in date range or status as one list, if that fits one request. */
  function planFamily(family: string, members: readonly PageKey[]): Planned[] {
    const filters = [...new Map(members.map(({ filter }) => [filterQuery(filter), filter])).values()]
    const union = filters.length > 1 && members.every(isNearStart) ? unionOf(filters) : undefined
    const shape = union === undefined ? '' : shapeOf(family, union)
    if (union === undefined || listMemory.isTooLong(by.view, shape)) return planLists(members)
    function readSeparately(
      isForLong: boolean,
      failure?: UpstreamError,
    ): Map<PageKey, Promise<AppointmentPage>> {
      if (isForLong) listMemory.setTooLong(by.view, shape)
      return new Map(planLists(members, failure))
    }
    const pages = send(union, FIRST_PAGE).then(
      (page) => {
        const shares = members.map((key) => shareOf(key, page))
        if (shares.includes(undefined)) return readSeparately(true)
        return new Map(members.map((key, index) => [key, shares[index] as AppointmentPage]))
      },
      (error: unknown) => {
        const failure = failureOfAll(error)
        return readSeparately(failure === undefined && isRefusal(error), failure)
      },
    )
    return members.map((key) => [key, pages.then((found) => found.get(key) as Promise<AppointmentPage>)])
  }

  function planLists(members: readonly PageKey[], failed?: UpstreamError): Planned[] {
    const lists = Map.groupBy(members, ({ filter }) => filterQuery(filter))
    return [...lists.values()].flatMap((keys) =>
      readWindows(keys, PAGE_LIMIT.max, ({ filter }, window, failure = failed) =>
        send(filter, window, failure && afterFailure(by, failure)),
      ),
    )
  }

  /** Sends a planned read. `fused` counts the planned reads that need no request of their own. */
  function send(filter: AppointmentFilter, window: Window, as = by): Promise<AppointmentPage> {
    by.ledger.fused -= 1
    return list(filter, window, as)
  }

  async function list(filter: AppointmentFilter, window: Window, as = by): Promise<AppointmentPage> {
    const page = await appointments.list(filter, window, as)
    memory.rememberList(filter, page.rows)
    const proven = provenBy(filter)
    for (const row of page.rows) if (!(row instanceof UpstreamError)) memory.remember(fillIn(row, proven))
    return page
  }

  return {
    read: async (filter, window) => loader.load({ filter, window }),
    readFresh: (filter, window) => list(filter, window, bypassingCache(by)),
    forget: () => void loader.clearAll(),
  }
}

const FIRST_PAGE: Window = { offset: 0, limit: PAGE_LIMIT.max }

/** The fields of each row that the filter of the list proves, even if the row does not contain them. */
function provenBy({ patientId, clinicianId, appointmentTypeId, locationId }: AppointmentFilter) {
  return {
    ...(patientId !== undefined && { patientId }),
    ...(clinicianId !== undefined && { clinicianId }),
    ...(appointmentTypeId !== undefined && { appointmentTypeId }),
    ...(locationId !== undefined && { locationId }),
  }
}

/** Whether the upstream refused the union itself, and would refuse it again. */
function isRefusal(error: unknown): boolean {
  if (isRateLimited(error) || !(error instanceof UpstreamError)) return false
  return error.progress !== 'notSent' && (error.extensions.status ?? 0) < 500
}

/** The page of one list, taken from the union. Undefined where the union does not prove it. */
function shareOf({ filter, window }: PageKey, union: AppointmentPage): AppointmentPage | undefined {
  const rows = union.hasMore ? undefined : rowsOf(filter, union.rows)
  if (rows === undefined) return undefined
  const slice = sliceOf({ rows, hasMore: false }, { offset: 0, limit: rows.length }, window)
  return slice && { ...union, ...slice }
}

/** A window further down means a long list, whose union with others would not fit one page. */
function isNearStart({ window }: PageKey): boolean {
  return window.offset < PAGE_LIMIT.max
}

/** Names unions by the time that they span, which decides their length: the dates of a polled list move along. */
function shapeOf(family: string, { statuses, startsFrom, startsTo }: AppointmentFilter): string {
  const length = startsFrom && startsTo ? Date.parse(startsTo) - Date.parse(startsFrom) : undefined
  return `${family} ${statuses?.join() ?? ''} ${length ?? `${startsFrom} ${startsTo}`}`
}
