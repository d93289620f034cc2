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
  /** Sends upstream requests unless the page contains the end of the list. */
  readonly count: () => Promise<number>
}

/** The parts of a connection that the client selects. Each may cost upstream requests. */
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
  /** RFC 3339: when a stale page was requested. Undefined for a fresh one. */
  readonly staleSince: string | undefined
}

/** Reads the lists of one kind. */
export interface ListSource<Filter, Row extends { readonly id: string }, Node> {
  /** Identifies a list: equal filters have equal texts, and lists of other kinds have other texts. */
  readonly textOf: (filter: Filter) => string
  /** The fields that an order may depend on, and those that prove that the row has changed. */
  readonly stateOf: (row: Row) => string
  readonly nodeOf: (row: Row) => Node
  read(filter: Filter, window: Window): Promise<ListedPage<Row>>
  /** Bypasses the cache. */
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

/** A connection that several fields of an operation may return. */
interface SharedConnection<Node> {
  readonly connection: Promise<Connection<Node>>
  readonly places: ResolvedAt[]
  asOf: string | undefined
}

/**
 * Executes the plans of `pagination/`. Bad arguments are refused before any upstream request. Equal connections of one operation
 * are read and built once, because rows of a list often share their patient, and so the patient's list.
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
 * A plan yields windows, and receives their rows. A plan that yields a window again has noticed that the list moved. That read
 * bypasses the cache, because the plan would repeat with the cached rows.
 */
async function runReads<Row, Result>(
  reads: WindowReads<Listed<Row>, Result>,
  readWindow: (window: Window, isRepeated: boolean) => Promise<Slice<Listed<Row>>>,
): Promise<Result> {
  const alreadyRead = new Set<string>()
  let step = reads.next()
  while (!step.done) {
    const { offset, limit } = step.value
    const slice = await readWindow(step.value, alreadyRead.has(`${offset}+${limit}`))
    alreadyRead.add(`${offset}+${limit}`)
    step = reads.next(slice)
  }
  return step.value
}

/** A list for `pagination/`. `countOf` returns its last known count. */
export function listOf<Filter, Row extends { readonly id: string }>(
  { textOf, stateOf }: Pick<ListSource<Filter, Row, unknown>, 'textOf' | 'stateOf'>,
  filter: Filter,
  countOf: (text: string) => number | undefined,
): List<Listed<Row>> {
  const text = textOf(filter)
  return {
    filter: text,
    // Rows that can't be read have no ids, so all of them are equal.
    identify: (row) => (row instanceof UpstreamError ? 'unreadable' : row.id),
    state: (row) => (row instanceof UpstreamError ? '' : stateOf(row)),
    guess: countOf(text),
  }
}

/** A class, as the edges of `pagination/chunk.ts` are: its cursor is encoded only when a client selects it. */
class NodeEdge<Row, Node> {
  readonly node: Node
  private readonly edge: Edge<Listed<Row>>

  constructor(edge: Edge<Listed<Row>>, nodeOf: (row: Row) => Node) {
    const { node } = edge
    // The executor treats an Error in place of a value as the field's error. The types of `graphql` do not express that.
    this.node = node instanceof UpstreamError ? (node as never) : nodeOf(node)
    this.edge = edge
  }

  get cursor(): string {
    return this.edge.cursor
  }
}
