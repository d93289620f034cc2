import type { DatabaseSync } from 'node:sqlite'

/** All of it or nothing. Takes the write lock at once, so that what `work` reads can't change under it. */
export function transaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
