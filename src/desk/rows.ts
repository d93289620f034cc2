import type { AppointmentStatus, Movement } from '../client/index.ts'

/** An appointment on the screen. */
export interface Row {
  readonly id: string
  readonly title: string
  /** Milliseconds since the epoch. */
  readonly start: number
  readonly end: number
  readonly status: AppointmentStatus
  readonly isCancellable: boolean
  /** Null: nobody is named. Undefined: not known yet. So is the name of the patient. */
  readonly clinicianId?: string | null | undefined
  readonly name?: string | null | undefined
  readonly patientId?: string | null | undefined
  /** Since when it may be out of date, in RFC 3339; undefined where it is not. */
  readonly staleSince?: string | undefined
}

/** The rows that are known, and for each the number of the last change that told of it. */
export interface Rows {
  readonly byId: ReadonlyMap<string, Row>
  readonly told: ReadonlyMap<string, number>
  /** The changes so far. */
  readonly changes: number
}

export type Range = readonly [from: number, to: number]

/** The answer to a read. */
export interface Read {
  /** What was read as a whole: rows in it that were not found are gone. */
  readonly ranges: readonly Range[]
  readonly found: readonly Row[]
  /** `changes` when the read was sent: what a change has told of since then is newer. */
  readonly since: number
}

export const NO_ROWS: Rows = { byId: new Map(), told: new Map(), changes: 0 }

/** A change from the stream, with whatever filter: a row that left is removed, any other put in its place. */
export function takeChange(rows: Rows, movement: Movement, row: Pick<Row, 'id'> | Row): Rows {
  const byId = new Map(rows.byId)
  if (movement === 'LEFT' || !('start' in row)) byId.delete(row.id)
  else byId.set(row.id, merged(byId.get(row.id), row))
  const changes = rows.changes + 1
  return { byId, told: new Map(rows.told).set(row.id, changes), changes }
}

export function takeRead(rows: Rows, { ranges, found, since }: Read): Rows {
  const isOlder = (id: string) => (rows.told.get(id) ?? 0) > since
  const byId = new Map(rows.byId)
  for (const row of rows.byId.values()) if (isIn(row, ranges) && !isOlder(row.id)) byId.delete(row.id)
  for (const row of found) if (!isOlder(row.id)) byId.set(row.id, merged(rows.byId.get(row.id), row))
  return { ...rows, byId }
}

/** A list leaves out what only events and single reads show: what was known of that stays. */
function merged(before: Row | undefined, { clinicianId, name, ...row }: Row): Row {
  return {
    ...row,
    clinicianId: clinicianId === undefined ? before?.clinicianId : clinicianId,
    name: name === undefined ? before?.name : name,
  }
}

/** The rows that begin in the range, in the order of their beginning. */
export function rowsIn(rows: Iterable<Row>, range: Range): readonly Row[] {
  return [...rows].filter((row) => isIn(row, [range])).sort((a, b) => a.start - b.start || a.end - b.end)
}

function isIn({ start }: Row, ranges: readonly Range[]): boolean {
  return ranges.some(([from, to]) => start >= from && start < to)
}
