/** The wait before a subscription reconnects, after its connection broke or the gateway refused it. */
export interface Pause {
  /** The default wait: doubles with each attempt, with jitter, and is at least `Retry-After`. */
  readonly ms: number
  /** The number of consecutive attempts, from 1. An open stream resets it. */
  readonly attempt: number
  /** Aborts when the caller ends the subscription. */
  readonly signal: AbortSignal
}

const FIRST_MS = 500
const MOST_MS = 30_000

/** Half of it is jitter, so that the clients of a restarted gateway do not reconnect together. */
export function pauseMs(attempt: number, retryAfterMs = 0): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1))
  return Math.max(retryAfterMs, most * (1 - Math.random() / 2))
}

/** `Retry-After`, which is in seconds or a date, in milliseconds from now. Undefined where there is none. */
export function retryAfterMs({ headers }: Response): number | undefined {
  const value = headers.get('retry-after') ?? ''
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Resolves after the time, or when the caller ends the subscription. */
export function waitFor({ ms, signal }: Pause): Promise<void> {
  return new Promise((resolve) => {
    function finish() {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
  })
}
