import type { Ending } from '../../ending.ts'
import { isInDoubt, provesNothingDone, UpstreamError } from '../../errors.ts'
import { endingOf, type Layer, type RestRequest } from '../../pipe/pipe.ts'
import type { Keys } from '../keys.ts'

export interface RetryOptions {
  /** From 0 to 1. */
  readonly random?: () => number
  /** Rejects where the operation ends first. */
  readonly wait?: (ms: number, ending: Ending) => Promise<unknown>
}

const MAX_RETRIES = 2
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000

/**
 * Repeats requests that are safe to repeat, where a retry may help: reads, and creates by their idempotency key, after a
 * connection that was refused or broke, and after 502, 503 and 504; creates after any 5xx. Never after a 429, and never a
 * PATCH or a cancel.
 */
export function createRetry(keys: Keys, { random = Math.random, wait = waitFor }: RetryOptions = {}): Layer {
  /** With jitter. Undefined where `Retry-After` is longer than an operation can wait. */
  function waitBefore(retry: number, error: UpstreamError): number | undefined {
    const jitteredMs = FIRST_WAIT_MS * 2 ** retry * (0.5 + random())
    const waitMs = Math.max(jitteredMs, error.response?.retryAfterMs ?? 0)
    return waitMs > LONGEST_WAIT_MS ? undefined : waitMs
  }

  return (next) => async (request, operation) => {
    const ending = endingOf(request, operation)
    const { ledger } = operation
    const { retries } = keys.of(operation.account)
    retries.countRequest()
    let doubt: UpstreamError | undefined
    for (let retry = 0; ; retry++) {
      try {
        return await next(request, retry === 0 ? operation : { ...operation, attempt: retry + 1 })
      } catch (error) {
        if (request.method !== 'GET' && isInDoubt(error)) doubt = error
        // A later attempt that was not sent, or was refused, proves nothing about an earlier one whose response was lost.
        const cause = provesNothingDone(error) ? error : (doubt ?? error)
        if (retry === MAX_RETRIES || !isRetryable(error, request) || ending.aborted) throw cause
        if (ledger.exchanges >= ledger.ceiling || !retries.take()) throw cause
        const waitMs = waitBefore(retry, error)
        if (waitMs === undefined) throw cause
        await wait(waitMs, ending).catch(() => Promise.reject(cause))
      }
    }
  }
}

const RETRYABLE_STATUSES = new Set([502, 503, 504])

function isRetryable(error: unknown, { method, idempotencyKey }: RestRequest): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false
  const isKeyed = method === 'POST' && idempotencyKey !== undefined
  if (method !== 'GET' && !isKeyed) return false
  // A keyed create that may have succeeded is repeated to learn its outcome; a read that timed out has no time left.
  if (isKeyed && isInDoubt(error)) return true
  if (error.response !== undefined) return RETRYABLE_STATUSES.has(error.response.status)
  return error.progress !== 'notSent' && error.code === 'UPSTREAM_UNAVAILABLE'
}

function waitFor(ms: number, ending: Ending): Promise<void> {
  return new Promise((resolve, reject) => {
    const listener = {
      handleEvent() {
        clearTimeout(timer)
        reject()
      },
    }
    const timer = setTimeout(() => {
      ending.removeEventListener('abort', listener)
      resolve()
    }, ms)
    ending.addEventListener('abort', listener)
  })
}
