import { type Clock, wallTimeOf } from '../clock.ts'
import { breakerOpen, isDown, type UpstreamError } from '../errors.ts'
import type { Exchange, Lock } from './exchange.ts'

/** The circuit breaker of one key. */
export interface Circuit {
  lock(): Lock | undefined
  /** The lock where the upstream failed at the latest request, also while the breaker is still closed. */
  suspectedOutage(): Lock | undefined
  /** Whether the breaker is open, or was until less than a minute ago. */
  isOpen(): boolean
  end(exchange: Exchange): void
}

const FAILURES_TO_OPEN = 10
/** Fewer, because at each of them a client has waited for the full timeout. */
const TIMEOUTS_TO_OPEN = 3
const PROBE_EVERY_MS = 5_000
const LONGEST_RETRY_AFTER_MS = 30_000
/** An open breaker that no request has probed for that long says nothing about the upstream's current state. */
const OPEN_IS_REPORTED_MS = 60_000

/**
 * Stops requests to an upstream that does not answer. After ten failures in a row, or three timeouts among them, the breaker
 * opens, and one request every five seconds probes whether the upstream is back. A status below 500 is no failure. A 5xx with
 * an error in an envelope may be the fault of one bad record, so equal requests that get one count as one failure. A failing
 * upstream's `Retry-After` opens the breaker for that long.
 */
export function createCircuit(clock: Clock): Circuit {
  let failures = 0
  let timeouts = 0
  let failingSince = 0
  let openUntil = 0
  /** The requests that were answered with an envelope, and so are counted already. */
  const countedTargets = new Set<string>()

  const hasFailedEnough = () => failures >= FAILURES_TO_OPEN || timeouts >= TIMEOUTS_TO_OPEN

  function lockFrom(probeAt: number): Lock {
    return { probeAt, error: breakerOpen(wallTimeOf(clock, failingSince)), isOutage: true }
  }

  function fail({ response, endedAt, target }: Exchange, error: UpstreamError): void {
    if (failures === 0) failingSince = endedAt
    if (!hasEnvelope(error) || !countedTargets.has(target)) failures += 1
    if (hasEnvelope(error)) countedTargets.add(target)
    if (error.code === 'UPSTREAM_TIMEOUT') timeouts += 1
    const retryAfterMs = Math.min(response?.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
    const pauseMs = hasFailedEnough() ? Math.max(PROBE_EVERY_MS, retryAfterMs) : retryAfterMs
    if (pauseMs > 0) openUntil = endedAt + pauseMs
  }

  return {
    lock() {
      // A `Retry-After` alone ends for all requests at the same time; after many failures a probe goes first.
      const isOpen = hasFailedEnough() || clock.monotonic() < openUntil
      return isOpen ? lockFrom(openUntil) : undefined
    },
    suspectedOutage: () => (failures > 0 ? lockFrom(openUntil) : undefined),
    isOpen: () =>
      clock.monotonic() < openUntil ||
      (hasFailedEnough() && clock.monotonic() < openUntil + OPEN_IS_REPORTED_MS),
    end(exchange) {
      const { error, response } = exchange
      if (error?.progress === 'notSent') return
      if (isDown(error)) fail(exchange, error)
      else if (response !== undefined) {
        failures = 0
        timeouts = 0
        openUntil = 0
        countedTargets.clear()
      }
    },
  }
}

/** The error is in an envelope, so the upstream itself reports it, and not a proxy in front of it. */
function hasEnvelope({ code, response }: UpstreamError): boolean {
  const isOurs = code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_INVALID_RESPONSE'
  return response !== undefined && !isOurs
}
