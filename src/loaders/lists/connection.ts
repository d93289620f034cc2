import type { PageArguments, PageLimits } from '../../pagination/arguments.ts'
import type { Edge, PageInfo } from '../../pagination/chunk.ts'
import { countRows } from '../../pagination/end.ts'
import type { List, Slice, Window, WindowReads } from '../../pagination/list.ts'
import { planPage } from '../../pagination/page.ts'
import { UpstreamError } from '../../rest/errors.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { noteStale, type ResolvedAt } from '../stale.ts'
import type { ListMemory } from './list-memory.ts'

/** A page of a list. */
export interface Connection<Node> {
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[]
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

export interface ConnectionRequest<Filter> {
  readonly filter: Filter
  readonly args: PageArguments
  readonly selection: ConnectionSelection
}

/** A row of a list, or the error in its place where it could not be read. */
type Listed<Row> = Row | UpstreamError

export interface ListedPage<Row> extends Slice<Listed<Row>> {
  /** RFC 3339: when the cache got it, where it is older than a cached answer may be. */
  readonly staleSince: string | undefined
}

/** The lists of one kind of thing. */
export interface ListSource<Filter, Row extends { readonly id: string }, Node> {
  /** Names a list: equal filters have equal texts, and no other list of the gateway has this one. */
  readonly textOf: (filter: Filter) => string
  /** The values that an order may depend on, and those that show that the row changed. */
  readonly stateOf: (row: Row) => string
  readonly nodeOf: (row: Row) => Node
  read(filter: Filter, window: Window): Promise<ListedPage<Row>>
  /** Past the cache. */
  readFresh(filter: Filter, window: Window): Promise<ListedPage<Row>>
  forget(): void
}

export interface ConnectionsOptions<Filter, Row extends { readonly id: string }, Node> {
  readonly source: ListSource<Filter, Row, Node>
  readonly listMemory: ListMemory
  readonly by: Operation
  readonly limits: PageLimits
}

export interface Connections<Filter, Node> {
  read(request: ConnectionRequest<Filter>, at: ResolvedAt): Promise<Connection<Node>>
  forget(): void
}

/** A connection that several fields of an operation return. */
interface SharedConnection<Node> {
  readonly connection: Promise<Connection<Node>>
  readonly places: ResolvedAt[]
  asOf: string | undefined
}

/**
 * Runs the plans of the pagination against the upstream. Bad arguments are refused before it asks anything. Equal
 * connections of one operation are read and built once: rows of a list often share their patient, and so its list.
 */
export function createConnections<Filter, Row extends { readonly id: string }, Node>(
  options: ConnectionsOptions<Filter, Row, Node>,
): Connections<Filter, Node> {
  const { source, limits, listMemory, by } = options
  const known = new Map<string, SharedConnection<Node>>()

  async function build(
    { filter, args, selection }: ConnectionRequest<Filter>,
    noteAge: (asOf: string | undefined) => void,
  ): Promise<Connection<Node>> {
    const list = listOf(source, filter, (text) => listMemory.count(by.view, text))
    async function readWindow(window: Window, isRepeated: boolean): Promise<Slice<Listed<Row>>> {
      const page = await (isRepeated ? source.readFresh(filter, window) : source.read(filter, window))
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
      edges: page?.edges.map((edge) => new NodeEdge(edge, source.nodeOf)) ?? [],
      pageInfo: page?.pageInfo ?? EMPTY,
      count,
    }
  }

  function begin(key: string, request: ConnectionRequest<Filter>): SharedConnection<Node> {
    const places: ResolvedAt[] = []
    function noteAge(asOf: string | undefined): void {
      if (asOf === undefined) return
      if (shared.asOf === undefined || asOf < shared.asOf) shared.asOf = asOf
      for (const place of places) noteStale(by, place, asOf)
    }
    const connection = build(request, noteAge)
    const shared: SharedConnection<Node> = { connection, places, asOf: undefined }
    known.set(key, shared)
    return shared
  }

  return {
    read(request, at) {
      const key = keyOf(source, request)
      const shared = known.get(key) ?? begin(key, request)
      shared.places.push(at)
      noteStale(by, at, shared.asOf)
      return shared.connection
    },
    forget() {
      source.forget()
      known.clear()
    },
  }
}

/** Equal connections have equal keys. */
export function keyOf<Filter>(
  { textOf }: Pick<ListSource<Filter, never, unknown>, 'textOf'>,
  { filter, args, selection }: ConnectionRequest<Filter>,
): string {
  const { first, after, last, before } = args
  return JSON.stringify([textOf(filter), first, after, last, before, selection])
}

export const UNKNOWN_TOTAL = { atLeast: 0, exact: undefined }
const EMPTY: PageInfo = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null }

/**
 * A plan yields the windows that it wants, and receives their rows. A plan that asks for a window again has seen the list
 * move, and gets it past the cache: the cached rows would lead it in a circle.
 */
async function runReads<Row, Result>(
  reads: WindowReads<Listed<Row>, Result>,
  readWindow: (window: Window, isRepeated: boolean) => Promise<Slice<Listed<Row>>>,
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
export function listOf<Filter, Row extends { readonly id: string }>(
  { textOf, stateOf }: Pick<ListSource<Filter, Row, unknown>, 'textOf' | 'stateOf'>,
  filter: Filter,
  countOf: (text: string) => number | undefined,
): List<Listed<Row>> {
  const text = textOf(filter)
  return {
    filter: text,
    // An unreadable row has no id, so one can't be told from another.
    identify: (row) => (row instanceof UpstreamError ? 'unreadable' : row.id),
    state: (row) => (row instanceof UpstreamError ? '' : stateOf(row)),
    guess: countOf(text),
  }
}

/** A class for the same reason as the edges of `pagination/chunk.ts`: its cursor is encoded only when a client selects it. */
class NodeEdge<Row, Node> {
  readonly node: Node
  private readonly edge: Edge<Listed<Row>>

  constructor(edge: Edge<Listed<Row>>, nodeOf: (row: Row) => Node) {
    const { node } = edge
    // The executor reports an Error in the place of a value as the failure of that place; the types of `graphql` do not say so.
    this.node = node instanceof UpstreamError ? (node as never) : nodeOf(node)
    this.edge = edge
  }

  get cursor(): string {
    return this.edge.cursor
  }
}
