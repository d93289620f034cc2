import { randomUUID } from 'node:crypto'
import type { Shared } from '../../shared/shared.ts'
import type { Clock } from '../clock.ts'
import { rateLimited, responseOf, UpstreamError } from '../errors.ts'
import { LISTS } from '../pipe/epochs.ts'
import {
  bypassingCache,
  endingOf,
  isForWrite,
  type Layer,
  type Operation,
  type Reply,
  type RestRequest,
} from '../pipe/pipe.ts'
import type { Exchange, Lock } from './exchange.ts'
import { type Key, type Keys, lockOf } from './keys.ts'
import type { QuotaReport, RateLimit } from './quota.ts'
import { stateAfter, type UpstreamState } from './upstream-state.ts'

export interface Gate {
  /** Refuses writes while the upstream does not answer, before the gateway invalidates what they would change. */
  readonly checkWrites: Layer
  /** Refuses a request that the gate would refuse now, before it waits for a connection. */
  readonly refuseEarly: Layer
  readonly layer: Layer
  /** null until a response carried the rate headers. */
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly quotaOf: (account: string) => QuotaReport | null
  /** For operators: the keys with a known quota or an open breaker, the most recently used first. */
  readonly keyStates: () => readonly KeyState[]
  /** For operators: of all keys together. */
  readonly upstreamState: () => UpstreamState
}

/** How long an operation waits for its probe of an upstream that does not answer, in milliseconds. */
const PROBE_WAIT_MS = 500
/** How long a write waits for the probe before it is refused, in milliseconds: its client gets the error within a second. */
const WRITE_PROBE_WAIT_MS = 900
/** One row, because only the fact of an answer counts. */
const PROBE_READ: RestRequest = { method: 'GET', path: LISTS, query: 'limit=1' }

export interface KeyState {
  readonly account: string
  /** null until a response carried the rate headers. */
  readonly rateLimit: RateLimit | null
  /** The upstream does not answer, and the gateway sends it no requests but probes. */
  readonly isBreakerOpen: boolean
}

/** There may be many callers with keys of their own. */
const MAX_STATES = 100
const PROBE_LEASE = 'probe'
/** Longer than a probe takes; the lease expires where its instance dies during the probe. */
const PROBE_LEASE_MS = 15_000

/**
 * The one gate of each key. While the key is locked the gate refuses requests, and from `probeAt` on lets one at a time
 * through as a probe. It updates the key from the end of every request, and counts the request in the operation's ledger.
 */
export function createGate(
  keys: Keys,
  clock: Clock,
  { leases, notes }: Pick<Shared, 'leases' | 'notes'>,
): Gate {
  let upstreamState: UpstreamState = 'unknown'
  const holder = randomUUID()

  /** The lock's error where it refuses the request. Undefined where the request may be sent, be it as a probe. */
  function refusalOf(key: Key, lock: Lock | undefined): UpstreamError | undefined {
    if (lock === undefined) return undefined
    return key.probe !== undefined || clock.monotonic() < lock.probeAt ? lock.error : undefined
  }

  function record(key: Key, exchange: Exchange): void {
    key.quota.end(exchange)
    key.pause.end(exchange, key.quota.latestHour())
    key.circuit.end(exchange)
  }

  function keyStates(): KeyState[] {
    const states: KeyState[] = []
    for (const [account, { quota, circuit }] of keys.byAccount()) {
      const rateLimit = quota.rateLimit()
      const isBreakerOpen = circuit.isOpen()
      if (rateLimit !== null || isBreakerOpen) states.push({ account, rateLimit, isBreakerOpen })
      if (states.length === MAX_STATES) break
    }
    return states
  }

  const layer: Layer = (next) => {
    async function exchange(key: Key, request: RestRequest, operation: Operation): Promise<Reply> {
      const { ledger } = operation
      const { method, path, query = '' } = request
      const sent = { target: `${method} ${path}?${query}`, sentAt: clock.monotonic() }
      key.quota.begin()
      ledger.exchanges += 1
      try {
        const reply = await next(request, operation)
        upstreamState = 'answering'
        record(key, { ...sent, endedAt: clock.monotonic(), response: reply.response, error: undefined })
        return reply
      } catch (error) {
        const response = responseOf(error)
        // A request that failed because its client disconnected is no failure of the upstream.
        const isFromUpstream = error instanceof UpstreamError && !endingOf(request, operation).aborted
        if (isFromUpstream) upstreamState = stateAfter(error, upstreamState)
        record(key, {
          ...sent,
          endedAt: clock.monotonic(),
          response,
          error: isFromUpstream ? error : undefined,
        })
        if (!(error instanceof UpstreamError)) throw error
        // A request that was never sent costs no quota.
        if (error.progress !== 'sent') ledger.exchanges -= 1
        throw response?.status === 429 ? rateLimited(error, key.pause.endsAt()) : error
      } finally {
        keys.publish(operation.account)
      }
    }

    async function probe(key: Key, lock: Lock, request: RestRequest, operation: Operation): Promise<Reply> {
      key.probe = request
      try {
        // One probe by any instance is enough.
        const mayProbe = notes.areShared
          ? await leases.take(operation.account, PROBE_LEASE, holder, PROBE_LEASE_MS)
          : true
        if (!mayProbe) throw lock.error
        return await exchange(key, request, operation)
      } finally {
        key.probe = undefined
        if (notes.areShared) void leases.release(operation.account, PROBE_LEASE, holder)
      }
    }

    return async (request, operation) => {
      const key = keys.of(operation.account)
      const lock = lockOf(key, isForWrite(request, operation))
      const refusal = refusalOf(key, lock)
      if (refusal !== undefined) throw refusal
      if (lock === undefined) return exchange(key, request, operation)
      const probing = probe(key, lock, request, operation)
      // A probe may take the upstream's full timeout: it continues, but its operation stops waiting for it earlier.
      return lock.isOutage ? withTimeout(PROBE_WAIT_MS, probing, lock.error) : probing
    }
  }

  /** A write is never the probe: it is sent only once a read has proven that the upstream is back, so no outcome is unknown. */
  const checkWrites: Layer = (next) => async (request, operation) => {
    if (request.method === 'GET') return next(request, operation)
    const { circuit } = keys.of(operation.account)
    const suspectedOutage = circuit.suspectedOutage()
    if (suspectedOutage === undefined) return next(request, operation)
    await withTimeout(
      WRITE_PROBE_WAIT_MS,
      next(PROBE_READ, bypassingCache(operation)),
      suspectedOutage.error,
    ).catch(() => {})
    const lasting = circuit.suspectedOutage()
    if (lasting !== undefined) throw lasting.error
    return next(request, operation)
  }

  return {
    checkWrites,
    refuseEarly: (next) => (request, operation) => {
      const key = keys.of(operation.account)
      const refusal = refusalOf(key, lockOf(key, isForWrite(request, operation)))
      return refusal === undefined ? next(request, operation) : Promise.reject(refusal)
    },
    layer,
    rateLimit: ({ account }) => keys.of(account).quota.rateLimit(),
    quotaOf: (account) => keys.of(account).quota.report(),
    keyStates,
    upstreamState: () => upstreamState,
  }
}

/** Rejects with `late` where the answer takes longer, and then ignores how `answer` settles. */
async function withTimeout<Answer>(
  ms: number,
  answer: Promise<Answer>,
  late: UpstreamError,
): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const lateness = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late), ms)
  })
  try {
    return await Promise.race([answer, lateness])
  } finally {
    clearTimeout(timer)
  }
}
