import { type Quota, UpstreamError } from './errors.ts'
import type { Layer, Operation } from './pipe.ts'

/** What is known of a key's quota: calls an hour, calls left of it, and when the window ends (RFC 3339). */
export interface RateLimit extends Quota {
  readonly resetsAt: string
}

export interface Budget {
  readonly layer: Layer
  /** null until an answer carried the rate headers. */
  readonly rateLimit: (credential: string | null) => RateLimit | null
}

const HOUR_MS = 3_600_000
const MAX_CREDENTIALS = 10_000

/**
 * Counts every real exchange in the operation's ledger, and learns from every answer what is left of the quota.
 *
 * The API documents no reset header. Its window is the clock hour (upstream-facts, "The quota"), so the reset is the
 * next full hour.
 */
export function createBudget(now: () => number): Budget {
  const known = new Map<string, { quota: Quota; resetsAtMs: number }>()

  function learn(operation: Operation, quota: Quota | undefined): void {
    if (quota === undefined || operation.credential === null) return
    known.delete(operation.credential)
    known.set(operation.credential, { quota, resetsAtMs: nextHour(now()) })
    if (known.size > MAX_CREDENTIALS) for (const oldest of known.keys()) return void known.delete(oldest)
  }

  const layer: Layer = (next) => async (request, operation) => {
    operation.exchanges += 1
    try {
      const reply = await next(request, operation)
      learn(operation, reply.quota)
      return reply
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      learn(operation, error.quota)
      throw error.code === 'RATE_LIMITED' ? withReset(error, nextHour(now())) : error
    }
  }

  function rateLimit(credential: string | null): RateLimit | null {
    const entry = credential === null ? undefined : known.get(credential)
    if (entry === undefined) return null
    const passed = now() >= entry.resetsAtMs
    const remaining = passed ? entry.quota.limit : entry.quota.remaining
    const resetsAtMs = passed ? nextHour(now()) : entry.resetsAtMs
    return { limit: entry.quota.limit, remaining, resetsAt: instant(resetsAtMs) }
  }

  return { layer, rateLimit }
}

function withReset(error: UpstreamError, resetsAtMs: number): UpstreamError {
  const { status, requestId, details, quota } = error
  return new UpstreamError(error.code, error.message, {
    ...(status !== undefined && { status }),
    requestId,
    details,
    quota,
    resetsAt: instant(resetsAtMs),
  })
}

function nextHour(ms: number): number {
  return (Math.floor(ms / HOUR_MS) + 1) * HOUR_MS
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}
