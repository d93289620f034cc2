import type { Movement } from '../generated/graphql.ts'

interface Identified {
  readonly id: string
}

/**
 * The rows of lists on a screen. Three sources keep them up to date, in whatever order their results arrive: reads,
 * changes, and the screen's own writes. Each function returns new rows and leaves the old ones as they are.
 */
export interface LiveRows<Row extends Identified> {
  readonly byId: ReadonlyMap<string, Row>
  /** The expected rows of writes in flight. */
  readonly pending: ReadonlyMap<string, Row>
  /** The number of changes received so far: keep it as `since` when you send a read or a write. */
  readonly changes: number
  /** For each id the number of the latest change that reported it. */
  readonly lastChanges: ReadonlyMap<string, number>
}

/** The rows that a read or a write has returned. */
export interface Found<Row extends Identified> {
  readonly rows: readonly Row[]
  /** `changes` when the request was sent: a row that a change has reported since then is newer than the answer. */
  readonly since: number
  /** For a complete list: whether a row belongs to it. Such a row that was not found is removed. By default none does. */
  readonly isListed?: (row: Row) => boolean
}

export const NO_ROWS = { byId: new Map(), pending: new Map(), changes: 0, lastChanges: new Map() } as const

/** The rows of a connection, or of `nodes(ids:)`, without those that failed; none where the field itself failed. */
export function nodesOf<Node>(
  list: { readonly nodes: readonly (Node | null)[] } | null | undefined,
): readonly Node[] {
  return list?.nodes.filter((node) => node !== null) ?? []
}

/** The rows as the screen shows them: with the expected rows of writes in flight. */
export function shownRows<Row extends Identified>({ byId, pending }: LiveRows<Row>): readonly Row[] {
  return [...new Map([...byId, ...pending]).values()]
}

/** Applies a change of `appointmentChanged`, with any filter: a row that has left is removed, any other is stored. */
export function takeChange<Row extends Identified>(
  rows: LiveRows<Row>,
  movement: Movement,
  row: Row,
): LiveRows<Row> {
  const byId = new Map(rows.byId)
  if (movement === 'LEFT') byId.delete(row.id)
  else byId.set(row.id, mergeRows(byId.get(row.id), row))
  const changes = rows.changes + 1
  return { ...rows, byId, changes, lastChanges: new Map(rows.lastChanges).set(row.id, changes) }
}

export function takeFound<Row extends Identified>(rows: LiveRows<Row>, found: Found<Row>): LiveRows<Row> {
  const { since, isListed = () => false } = found
  const hasNewerChange = (id: string) => (rows.lastChanges.get(id) ?? 0) > since
  const byId = new Map(rows.byId)
  for (const row of rows.byId.values()) if (isListed(row) && !hasNewerChange(row.id)) byId.delete(row.id)
  for (const row of found.rows)
    if (!hasNewerChange(row.id)) byId.set(row.id, mergeRows(rows.byId.get(row.id), row))
  return { ...rows, byId }
}

/** Shows the row as the write will leave it, until `settle`. */
export function propose<Row extends Identified>(rows: LiveRows<Row>, row: Row): LiveRows<Row> {
  return { ...rows, pending: new Map(rows.pending).set(row.id, row) }
}

/** Ends a write: `found` has no rows where the write was refused. */
export function settle<Row extends Identified>(
  rows: LiveRows<Row>,
  id: string,
  found: Found<Row>,
): LiveRows<Row> {
  const pending = new Map(rows.pending)
  pending.delete(id)
  return takeFound({ ...rows, pending }, found)
}

/** An undefined or absent field keeps its value, because a list does not have all fields of changes and single reads. */
function mergeRows<Row extends Identified>(before: Row | undefined, row: Row): Row {
  const known = Object.entries(row).filter(([, value]) => value !== undefined)
  return { ...before, ...Object.fromEntries(known) } as Row
}
