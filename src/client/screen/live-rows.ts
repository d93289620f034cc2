import type { Movement } from '../generated/graphql.ts'

interface Identified {
  readonly id: string
}

/**
 * Rows of lists on a screen, which three sources keep right in whatever order they come: reads, changes, and the writes of the
 * screen itself. Each function returns new rows and leaves the old ones as they are.
 */
export interface LiveRows<Row extends Identified> {
  readonly byId: ReadonlyMap<string, Row>
  /** Rows that are being written, as they will be. */
  readonly pending: ReadonlyMap<string, Row>
  /** The changes so far: note it when a read or a write is sent. */
  readonly changes: number
  /** For each id the number of the last change that told of it. */
  readonly told: ReadonlyMap<string, number>
}

/** What a read or a write has found. */
export interface Found<Row extends Identified> {
  readonly rows: readonly Row[]
  /** `changes` when it was sent: what a change has told of since then is newer than the answer. */
  readonly since: number
  /** Of a whole list: whether a row belongs to it. Such a row that was not found is gone. By default none does. */
  readonly isListed?: (row: Row) => boolean
}

export const NO_ROWS = { byId: new Map(), pending: new Map(), changes: 0, told: new Map() } as const

/** The rows of a connection, or of `nodes(ids:)`, without those that failed; none where it failed itself. */
export function nodesOf<Node>(
  list: { readonly nodes: readonly (Node | null)[] } | null | undefined,
): readonly Node[] {
  return list?.nodes.filter((node) => node !== null) ?? []
}

/** The rows as the screen shows them. */
export function shownRows<Row extends Identified>({ byId, pending }: LiveRows<Row>): readonly Row[] {
  return [...new Map([...byId, ...pending]).values()]
}

/** A change of `appointmentChanged`, with whatever filter: a row that left is removed, any other put in its place. */
export function takeChange<Row extends Identified>(
  rows: LiveRows<Row>,
  movement: Movement,
  row: Row,
): LiveRows<Row> {
  const byId = new Map(rows.byId)
  if (movement === 'LEFT') byId.delete(row.id)
  else byId.set(row.id, mergeRows(byId.get(row.id), row))
  const changes = rows.changes + 1
  return { ...rows, byId, changes, told: new Map(rows.told).set(row.id, changes) }
}

export function takeFound<Row extends Identified>(rows: LiveRows<Row>, found: Found<Row>): LiveRows<Row> {
  const { since, isListed = () => false } = found
  const isOlder = (id: string) => (rows.told.get(id) ?? 0) > since
  const byId = new Map(rows.byId)
  for (const row of rows.byId.values()) if (isListed(row) && !isOlder(row.id)) byId.delete(row.id)
  for (const row of found.rows) if (!isOlder(row.id)) byId.set(row.id, mergeRows(rows.byId.get(row.id), row))
  return { ...rows, byId }
}

/** Shows the row as the write will leave it, until `settle`. */
export function propose<Row extends Identified>(rows: LiveRows<Row>, row: Row): LiveRows<Row> {
  return { ...rows, pending: new Map(rows.pending).set(row.id, row) }
}

/** The write has ended: nothing is found where it was refused. */
export function settle<Row extends Identified>(
  rows: LiveRows<Row>,
  id: string,
  found: Found<Row>,
): LiveRows<Row> {
  const pending = new Map(rows.pending)
  pending.delete(id)
  return takeFound({ ...rows, pending }, found)
}

/** A list leaves out what only changes and single reads tell: a field that is undefined, or absent, stays as it was known. */
function mergeRows<Row extends Identified>(before: Row | undefined, row: Row): Row {
  const known = Object.entries(row).filter(([, value]) => value !== undefined)
  return { ...before, ...Object.fromEntries(known) } as Row
}
