import { DatabaseSync } from 'node:sqlite'
import { migrate } from './migrations.ts'

/**
 * `:memory:` or a file, brought to the newest form. A file survives `kill -9`: each commit is on the disk before its
 * request is answered (write-ahead log with `synchronous = FULL`; SQLite's own default for it may lose the last ones).
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}
