import { DatabaseSync } from 'node:sqlite'
import { migrate } from './migrations.ts'

/**
 * Opens `:memory:` or a file and migrates it to the newest schema. With `synchronous = FULL` each commit is on the
 * disk before the client gets its response, so an acknowledged write survives `kill -9`.
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5_000 })
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.function('lower_case', { deterministic: true }, lowerCase)
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Of every alphabet. SQL has it as `lower_case`, because SQLite's own `lower` knows ASCII only. */
export function lowerCase(text: unknown): string {
  return String(text).toLowerCase()
}
