import { type Clock, wallTimeOf } from '../clock.ts'
import { breakerOpen, isDown, type UpstreamError } from '../errors.ts'
import type { Exchange, Lock } from './exchange.ts'

/** The circuit breaker of one key. */
export interface Circuit {
  lock(): Lock | undefined
  /** The lock of an upstream that failed the last time that it was asked, though the breaker may still be closed. */
  suspicion(): Lock | undefined
  /** Nothing is asked, or was not until a moment ago. */
  isOpen(): boolean
  end(exchange: Exchange): void
}

const FAILURES_TO_OPEN = 10
/** Each of these has cost somebody the whole of the upstream's time. */
const TIMEOUTS_TO_OPEN = 3
const PROBE_EVERY_MS = 5_000
const LONGEST_RETRY_AFTER_MS = 30_000
/** An open breaker that nobody has tried for that long says nothing of the upstream as it is now. */
const OPEN_IS_NEWS_MS = 60_000

/**
 * Stops asking an upstream that does not answer. After ten failures in a row, or three timeouts among them, it is open, and
 * one request every five seconds probes whether the upstream is back. Any answer below 500 is no failure. A 5xx with an
 * error in an envelope may come of one bad record, so it counts once for each request that it answers. A failing
 * upstream's `Retry-After` opens the breaker for that long.
 */
export function createCircuit(clock: Clock): Circuit {
  let failures = 0
  let timeouts = 0
  let failingSince = 0
  let openUntil = 0
  const worded = new Set<string>()

  const hasFailedEnough = () => failures >= FAILURES_TO_OPEN || timeouts >= TIMEOUTS_TO_OPEN

  function lockFrom(probeAt: number): Lock {
    return { probeAt, error: breakerOpen(wallTimeOf(clock, failingSince)), isOutage: true }
  }

  function fail({ response, endedAt, target }: Exchange, error: UpstreamError): void {
    if (failures === 0) failingSince = endedAt
    if (!isWorded(error) || !worded.has(target)) failures += 1
    if (isWorded(error)) worded.add(target)
    if (error.code === 'UPSTREAM_TIMEOUT') timeouts += 1
    const retryAfterMs = Math.min(response?.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
    const pauseMs = hasFailedEnough() ? Math.max(PROBE_EVERY_MS, retryAfterMs) : retryAfterMs
    if (pauseMs > 0) openUntil = endedAt + pauseMs
  }

  return {
    lock() {
      // A `Retry-After` alone ends for all requests at once; after many failures one probes first.
      const isOpen = hasFailedEnough() || clock.monotonic() < openUntil
      return isOpen ? lockFrom(openUntil) : undefined
    },
    suspicion: () => (failures > 0 ? lockFrom(openUntil) : undefined),
    isOpen: () =>
      clock.monotonic() < openUntil || (hasFailedEnough() && clock.monotonic() < openUntil + OPEN_IS_NEWS_MS),
    end(exchange) {
      const { error, response } = exchange
      if (error?.progress === 'notSent') return
      if (isDown(error)) fail(exchange, error)
      else if (response !== undefined) {
        failures = 0
        timeouts = 0
        openUntil = 0
        worded.clear()
      }
    },
  }
}

/** The upstream itself says in words that it failed: a proxy before it does not. */
function isWorded({ code, response }: UpstreamError): boolean {
  const isOurs = code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_INVALID_RESPONSE'
  return response !== undefined && !isOurs
}
