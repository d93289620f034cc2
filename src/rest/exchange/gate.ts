import { randomUUID } from 'node:crypto'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import { rateLimited, responseOf, UpstreamError } from '../errors.ts'
import { endingOf, isForWrite, type Layer, type Operation } from '../pipe/pipe.ts'
import type { Exchange, Lock } from './exchange.ts'
import { type Key, type Keys, lockOf } from './keys.ts'
import type { QuotaReport, RateLimit } from './quota.ts'
import { stateAfter, type UpstreamState } from './upstream-state.ts'

export interface Gate {
  /** Refuses what the gate would refuse now: before a request waits for a connection. */
  readonly refuseEarly: Layer
  readonly layer: Layer
  /** null until a response carried the rate headers. */
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly quotaOf: (account: string) => QuotaReport | null
  /** Of all keys together, for operators. */
  readonly upstreamState: () => UpstreamState
}

const PROBE = 'probe'
/** Longer than a probe takes, for an instance that dies meanwhile. */
const PROBE_MS = 15_000

/**
 * The one gate of each key. While the key is locked it refuses requests, and lets one at a time through as a probe once the
 * lock is to be tried again. It learns from how every request ends, and counts it in the operation's ledger.
 */
export function createGate(
  keys: Keys,
  clock: Clock,
  { leases, notes }: Pick<Shared, 'leases' | 'notes'>,
): Gate {
  let upstreamState: UpstreamState = 'unknown'
  const holder = randomUUID()

  /** The error of a lock that holds. Undefined where the request may go, and where it may go as a probe. */
  function refusalOf(key: Key, lock: Lock | undefined): UpstreamError | undefined {
    if (lock === undefined) return undefined
    return key.probe !== undefined || clock.monotonic() < lock.probeAt ? lock.error : undefined
  }

  function learn(key: Key, exchange: Exchange): void {
    key.quota.end(exchange)
    key.pause.end(exchange, key.quota.latestHour())
    key.circuit.end(exchange)
  }

  const layer: Layer = (next) => async (request, operation) => {
    const key = keys.of(operation.account)
    const lock = lockOf(key, isForWrite(request, operation))
    const refusal = refusalOf(key, lock)
    if (refusal !== undefined) throw refusal
    if (lock !== undefined) {
      key.probe = request
      // One probe of all instances is enough.
      const mayProbe = notes.areShared ? await leases.take(operation.account, PROBE, holder, PROBE_MS) : true
      if (!mayProbe) {
        key.probe = undefined
        throw lock.error
      }
    }
    const { ledger } = operation
    const sentAt = clock.monotonic()
    key.quota.begin()
    ledger.exchanges += 1
    try {
      const reply = await next(request, operation)
      upstreamState = 'answering'
      learn(key, { sentAt, endedAt: clock.monotonic(), response: reply.response, error: undefined })
      return reply
    } catch (error) {
      upstreamState = stateAfter(error, upstreamState)
      const response = responseOf(error)
      const isUpstreams = error instanceof UpstreamError && !endingOf(request, operation).aborted
      learn(key, { sentAt, endedAt: clock.monotonic(), response, error: isUpstreams ? error : undefined })
      if (!(error instanceof UpstreamError)) throw error
      // What was never sent cost nothing.
      if (error.progress !== 'sent') ledger.exchanges -= 1
      throw response?.status === 429 ? rateLimited(error, key.pause.endsAt()) : error
    } finally {
      keys.tell(operation.account)
      if (key.probe === request) {
        key.probe = undefined
        if (notes.areShared) void leases.release(operation.account, PROBE, holder)
      }
    }
  }

  return {
    refuseEarly: (next) => (request, operation) => {
      const key = keys.of(operation.account)
      const refusal = refusalOf(key, lockOf(key, isForWrite(request, operation)))
      return refusal === undefined ? next(request, operation) : Promise.reject(refusal)
    },
    layer,
    rateLimit: ({ account }) => keys.of(account).quota.rateLimit(),
    quotaOf: (account) => keys.of(account).quota.report(),
    upstreamState: () => upstreamState,
  }
}
