import { DatabaseSync } from 'node:sqlite'
import { migrate } from './migrations.ts'

export interface OpenedDatabase {
  readonly database: DatabaseSync
  /** Nothing was there before: the moment for sample data. */
  readonly isNew: boolean
}

/**
 * `:memory:` or a file, brought to the newest form. A file survives `kill -9`: each commit is on the disk before its
 * request is answered (write-ahead log with `synchronous = FULL`; SQLite's own default for it may lose the last ones).
 */
export function openDatabase(path: string): OpenedDatabase {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return { database, isNew: migrate(database) === 0 }
}
