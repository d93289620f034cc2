import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { idempotencyConflict } from '../http/refusal.ts'
import { transaction } from './transaction.ts'

export interface OnceRequest {
  readonly organisation: string
  /** The `Idempotency-Key` header; without one nothing is remembered. */
  readonly key: string | undefined
  readonly endpoint: string
  /** The validated body: two spellings of one instant are the same body. */
  readonly body: unknown
  readonly now: number
}

/**
 * "Idempotency": scope (organisation, key, endpoint), kept 24 hours. Memory and work are one transaction, so two
 * requests at once with one key do the work once. What is refused is not remembered: its key can be used again.
 */
export function createIdempotency(database: DatabaseSync) {
  const forget = database.prepare('DELETE FROM idempotency WHERE answered_at <= ?')
  const recall = database.prepare(
    'SELECT fingerprint, answer FROM idempotency WHERE organisation = ? AND key = ? AND endpoint = ?',
  )
  const remember = database.prepare(
    'INSERT INTO idempotency (organisation, key, endpoint, fingerprint, answer, answered_at) VALUES (?, ?, ?, ?, ?, ?)',
  )

  /** The answer of `work`, or the first answer again; 409 `CONFLICT` if the key came with another body before. */
  return function once<Answer>(request: OnceRequest, work: () => Answer): Answer {
    return transaction(database, () => {
      const { organisation, key, endpoint, now } = request
      if (key === undefined) return work()
      forget.run(now - DAY_MS)
      const fingerprint = createHash('sha256').update(JSON.stringify(request.body)).digest('hex')
      const first = recall.get(organisation, key, endpoint)
      if (!first) {
        const answer = work()
        remember.run(organisation, key, endpoint, fingerprint, JSON.stringify(answer), now)
        return answer
      }
      if (first.fingerprint !== fingerprint) throw idempotencyConflict()
      // Written by `remember` above, from an Answer of the same endpoint.
      return JSON.parse(String(first.answer)) as Answer
    })
  }
}
export type Once = ReturnType<typeof createIdempotency>

const DAY_MS = 24 * 3_600_000
