import { LRUCache } from 'lru-cache'
import { breakerOpen, responseOf, UpstreamError } from '../errors.ts'
import { endingOf, type Layer, type RestRequest } from '../pipe/pipe.ts'

interface Circuit {
  failures: number
  /** Open, the breaker refuses every request until then. Milliseconds since the epoch. */
  openUntil: number
  /** The one request that the breaker lets through to see whether the upstream is back. */
  probe: RestRequest | undefined
}

const FAILURES_TO_OPEN = 10
const PROBE_EVERY_MS = 5_000
const LONGEST_RETRY_AFTER_MS = 30_000
const MAX_ACCOUNTS = 10_000

/**
 * Stops asking an upstream that does not answer, per credential. After ten failures in a row it refuses everything at
 * once, and lets one request every five seconds probe whether the upstream is back. An error in an envelope, and any 4xx,
 * is no failure. A failing upstream's `Retry-After` opens the breaker for that long.
 */
export function createBreaker(now: () => number): Layer {
  const circuits = new LRUCache<string, Circuit>({ max: MAX_ACCOUNTS })

  function circuitOf(account: string): Circuit {
    const known = circuits.get(account)
    if (known !== undefined) return known
    const circuit: Circuit = { failures: 0, openUntil: 0, probe: undefined }
    circuits.set(account, circuit)
    return circuit
  }

  function fail(circuit: Circuit, error: UpstreamError): void {
    circuit.failures += 1
    const retryAfterMs = Math.min(error.response?.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
    const pauseMs =
      circuit.failures >= FAILURES_TO_OPEN ? Math.max(PROBE_EVERY_MS, retryAfterMs) : retryAfterMs
    if (pauseMs > 0) circuit.openUntil = now() + pauseMs
  }

  return (next) => async (request, operation) => {
    const circuit = circuitOf(operation.account)
    if (now() < circuit.openUntil) throw breakerOpen()
    // A `Retry-After` alone ends for all requests at once; after many failures one probes first.
    if (circuit.failures >= FAILURES_TO_OPEN) {
      if (circuit.probe !== undefined) throw breakerOpen()
      circuit.probe = request
    }
    try {
      const reply = await next(request, operation)
      close(circuit)
      return reply
    } catch (error) {
      if (!isFailure(error)) {
        if (responseOf(error) !== undefined) close(circuit)
      } else if (!endingOf(request, operation).aborted) fail(circuit, error)
      throw error
    } finally {
      if (circuit.probe === request) circuit.probe = undefined
    }
  }
}

function isFailure(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false
  if (error.code === 'UPSTREAM_UNAVAILABLE' || error.code === 'UPSTREAM_TIMEOUT') return true
  return error.code === 'UPSTREAM_INVALID_RESPONSE' && (error.response?.status ?? 500) >= 500
}

function close(circuit: Circuit): void {
  circuit.failures = 0
  circuit.openUntil = 0
}
