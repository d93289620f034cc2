import { DatabaseSync } from 'node:sqlite'
import { migrate } from './migrations.ts'

/** The file can not be used. The message is SQLite's, which has no path, or states that the file is of a later version. */
export class DatabaseError extends Error {}

/**
 * Opens `:memory:` or a file and migrates it to the newest schema. With `synchronous = FULL` each commit is on the
 * disk before the client gets its response, so an acknowledged write survives `kill -9`.
 */
export function openDatabase(path: string): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { timeout: 5_000 })
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.function('lower_case', { deterministic: true }, lowerCase)
    migrate(database)
    return database
  } catch (cause) {
    database?.close()
    throw new DatabaseError((cause as Error).message, { cause })
  }
}

/** Supports every alphabet. In SQL its name is `lower_case`, because SQLite's own `lower` supports only ASCII. */
export function lowerCase(text: unknown): string {
  return String(text).toLowerCase()
}
