import type { Ending } from '../ending.ts'
import { isInDoubt, UpstreamError } from '../errors.ts'
import {
  type Exchange,
  type Operation,
  type Reply,
  type RestRequest,
  replyOf,
  signalOf,
} from '../pipe/pipe.ts'

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
 * Repeats what is safe to repeat where it helps: reads, and creates by their idempotency key, after a connection that
 * was refused or broke off, and after 502, 503 and 504. Never a 429, never a PATCH, never a cancel.
 */
export function createRetry(
  { now, random = Math.random, wait = waitFor }: RetryOptions,
  next: Exchange,
): Exchange {
  const allowance = createRetryAllowance(now)

  async function repeat(request: RestRequest, operation: Operation, first: unknown): Promise<Reply> {
    const signal = signalOf(request, operation)
    let error = first
    let doubt: UpstreamError | undefined
    for (let retries = 0; ; retries++) {
      if (request.method !== 'GET' && isInDoubt(error)) doubt = error
      // That a later attempt was not made, or not let in, proves nothing of an earlier one whose answer was lost.
      const truth = isRefusal(error) ? error : (doubt ?? error)
      if (retries === MAX_RETRIES || !helps(error, request) || signal.aborted) throw truth
      if (operation.ledger.exchanges >= operation.ledger.ceiling || !allowance.take()) throw truth
      const jittered = FIRST_WAIT_MS * 2 ** retries * (0.5 + random())
      const waitMs = Math.max(jittered, error.heard?.retryAfterMs ?? 0)
      if (waitMs > LONGEST_WAIT_MS) throw truth
      await wait(waitMs, signal).catch(() => Promise.reject(truth))
      try {
        return await replyOf(next, request, operation)
      } catch (again) {
        error = again
      }
    }
  }

  return (request, operation, receiver) => {
    allowance.countRequest()
    next(request, operation, {
      onReply: (reply) => receiver.onReply(reply),
      onError(error) {
        repeat(request, operation, error).then(
          (reply) => receiver.onReply(reply),
          (truth) => receiver.onError(truth),
        )
      },
    })
  }
}

/** The upstream has judged the request: the same one before was judged alike, or would have been given again. */
function isRefusal(error: unknown): boolean {
  const status = error instanceof UpstreamError ? error.heard?.status : undefined
  return status !== undefined && status >= 400 && status < 500 && status !== 429
}

/**
 * In ten seconds, ten retries or a fifth of the requests: so that an outage is not made worse by those who suffer it,
 * while a quiet gateway still repeats what failed.
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

const REPEATABLE_STATUSES = new Set([502, 503, 504])

function helps(error: unknown, { method, idempotencyKey }: RestRequest): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false
  const isKeyed = method === 'POST' && idempotencyKey !== undefined
  if (method !== 'GET' && !isKeyed) return false
  if (error.heard !== undefined) return REPEATABLE_STATUSES.has(error.heard.status)
  if (error.exchange === 'none') return false
  // A keyed create that was late is repeated to learn how it ended; a read that was late has had its time.
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
