import type { DatabaseSync } from 'node:sqlite'

/** Commits `work`, or rolls back if it throws. Takes the write lock first: no row changes after `work` has read it. */
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
