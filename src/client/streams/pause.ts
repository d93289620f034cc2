/** Before a subscription comes back after its connection broke or the gateway sent it away. */
export interface Pause {
  /** How long the client would wait: twice as long with each attempt, in part by chance, and as long as `Retry-After` asks. */
  readonly ms: number
  /** The attempts in a row, from 1. An open stream ends the row. */
  readonly attempt: number
  /** Aborts when the subscription is left. */
  readonly signal: AbortSignal
}

const FIRST_MS = 500
const MOST_MS = 30_000

/** Half of it is left to chance, so that the clients of a gateway that was started again do not all come at once. */
export function pauseMs(attempt: number, retryAfterMs = 0): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** (attempt - 1))
  return Math.max(retryAfterMs, most * (1 - Math.random() / 2))
}

/** `Retry-After` in milliseconds from now: it is in seconds, or a date. Undefined where there is none. */
export function retryAfterMs({ headers }: Response): number | undefined {
  const value = headers.get('retry-after') ?? ''
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** Resolves after the time, or once the subscription is left. */
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
