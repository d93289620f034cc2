import type { Ending } from '../ending.ts'
import { isInDoubt, responseOf, UpstreamError } from '../errors.ts'
import { endingOf, type Layer, type RestRequest } from '../pipe/pipe.ts'

export interface RetryOptions {
  readonly now: () => number
  /** From 0 to 1. */
  readonly random?: () => number
  /** Rejects where the ending comes first. */
  readonly wait?: (ms: number, ending: Ending) => Promise<unknown>
}

const MAX_RETRIES = 2
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000

/**
 * Repeats what is safe to repeat where that may help: reads, and creates by their idempotency key, after a connection
 * that was refused or broke, and after 502, 503 and 504. Never a 429, never a PATCH, never a cancel.
 */
export function createRetry({ now, random = Math.random, wait = waitFor }: RetryOptions): Layer {
  const allowance = createRetryAllowance(now)

  /** With jitter. Undefined where the upstream asks for a longer wait than an operation has. */
  function waitBefore(retry: number, error: UpstreamError): number | undefined {
    const jitteredMs = FIRST_WAIT_MS * 2 ** retry * (0.5 + random())
    const waitMs = Math.max(jitteredMs, error.response?.retryAfterMs ?? 0)
    return waitMs > LONGEST_WAIT_MS ? undefined : waitMs
  }

  return (next) => async (request, operation) => {
    const ending = endingOf(request, operation)
    const { ledger } = operation
    allowance.countRequest()
    let doubt: UpstreamError | undefined
    for (let retry = 0; ; retry++) {
      try {
        return await next(request, operation)
      } catch (error) {
        if (request.method !== 'GET' && isInDoubt(error)) doubt = error
        // A later attempt that was not sent, or not let in, proves nothing of an earlier one whose response was lost.
        const cause = isRefusal(error) ? error : (doubt ?? error)
        if (retry === MAX_RETRIES || !isRetryable(error, request) || ending.aborted) throw cause
        if (ledger.exchanges >= ledger.ceiling || !allowance.take()) throw cause
        const waitMs = waitBefore(retry, error)
        if (waitMs === undefined) throw cause
        await wait(waitMs, ending).catch(() => Promise.reject(cause))
      }
    }
  }
}

/** The upstream has judged the request. It judged an earlier attempt alike, or would have repeated that one's answer. */
function isRefusal(error: unknown): boolean {
  const status = responseOf(error)?.status
  return status !== undefined && status >= 400 && status < 500 && status !== 429
}

/**
 * In ten seconds, ten retries or a fifth of the requests, whichever is more. So retries do not make an outage worse, and
 * a quiet gateway still repeats what failed.
 */
function createRetryAllowance(now: () => number) {
  const WINDOW_MS = 10_000
  let window = { startedAt: Number.NEGATIVE_INFINITY, requests: 0, retries: 0 }
  function current() {
    if (now() - window.startedAt >= WINDOW_MS) window = { startedAt: now(), requests: 0, retries: 0 }
    return window
  }
  return {
    countRequest() {
      current().requests += 1
    },
    take(): boolean {
      const { requests, retries } = current()
      if (retries >= Math.max(10, requests / 5)) return false
      window.retries += 1
      return true
    },
  }
}

const RETRYABLE_STATUSES = new Set([502, 503, 504])

function isRetryable(error: unknown, { method, idempotencyKey }: RestRequest): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false
  const isKeyed = method === 'POST' && idempotencyKey !== undefined
  if (method !== 'GET' && !isKeyed) return false
  if (error.response !== undefined) return RETRYABLE_STATUSES.has(error.response.status)
  if (error.progress === 'notSent') return false
  // A keyed create that was late is repeated to learn its outcome; a read that was late has used up its time.
  return error.code === 'UPSTREAM_UNAVAILABLE' || (isKeyed && error.code === 'UPSTREAM_TIMEOUT')
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
