import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { idempotencyConflict } from '../http/errors.ts'
import { transaction } from './transaction.ts'

export interface IdempotentRequest {
  readonly organisation: string
  /** The `Idempotency-Key` header; `undefined` means that every request runs `work`. */
  readonly key: string | undefined
  readonly endpoint: string
  /** The validated body, so that two notations of one instant count as the same body. */
  readonly body: unknown
  readonly now: number
}

/**
 * Stores responses by organisation, key and endpoint for 24 hours (reference: "Create"). The work and the stored
 * response are one transaction, so that concurrent requests with one key run `work` once. An error is not stored: the
 * client can use its key again.
 */
export function createIdempotency(database: DatabaseSync) {
  const removeExpired = database.prepare('DELETE FROM idempotency WHERE answered_at <= ?')
  const findStored = database.prepare(
    'SELECT fingerprint, answer FROM idempotency WHERE organisation = ? AND key = ? AND endpoint = ?',
  )
  const store = database.prepare(
    'INSERT INTO idempotency (organisation, key, endpoint, fingerprint, answer, answered_at) VALUES (?, ?, ?, ?, ?, ?)',
  )

  /** The result of `work`, or the stored one. Throws 409 `CONFLICT` if the key was used with another body. */
  return function runIdempotently<Result>(request: IdempotentRequest, work: () => Result): Result {
    return transaction(database, () => {
      const { organisation, key, endpoint, now } = request
      if (key === undefined) return work()
      removeExpired.run(now - DAY_MS)
      const fingerprint = createHash('sha256').update(JSON.stringify(request.body)).digest('hex')
      const stored = findStored.get(organisation, key, endpoint)
      if (!stored) {
        const result = work()
        store.run(organisation, key, endpoint, fingerprint, JSON.stringify(result), now)
        return result
      }
      if (stored.fingerprint !== fingerprint) throw idempotencyConflict()
      // `store` wrote it for the same endpoint, so it is a Result.
      return JSON.parse(String(stored.answer)) as Result
    })
  }
}
export type RunIdempotently = ReturnType<typeof createIdempotency>

const DAY_MS = 24 * 3_600_000
