import { LRUCache } from 'lru-cache'
import { UpstreamError } from '../errors.ts'
import { type Operation, type RestRequest, signalOf } from '../pipe/pipe.ts'
import type { Watch } from './watch.ts'

interface Circuit {
  failures: number
  /** Nothing is let through before, and then one probe at a time. */
  closedUntil: number
  /** The one request that is let through to see whether the upstream is back. */
  probe: RestRequest | undefined
}

const FAILURES_TO_OPEN = 10
const PROBE_EVERY_MS = 5_000
const LONGEST_RETRY_AFTER_MS = 30_000
const MAX_ACCOUNTS = 10_000

/**
 * Stops asking an upstream that does not answer, per credential: after ten failures in a row everything is refused at
 * once, and one request every five seconds probes whether it is back. An answer in an envelope, and any 4xx, is no
 * failure. A `Retry-After` of a failing upstream is kept like a failed probe.
 */
export function createBreaker(now: () => number): Watch {
  const circuits = new LRUCache<string, Circuit>({ max: MAX_ACCOUNTS })

  function circuitOf({ account }: Operation): Circuit {
    const known = circuits.get(account)
    if (known !== undefined) return known
    const circuit: Circuit = { failures: 0, closedUntil: 0, probe: undefined }
    circuits.set(account, circuit)
    return circuit
  }

  return {
    before(request, operation) {
      const circuit = circuitOf(operation)
      if (now() < circuit.closedUntil) return notAsked()
      // After a `Retry-After` alone everybody may go on; after many failures one goes first.
      if (circuit.failures < FAILURES_TO_OPEN) return undefined
      if (circuit.probe !== undefined) return notAsked()
      circuit.probe = request
      return undefined
    },
    onReply(_reply, request, operation) {
      const circuit = circuitOf(operation)
      endProbe(circuit, request)
      reset(circuit)
    },
    onError(error, request, operation) {
      const circuit = circuitOf(operation)
      endProbe(circuit, request)
      if (!isFailure(error)) {
        if (error instanceof UpstreamError && error.heard) reset(circuit)
      } else if (!signalOf(request, operation).aborted) {
        circuit.failures += 1
        const retryAfterMs = Math.min(error.heard?.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)
        const pauseMs =
          circuit.failures >= FAILURES_TO_OPEN ? Math.max(PROBE_EVERY_MS, retryAfterMs) : retryAfterMs
        if (pauseMs > 0) circuit.closedUntil = now() + pauseMs
      }
      return error
    },
  }
}

function endProbe(circuit: Circuit, request: RestRequest): void {
  if (circuit.probe === request) circuit.probe = undefined
}

function isFailure(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false
  if (error.code === 'UPSTREAM_UNAVAILABLE' || error.code === 'UPSTREAM_TIMEOUT') return true
  return error.code === 'UPSTREAM_INVALID_RESPONSE' && (error.heard?.status ?? 500) >= 500
}

function notAsked(): UpstreamError {
  return new UpstreamError(
    'UPSTREAM_UNAVAILABLE',
    'The upstream does not answer; it is asked again in a few seconds.',
  )
}

function reset(circuit: Circuit): void {
  circuit.failures = 0
  circuit.closedUntil = 0
}
