import type { Window } from '../../src/pagination/list.ts'
import { sliceOf } from './drive.ts'

/** The version changes whenever the row moves, because a row's fields decide where it is in the list. */
export interface DriftingRow {
  readonly id: number
  readonly version: number
}

/** A list that changes between reads. It knows which rows have never moved. */
export function createDriftingList(size: number, random: () => number) {
  const rows: DriftingRow[] = Array.from({ length: size }, (_, id) => ({ id, version: 0 }))
  const stayed = new Set(rows.map(({ id }) => id))
  let nextId = size
  const below = (bound: number) => Math.floor(random() * bound)
  const take = () => {
    const [row] = rows.splice(below(rows.length), 1)
    if (row) stayed.delete(row.id)
    return row
  }
  const changes = {
    insert: () => {
      rows.splice(below(rows.length + 1), 0, { id: nextId, version: 0 })
      stayed.add(nextId++)
    },
    remove: take,
    move: () => {
      const row = take()
      if (row) rows.splice(below(rows.length + 1), 0, { ...row, version: row.version + 1 })
    },
    edit: () => {
      const at = below(rows.length)
      const row = rows[at]
      if (row) rows[at] = { ...row, version: row.version + 1 }
    },
  }
  /** Inserts, removes, edits or moves a block of up to 30 rows, most likely near this row. */
  const disturb = (id: number) => {
    const near = Math.max(0, rows.findIndex((row) => row.id === id) + below(21) - 10)
    const at = below(5) < 3 ? near : below(rows.length + 1)
    const many = below(3) ? 1 + below(4) : below(30)
    const kind = below(5)
    if (kind === 0) {
      rows.splice(at, 0, ...Array.from({ length: many }, () => ({ id: nextId++, version: 0 })))
    } else if (kind === 1) {
      for (const row of rows.splice(at, many)) stayed.delete(row.id)
    } else if (kind === 2) {
      for (const [i, row] of rows.entries())
        if (below(10) === 0) rows[i] = { ...row, version: row.version + 1 }
    } else {
      const moved = rows.splice(at, below(3) ? 1 : 1 + below(6))
      for (const row of moved) stayed.delete(row.id)
      rows.splice(
        below(2) ? near : below(rows.length + 1),
        0,
        ...moved.map((row) => ({ ...row, version: row.version + 1 })),
      )
    }
  }
  return {
    rows,
    stayed,
    disturb,
    slice: (window: Window) => sliceOf(rows, window),
    change: (kinds: readonly (keyof typeof changes)[], times: number) => {
      for (let i = 0; i < times; i++) changes[kinds[below(kinds.length)] ?? 'edit']()
    },
  }
}

/** Mulberry32: random numbers that are the same each time for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
