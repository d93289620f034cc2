import DataLoader from 'dataloader'
import type { AppointmentFilter } from '../contract/field-names.ts'
import { PAGE_LIMIT } from '../contract/list.ts'
import type { Window } from '../pagination/list.ts'
import type { AppointmentPage } from '../rest/appointments/appointments.ts'
import { filterQuery } from '../rest/appointments/appointments.ts'
import type { RestClient } from '../rest/client.ts'
import { UpstreamError } from '../rest/errors.ts'
import { afresh, type Operation } from '../rest/pipe/pipe.ts'
import { familyOf, rowsOf, unionOf } from './siblings.ts'
import { coveringSpans, covers, sliceOf } from './spans.ts'

export interface Pages {
  read(filter: AppointmentFilter, window: Window): Promise<AppointmentPage>
  /** Past all that is remembered. */
  readAfresh(filter: AppointmentFilter, window: Window): Promise<AppointmentPage>
  forget(): void
}

interface Key {
  readonly filter: AppointmentFilter
  readonly window: Window
}

type Read = (filter: AppointmentFilter, window: Window, by: Operation) => Promise<AppointmentPage>

/** Plans the windows that are asked for at the same time: the fewest requests that show them all. */
export function createPages(rest: RestClient, by: Operation, ask: Read): Pages {
  const list = (filter: AppointmentFilter, window: Window) => ask(filter, window, by)
  const loader = new DataLoader<Key, Promise<AppointmentPage>, string>(async (keys) => plan(keys), {
    cacheKeyFn: textOf,
  })

  /** One promise a key, so that the slowest read holds up nobody else. */
  function plan(keys: readonly Key[]): Promise<AppointmentPage>[] {
    const costly = keys.filter(({ filter, window }) => !rest.appointments.holdsList(filter, window, by))
    const families = Map.groupBy(costly, ({ filter }) => filterQuery(familyOf(filter)))
    const planned = new Map([...families].flatMap(([family, members]) => planFamily(family, members)))
    return keys.map((key) => planned.get(key) ?? list(key.filter, key.window))
  }

  function planFamily(family: string, members: readonly Key[]): [Key, Promise<AppointmentPage>][] {
    const filters = [...new Map(members.map(({ filter }) => [filterQuery(filter), filter])).values()]
    const union = filters.length > 1 && members.every(isNearStart) ? unionOf(filters) : undefined
    const shape = union === undefined ? '' : shapeOf(family, union)
    if (union === undefined || rest.overflows.has(by.view, shape)) return planLists(members)
    function readApart(): Map<Key, Promise<AppointmentPage>> {
      rest.overflows.add(by.view, shape)
      return new Map(planLists(members))
    }
    const apart = list(union, WHOLE).then(
      (page) => {
        const shares = members.map((key) => shareOf(key, page))
        if (shares.includes(undefined)) return readApart()
        return new Map(members.map((key, index) => [key, shares[index] as AppointmentPage]))
      },
      (error: unknown) => {
        // What refuses the union may still allow each list.
        if (isRefused(error)) return readApart()
        throw error
      },
    )
    return members.map((key) => [key, apart.then((pages) => pages.get(key) as Promise<AppointmentPage>)])
  }

  function planLists(members: readonly Key[]): [Key, Promise<AppointmentPage>][] {
    return [...Map.groupBy(members, ({ filter }) => filterQuery(filter)).values()].flatMap(planWindows)
  }

  function planWindows(members: readonly Key[]): [Key, Promise<AppointmentPage>][] {
    const spans = coveringSpans(
      members.map(({ window }) => window),
      PAGE_LIMIT.max,
    )
    const reads = new Map<Window, Promise<AppointmentPage>>()
    return members.map((key) => {
      const span = spans.find((candidate) => covers(candidate, key.window)) ?? key.window
      const read = reads.get(span) ?? list(key.filter, span)
      reads.set(span, read)
      return [key, read.then((page) => shownBy(page, span, key))]
    })
  }

  async function shownBy(
    page: AppointmentPage,
    span: Window,
    { filter, window }: Key,
  ): Promise<AppointmentPage> {
    if (span.offset === window.offset && span.limit === window.limit) return page
    const slice = sliceOf(page, span, window)
    return slice === undefined ? list(filter, window) : { ...page, ...slice }
  }

  return {
    read: async (filter, window) => loader.load({ filter, window }),
    readAfresh: (filter, window) => ask(filter, window, afresh(by)),
    forget: () => void loader.clearAll(),
  }
}

const WHOLE: Window = { offset: 0, limit: PAGE_LIMIT.max }

function isRefused(error: unknown): boolean {
  const status = error instanceof UpstreamError ? (error.told.status ?? 0) : 0
  return [400, 404, 409, 413, 414, 422].includes(status)
}

function shareOf({ filter, window }: Key, union: AppointmentPage): AppointmentPage | undefined {
  const rows = union.hasMore ? undefined : rowsOf(filter, union.rows)
  if (rows === undefined) return undefined
  const slice = sliceOf({ rows, hasMore: false }, { offset: 0, limit: rows.length }, window)
  return slice && { ...union, ...slice }
}

/** A window far down says that its list is long, so a union with it would not fit a page. */
function isNearStart({ window }: Key): boolean {
  return window.offset < PAGE_LIMIT.max
}

/** Polls move their dates along: what makes a union too long is how much time it spans. */
function shapeOf(family: string, { statuses, startsFrom, startsTo }: AppointmentFilter): string {
  const length = startsFrom && startsTo ? Date.parse(startsTo) - Date.parse(startsFrom) : undefined
  return `${family} ${statuses?.join() ?? ''} ${length ?? `${startsFrom} ${startsTo}`}`
}

function textOf({ filter, window }: Key): string {
  return `${window.offset}+${window.limit}?${filterQuery(filter)}`
}
