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
  /** Refuses writes while the upstream does not answer: before the gateway forgets what they would change. */
  readonly checkWrites: Layer
  /** Refuses what the gate would refuse now: before a request waits for a connection. */
  readonly refuseEarly: Layer
  readonly layer: Layer
  /** null until a response carried the rate headers. */
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly quotaOf: (account: string) => QuotaReport | null
  /** Of the keys that the upstream has told anything of, the latest ones first, for operators. */
  readonly keyStates: () => readonly KeyState[]
  /** Of all keys together, for operators. */
  readonly upstreamState: () => UpstreamState
}

/** How long an operation waits for its probe of an upstream that does not answer, in milliseconds. */
const PATIENCE_MS = 500
/** The same of a write, which then is refused: so nobody hears of that later than after a second. */
const WRITE_PATIENCE_MS = 900
/** One row, because the answer alone counts. */
const PROBE_READ: RestRequest = { method: 'GET', path: LISTS, query: 'limit=1' }
export interface KeyState {
  readonly account: string
  /** null until a response carried the rate headers. */
  readonly rateLimit: RateLimit | null
  /** The upstream does not answer, and is not asked. */
  readonly isBreakerOpen: boolean
}

/** Callers with keys of their own may be many. */
const MAX_STATES = 100
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
        learn(key, { ...sent, endedAt: clock.monotonic(), response: reply.response, error: undefined })
        return reply
      } catch (error) {
        const response = responseOf(error)
        // A client that leaves says nothing of the upstream.
        const isUpstreams = error instanceof UpstreamError && !endingOf(request, operation).aborted
        if (isUpstreams) upstreamState = stateAfter(error, upstreamState)
        learn(key, { ...sent, endedAt: clock.monotonic(), response, error: isUpstreams ? error : undefined })
        if (!(error instanceof UpstreamError)) throw error
        // What was never sent cost nothing.
        if (error.progress !== 'sent') ledger.exchanges -= 1
        throw response?.status === 429 ? rateLimited(error, key.pause.endsAt()) : error
      } finally {
        keys.tell(operation.account)
      }
    }

    async function probe(key: Key, lock: Lock, request: RestRequest, operation: Operation): Promise<Reply> {
      key.probe = request
      try {
        // One probe of all instances is enough.
        const mayProbe = notes.areShared
          ? await leases.take(operation.account, PROBE, holder, PROBE_MS)
          : true
        if (!mayProbe) throw lock.error
        return await exchange(key, request, operation)
      } finally {
        key.probe = undefined
        if (notes.areShared) void leases.release(operation.account, PROBE, holder)
      }
    }

    return async (request, operation) => {
      const key = keys.of(operation.account)
      const lock = lockOf(key, isForWrite(request, operation))
      const refusal = refusalOf(key, lock)
      if (refusal !== undefined) throw refusal
      if (lock === undefined) return exchange(key, request, operation)
      const probing = probe(key, lock, request, operation)
      // A probe of an upstream that does not answer goes on, and nobody waits for it that long.
      return lock.isOutage ? within(PATIENCE_MS, probing, lock.error) : probing
    }
  }

  /** A write is no probe: until a read has shown that the upstream is back, nothing is sent, and nothing is in doubt. */
  const checkWrites: Layer = (next) => async (request, operation) => {
    if (request.method === 'GET') return next(request, operation)
    const { circuit } = keys.of(operation.account)
    const suspicion = circuit.suspicion()
    if (suspicion === undefined) return next(request, operation)
    await within(WRITE_PATIENCE_MS, next(PROBE_READ, bypassingCache(operation)), suspicion.error).catch(
      () => {},
    )
    const lasting = circuit.suspicion()
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

/** Rejects with the error where the answer takes longer; what it then becomes is nobody's concern here. */
async function within<Answer>(ms: number, answer: Promise<Answer>, late: UpstreamError): Promise<Answer> {
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
