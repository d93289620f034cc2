import type { Clock } from '../../clock.ts'

/**
 * How many retries one key may cause: in ten seconds, ten or a fifth of its requests, whichever is more. So retries do not
 * make an outage worse, and a caller with few requests still gets its retries.
 */
export interface RetryAllowance {
  countRequest(): void
  /** Takes one retry, if there is one left. */
  take(): boolean
}

const WINDOW_MS = 10_000
const ALWAYS_ALLOWED = 10

export function createRetryAllowance({ monotonic }: Clock): RetryAllowance {
  let window = { startedAt: Number.NEGATIVE_INFINITY, requests: 0, retries: 0 }
  function current() {
    if (monotonic() - window.startedAt >= WINDOW_MS)
      window = { startedAt: monotonic(), requests: 0, retries: 0 }
    return window
  }
  return {
    countRequest() {
      current().requests += 1
    },
    take() {
      const { requests, retries } = current()
      if (retries >= Math.max(ALWAYS_ALLOWED, requests / 5)) return false
      window.retries += 1
      return true
    },
  }
}
