import type { AppointmentFilter } from '../../contract/field-names.ts'
import type { PageArguments, PageLimits } from '../../pagination/arguments.ts'
import { countRows } from '../../pagination/end.ts'
import type { List, Slice, Window, WindowReads } from '../../pagination/list.ts'
import { planPage } from '../../pagination/page.ts'
import type { Edge, PageInfo } from '../../pagination/piece.ts'
import { filterQuery } from '../../rest/appointments/appointments.ts'
import type { AppointmentRow, ListedRow } from '../../rest/appointments/row.ts'
import { UpstreamError } from '../../rest/errors.ts'
import { type AppointmentRef, refTo } from '../memory.ts'
import { noteStale, type ResolvedAt } from '../stale.ts'
import { createPages, type PagesOptions } from './pages.ts'

/** A page of a list. */
export interface AppointmentConnection {
  readonly edges: readonly { readonly node: AppointmentRef; readonly cursor: string }[]
  readonly pageInfo: PageInfo
  /** Asks the upstream unless the page shows the end of the list. */
  readonly count: () => Promise<number>
}

/** The parts of a connection that the client selects, because each may cost upstream requests of its own. */
export interface ConnectionSelection {
  readonly rows: boolean
  readonly pageInfo: boolean
  readonly totalCount: boolean
}

export interface ConnectionRequest {
  readonly filter: AppointmentFilter
  readonly args: PageArguments
  readonly selection: ConnectionSelection
}

export interface ConnectionsOptions extends PagesOptions {
  readonly limits: PageLimits
}

export interface Connections {
  read(request: ConnectionRequest, at: ResolvedAt): Promise<AppointmentConnection>
  forget(): void
}

/** A connection that several fields of an operation return. */
interface SharedConnection {
  readonly connection: Promise<AppointmentConnection>
  readonly places: ResolvedAt[]
  asOf: string | undefined
}

/**
 * Runs the plans of the pagination against the upstream. Bad arguments are refused before it asks anything. Equal
 * connections of one operation are read and built once: rows of a list often share their patient, and so its list.
 */
export function createConnections(options: ConnectionsOptions): Connections {
  const { limits, listMemory, by } = options
  const pages = createPages(options)
  const known = new Map<string, SharedConnection>()

  async function build(
    { filter, args, selection }: ConnectionRequest,
    noteAge: (asOf: string | undefined) => void,
  ): Promise<AppointmentConnection> {
    const list = listOf(filter, (text) => listMemory.count(by.view, text))
    async function readWindow(window: Window, isRepeated: boolean): Promise<Slice<ListedRow>> {
      const page = await (isRepeated ? pages.readFresh(filter, window) : pages.read(filter, window))
      noteAge(page.staleSince)
      return page
    }
    const plan = planPage(list, args, limits)
    const isPageNeeded = selection.pageInfo || (selection.rows && plan.size > 0)
    const page = isPageNeeded ? await runReads(plan.read(), readWindow) : undefined

    async function count(): Promise<number> {
      const total = await runReads(countRows(list, page?.total ?? UNKNOWN_TOTAL, limits), readWindow)
      listMemory.setCount(by.view, list.filter, total)
      return total
    }
    return {
      edges: page?.edges.map((edge) => new AppointmentEdge(edge)) ?? [],
      pageInfo: page?.pageInfo ?? EMPTY,
      count,
    }
  }

  function begin(key: string, request: ConnectionRequest): SharedConnection {
    const places: ResolvedAt[] = []
    function noteAge(asOf: string | undefined): void {
      if (asOf === undefined) return
      if (shared.asOf === undefined || asOf < shared.asOf) shared.asOf = asOf
      for (const place of places) noteStale(by, place, asOf)
    }
    const connection = build(request, noteAge)
    const shared: SharedConnection = { connection, places, asOf: undefined }
    known.set(key, shared)
    return shared
  }

  return {
    read(request, at) {
      const key = keyOf(request)
      const shared = known.get(key) ?? begin(key, request)
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

/** Equal connections have equal keys. */
export function keyOf({ filter, args, selection }: ConnectionRequest): string {
  const { first, after, last, before } = args
  return JSON.stringify([filterQuery(filter), first, after, last, before, selection])
}

export const UNKNOWN_TOTAL = { atLeast: 0, exact: undefined }
const EMPTY: PageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }

/**
 * A plan yields the windows that it wants, and receives their rows. A plan that asks for a window again has seen the list
 * move, and gets it past the cache: the cached rows would lead it in a circle.
 */
async function runReads<Result>(
  reads: WindowReads<ListedRow, Result>,
  readWindow: (window: Window, isRepeated: boolean) => Promise<Slice<ListedRow>>,
): Promise<Result> {
  const asked = new Set<string>()
  let step = reads.next()
  while (!step.done) {
    const { offset, limit } = step.value
    const slice = await readWindow(step.value, asked.has(`${offset}+${limit}`))
    asked.add(`${offset}+${limit}`)
    step = reads.next(slice)
  }
  return step.value
}

/** The list as the pagination sees it. `countOf` returns how many rows it had when it was last counted. */
export function listOf(
  filter: AppointmentFilter,
  countOf: (text: string) => number | undefined,
): List<ListedRow> {
  const text = filterQuery(filter)
  return {
    filter: text,
    // An unreadable row has no id, so one can't be told from another.
    identify: (row) => (row instanceof UpstreamError ? 'unreadable' : row.id),
    state: (row) => (row instanceof UpstreamError ? '' : stateOf(row)),
    guess: countOf(text),
  }
}

/** The fields that an order may depend on, and those that show that the row changed. */
function stateOf({ startTime, endTime, status, title, createdAt, updatedAt }: AppointmentRow): string {
  return `${startTime} ${endTime} ${status} ${title} ${createdAt} ${updatedAt}`
}

/** A class for the same reason as the edges of `pagination/piece.ts`: its cursor is encoded only when a client selects it. */
class AppointmentEdge {
  readonly node: AppointmentRef
  private readonly edge: Edge<ListedRow>

  constructor(edge: Edge<ListedRow>) {
    const { node } = edge
    // The executor reports an Error in the place of a value as the failure of that place; the types of `graphql` do not say so.
    this.node = node instanceof UpstreamError ? (node as never) : refTo(node.id)
    this.edge = edge
  }

  get cursor(): string {
    return this.edge.cursor
  }
}
