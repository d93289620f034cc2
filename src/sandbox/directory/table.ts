import type { DatabaseSync } from 'node:sqlite'
import { formatInstant } from '../instants.ts'
import { lowerCase } from '../storage/database.ts'
import { transaction } from '../storage/transaction.ts'

/** How a field is stored: a flag as 0 and 1, an instant in milliseconds since the epoch, the others unchanged. */
type Kind = 'text' | 'number' | 'flag' | 'instant'

export type Value = string | number | null

export interface TableOptions<Entry> {
  /** The name of the table. It has a column for each field. */
  readonly name: string
  /** The fields in the order of the JSON. */
  readonly fields: { readonly [Field in keyof Entry]: Kind }
  /** The fields that a search compares with. */
  readonly searched: readonly (keyof Entry & string)[]
  /** Called with each change, inside its transaction. */
  readonly onChange: (change: {
    readonly organisation: string
    readonly before: Entry | null
    readonly after: Entry
  }) => void
}

export type Row<Entry> = { readonly [Field in keyof Entry]: Value }

export interface EntryQuery {
  readonly limit: number
  readonly offset: number
  /** Words that must all be in the searched fields, in any order, case-insensitive. */
  readonly search?: string | undefined
  /** The columns that must have these values. */
  readonly equal: Readonly<Record<string, Value>>
}

/** The entries of all organisations in one table, oldest first. Each call names an organisation and reaches only its rows. */
export interface Table<Entry> {
  readonly isEmpty: () => boolean
  /** `hidden` are columns that the entry does not have. The caller opens the transaction. */
  insert(organisation: string, row: Row<Entry>, hidden?: Readonly<Record<string, Value>>): Entry
  find(organisation: string, id: string): Entry | undefined
  list(
    organisation: string,
    query: EntryQuery,
  ): { readonly rows: readonly Entry[]; readonly hasMore: boolean }
  /** If all values are equal to those of the entry, `updated_at` stays. */
  update(
    organisation: string,
    id: string,
    changes: Readonly<Record<string, Value | undefined>>,
    now: number,
  ): Entry | undefined
}

export function createTable<Entry>(
  database: DatabaseSync,
  { name, fields, searched, onChange }: TableOptions<Entry>,
): Table<Entry> {
  const columns = Object.entries(fields) as [string, Kind][]
  const findOne = database.prepare(`SELECT * FROM ${name} WHERE id = ? AND organisation = ?`)
  const searchable = searched.map((field) => `coalesce(${field}, '')`).join(` || ' ' || `)

  function toEntry(row: Readonly<Record<string, unknown>>): Entry {
    // The table is STRICT and has a column for each field.
    return Object.fromEntries(
      columns.map(([field, kind]) => [field, read(row[field] as Value, kind)]),
    ) as Entry
  }

  return {
    isEmpty: () => database.prepare(`SELECT 1 FROM ${name} LIMIT 1`).get() === undefined,

    insert(organisation, row, hidden = {}) {
      const stored = { organisation, ...hidden, ...row }
      const names = Object.keys(stored)
      database
        .prepare(`INSERT INTO ${name} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
        .run(...(Object.values(stored) as Value[]))
      const after = toEntry(stored)
      onChange({ organisation, before: null, after })
      return after
    },

    find(organisation, id) {
      const row = findOne.get(id, organisation)
      return row && toEntry(row)
    },

    list(organisation, { limit, offset, search = '', equal }) {
      const words = lowerCase(search).split(/\s+/).filter(Boolean)
      const conditions = [
        'organisation = ?',
        // The column names are from our table of filters, never from the client.
        ...Object.keys(equal).map((column) => `${column} = ?`),
        ...words.map(() => `instr(lower_case(${searchable}), ?) > 0`),
      ]
      const rows = database
        .prepare(
          `SELECT * FROM ${name} WHERE ${conditions.join(' AND ')} ORDER BY created_at, id LIMIT ? OFFSET ?`,
        )
        .all(organisation, ...Object.values(equal), ...words, limit + 1, offset)
      return { rows: rows.slice(0, limit).map(toEntry), hasMore: rows.length > limit }
    },

    update(organisation, id, changes, now) {
      return transaction(database, () => {
        const row = findOne.get(id, organisation)
        if (!row) return undefined
        const changed = Object.entries(changes).filter(
          (entry): entry is [string, Value] => entry[1] !== undefined && entry[1] !== row[entry[0]],
        )
        if (changed.length === 0) return toEntry(row)
        // The column names are from our schema, never from the client.
        const assignments = [...changed.map(([column]) => `${column} = ?`), 'updated_at = ?']
        database
          .prepare(`UPDATE ${name} SET ${assignments.join(', ')} WHERE id = ?`)
          .run(...changed.map(([, value]) => value), now, id)
        const after = toEntry({ ...row, ...Object.fromEntries(changed), updated_at: now })
        onChange({ organisation, before: toEntry(row), after })
        return after
      })
    },
  }
}

function read(value: Value, kind: Kind): string | number | boolean | null {
  if (value === null) return null
  if (kind === 'flag') return value === 1
  return kind === 'instant' ? formatInstant(Number(value)) : value
}
