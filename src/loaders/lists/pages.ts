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
  /** Gets every row that a page shows. */
  readonly memory: Memory
}

export interface Pages {
  read(filter: AppointmentFilter, window: Window): Promise<AppointmentPage>
  /** Past the cache. */
  readFresh(filter: AppointmentFilter, window: Window): Promise<AppointmentPage>
  forget(): void
}

interface PageKey {
  readonly filter: AppointmentFilter
  readonly window: Window
}

type Planned = [key: PageKey, page: Promise<AppointmentPage>]

/** Plans the windows that one operation asks for at the same time: the fewest requests that show them all. */
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

  /** Lists that differ only in date range or status are read as one list, where that fits one request. */
  function planFamily(family: string, members: readonly PageKey[]): Planned[] {
    const filters = [...new Map(members.map(({ filter }) => [filterQuery(filter), filter])).values()]
    const union = filters.length > 1 && members.every(isNearStart) ? unionOf(filters) : undefined
    const shape = union === undefined ? '' : shapeOf(family, union)
    if (union === undefined || listMemory.isTooLong(by.view, shape)) return planLists(members)
    function readApart(isForLong: boolean, failure?: UpstreamError): Map<PageKey, Promise<AppointmentPage>> {
      if (isForLong) listMemory.setTooLong(by.view, shape)
      return new Map(planLists(members, failure))
    }
    const pages = ask(union, WHOLE).then(
      (page) => {
        const shares = members.map((key) => shareOf(key, page))
        if (shares.includes(undefined)) return readApart(true)
        return new Map(members.map((key, index) => [key, shares[index] as AppointmentPage]))
      },
      (error: unknown) => {
        const failure = failureOfAll(error)
        return readApart(failure === undefined && isJudgment(error), failure)
      },
    )
    return members.map((key) => [key, pages.then((found) => found.get(key) as Promise<AppointmentPage>)])
  }

  function planLists(members: readonly PageKey[], failed?: UpstreamError): Planned[] {
    const lists = Map.groupBy(members, ({ filter }) => filterQuery(filter))
    return [...lists.values()].flatMap((keys) =>
      readWindows(keys, PAGE_LIMIT.max, ({ filter }, window, failure = failed) =>
        ask(filter, window, failure && afterFailure(by, failure)),
      ),
    )
  }

  /** A read that was planned: what is planned and needs none is saved. */
  function ask(filter: AppointmentFilter, window: Window, as = by): Promise<AppointmentPage> {
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

const WHOLE: Window = { offset: 0, limit: PAGE_LIMIT.max }

/** What the filter of a list proves of each of its rows, whatever they show. */
function provenBy({ patientId, clinicianId, appointmentTypeId, locationId }: AppointmentFilter) {
  return {
    ...(patientId !== undefined && { patientId }),
    ...(clinicianId !== undefined && { clinicianId }),
    ...(appointmentTypeId !== undefined && { appointmentTypeId }),
    ...(locationId !== undefined && { locationId }),
  }
}

/** The upstream has judged the union itself, and would do so again. */
function isJudgment(error: unknown): boolean {
  if (isRateLimited(error) || !(error instanceof UpstreamError)) return false
  return error.progress !== 'notSent' && (error.extensions.status ?? 0) < 500
}

/** One list's page out of the union; undefined where the union does not prove it. */
function shareOf({ filter, window }: PageKey, union: AppointmentPage): AppointmentPage | undefined {
  const rows = union.hasMore ? undefined : rowsOf(filter, union.rows)
  if (rows === undefined) return undefined
  const slice = sliceOf({ rows, hasMore: false }, { offset: 0, limit: rows.length }, window)
  return slice && { ...union, ...slice }
}

/** A window far down means a long list, whose union with others does not fit a page. */
function isNearStart({ window }: PageKey): boolean {
  return window.offset < PAGE_LIMIT.max
}

/** Polls move their dates along, and the time that a union spans is what makes it too long. */
function shapeOf(family: string, { statuses, startsFrom, startsTo }: AppointmentFilter): string {
  const length = startsFrom && startsTo ? Date.parse(startsTo) - Date.parse(startsFrom) : undefined
  return `${family} ${statuses?.join() ?? ''} ${length ?? `${startsFrom} ${startsTo}`}`
}
