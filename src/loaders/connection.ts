import type { AppointmentFilter } from '../contract/field-names.ts'
import type { PageArguments, PageLimits } from '../pagination/arguments.ts'
import { countRows } from '../pagination/end.ts'
import type { List, Slice, Window, WindowReads } from '../pagination/list.ts'
import { type Edge, type PageInfo, planPage } from '../pagination/page.ts'
import { filterQuery } from '../rest/appointments/appointments.ts'
import type { AppointmentRow, ListedRow } from '../rest/appointments/row.ts'
import { UpstreamError } from '../rest/errors.ts'
import { type AppointmentRef, refTo } from './memory.ts'
import { createPages, type PagesOptions } from './pages.ts'
import { noteStale, type ResolvedAt } from './stale.ts'

/** A page of a list. */
export interface AppointmentConnection {
  readonly edges: readonly { readonly node: AppointmentRef; readonly cursor: string }[]
  readonly pageInfo: PageInfo
  /** Asks the upstream unless the page shows the end of the list. */
  readonly count: () => Promise<number>
}

/** Which parts of a connection the client wants, because each may cost upstream requests of its own. */
export interface ConnectionSelection {
  readonly rows: boolean
  readonly pageInfo: boolean
  readonly totalCount: boolean
}

export interface ConnectionsOptions extends PagesOptions {
  readonly limits: PageLimits
}

export interface Connections {
  read(
    filter: AppointmentFilter,
    args: PageArguments,
    wanted: ConnectionSelection,
    at: ResolvedAt,
  ): Promise<AppointmentConnection>
  forget(): void
}

/** A connection that several places of an operation show. */
interface Shared {
  readonly connection: Promise<AppointmentConnection>
  readonly places: ResolvedAt[]
  asOf: string | undefined
}

/**
 * Runs the pagination's plans against the upstream. Arguments are judged before anything is asked. Equal connections of
 * one operation are made once: where each row shows its patient's, two thirds of them are equal, and that is a fifth of
 * the operation's memory.
 */
export function createConnections(options: ConnectionsOptions): Connections {
  const { limits, listMemory, by } = options
  const pages = createPages(options)
  const known = new Map<string, Shared>()

  async function make(
    filter: AppointmentFilter,
    args: PageArguments,
    wanted: ConnectionSelection,
    noteAge: (asOf: string | undefined) => void,
  ): Promise<AppointmentConnection> {
    const list = listOf(filter, (text) => listMemory.count(by.view, text))
    async function read(window: Window, isRepeated: boolean): Promise<Slice<ListedRow>> {
      const slice = await (isRepeated ? pages.readFresh(filter, window) : pages.read(filter, window))
      noteAge(slice.staleSince)
      return { rows: slice.rows, hasMore: slice.hasMore }
    }
    const plan = planPage(list, args, limits)
    const isNeeded = wanted.pageInfo || (wanted.rows && plan.size > 0)
    const shown = isNeeded ? await run(plan.read(), read) : undefined

    async function count(): Promise<number> {
      const total = await run(countRows(list, shown?.total ?? NOTHING_KNOWN, limits), read)
      listMemory.setCount(by.view, list.filter, total)
      return total
    }
    return {
      edges: shown?.edges.map((edge) => new AppointmentEdge(edge)) ?? [],
      pageInfo: shown?.pageInfo ?? EMPTY,
      count,
    }
  }

  function begin(key: string, filter: AppointmentFilter, args: PageArguments, wanted: ConnectionSelection) {
    const places: ResolvedAt[] = []
    function noteAge(asOf: string | undefined): void {
      if (asOf === undefined) return
      if (shared.asOf === undefined || asOf < shared.asOf) shared.asOf = asOf
      for (const place of places) noteStale(by, place, asOf)
    }
    const connection = make(filter, args, wanted, noteAge)
    const shared: Shared = { connection, places, asOf: undefined }
    known.set(key, shared)
    return shared
  }

  return {
    read(filter, args, wanted, at) {
      const { first, after, last, before } = args
      const key = JSON.stringify([filterQuery(filter), first, after, last, before, wanted])
      const shared = known.get(key) ?? begin(key, filter, args, wanted)
      shared.places.push(at)
      noteStale(by, at, shared.asOf)
      return shared.connection
    },
    forget() {
      pages.forget()
      known.clear()
    },
  }
}

export const NOTHING_KNOWN = { atLeast: 0, exact: undefined }
const EMPTY: PageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }

/**
 * A plan yields the windows that it wants, and is sent what they show. One that asks for a window again has seen the
 * list move: what is remembered of it would lead the plan in a circle.
 */
async function run<Result>(
  plan: WindowReads<ListedRow, Result>,
  read: (window: Window, isRepeated: boolean) => Promise<Slice<ListedRow>>,
): Promise<Result> {
  const asked = new Set<string>()
  let step = plan.next()
  while (!step.done) {
    const text = `${step.value.offset}+${step.value.limit}`
    const slice = await read(step.value, asked.has(text))
    asked.add(text)
    step = plan.next(slice)
  }
  return step.value
}

export function listOf(
  filter: AppointmentFilter,
  guess: (text: string) => number | undefined,
): List<ListedRow> {
  const text = filterQuery(filter)
  return {
    filter: text,
    // An unreadable row has no id, so one can't be told from another.
    identify: (row) => (row instanceof UpstreamError ? 'unreadable' : row.id),
    state: (row) => (row instanceof UpstreamError ? '' : stateOf(row)),
    guess: guess(text),
  }
}

/**
 * What an order may depend on, and when the row last changed: to write out all 24 fields took a tenth of the time of a
 * page whose cursors are asked for.
 */
function stateOf({ startTime, endTime, status, title, createdAt, updatedAt }: AppointmentRow): string {
  return `${startTime} ${endTime} ${status} ${title} ${createdAt} ${updatedAt}`
}

class AppointmentEdge {
  readonly node: AppointmentRef
  private readonly edge: Edge<ListedRow>

  constructor(edge: Edge<ListedRow>) {
    const { node } = edge
    // GraphQL's executor fails the place where it is given an error for a value, which no type of its says.
    this.node = node instanceof UpstreamError ? (node as never) : refTo(node.id)
    this.edge = edge
  }

  get cursor(): string {
    return this.edge.cursor
  }
}
