/** Measures the lag of the event loop, in milliseconds: how long a new request may have waited before it is read. */
export interface LagMeter {
  readonly lagMs: () => number
  stop(): void
}

const INTERVAL_MS = 100

export function createLagMeter(): LagMeter {
  let tickedAt = performance.now()
  let lastLagMs = 0
  const overdueMs = () => Math.max(0, performance.now() - tickedAt - INTERVAL_MS)
  const timer = setInterval(() => {
    lastLagMs = overdueMs()
    tickedAt = performance.now()
  }, INTERVAL_MS)
  timer.unref()
  // `overdueMs` is the lag of the current turn of the event loop, `lastLagMs` that of the turn before, for the requests that
  // waited for its end.
  return { lagMs: () => Math.max(lastLagMs, overdueMs()), stop: () => clearInterval(timer) }
}
