import { type Clock, wallTimeOf } from '../clock.ts'
import { breakerOpen, type UpstreamError } from '../errors.ts'
import type { Exchange, Lock } from './exchange.ts'

/** The circuit breaker of one key. */
export interface Circuit {
  lock(): Lock | undefined
  end(exchange: Exchange): void
}

const FAILURES_TO_OPEN = 10
const PROBE_EVERY_MS = 5_000
const LONGEST_RETRY_AFTER_MS = 30_000

/**
 * Stops asking an upstream that does not answer. After ten failures in a row it is open, and one request every five seconds
 * probes whether the upstream is back. An error in an envelope, and any 4xx, is no failure. A failing upstream's
 * `Retry-After` opens it for that long.
 */
export function createCircuit(clock: Clock): Circuit {
  let failures = 0
  let failingSince = 0
  let openUntil = 0
  return {
    lock() {
      // A `Retry-After` alone ends for all requests at once; after many failures one probes first.
      const isOpen = failures >= FAILURES_TO_OPEN || clock.monotonic() < openUntil
      if (!isOpen) return undefined
      return { probeAt: openUntil, error: breakerOpen(wallTimeOf(clock, failingSince)), isOutage: true }
    },
    end({ response, error, endedAt }) {
      if (error !== undefined && isFailure(error)) {
        if (failures === 0) failingSince = endedAt
        failures += 1
        const retryAfterMs = Math.min(response?.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
        const pauseMs = failures >= FAILURES_TO_OPEN ? Math.max(PROBE_EVERY_MS, retryAfterMs) : retryAfterMs
        if (pauseMs > 0) openUntil = endedAt + pauseMs
      } else if (response !== undefined) {
        failures = 0
        openUntil = 0
      }
    },
  }
}

function isFailure({ code, response, progress }: UpstreamError): boolean {
  if (progress === 'notSent') return false
  if (code === 'UPSTREAM_UNAVAILABLE' || code === 'UPSTREAM_TIMEOUT') return true
  return code === 'UPSTREAM_INVALID_RESPONSE' && (response?.status ?? 500) >= 500
}
