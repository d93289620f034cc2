import { LRUCache } from 'lru-cache'
import type { Epoch } from '../../shared/epochs.ts'
import type { Clock } from '../clock.ts'
import { isDown, isNotFound, isRateLimited, type UpstreamError } from '../errors.ts'
import type { Epochs } from './epochs.ts'
import type { Layer, Operation, Reply, RestRequest, Send } from './pipe.ts'

export interface CacheOptions {
  /** Whether the reply to this read may be given again at all. */
  readonly isOn: (request: RestRequest) => boolean
  readonly lifetimeOf: LifetimeOf
  /** How much longer it may be given where the quota is spent, in milliseconds. */
  readonly staleIfLimitedMs: number
  /** The same where the upstream does not answer. */
  readonly staleIfDownMs: number
  readonly epochs: Epochs
  readonly clock: Clock
}

/** How long a reply may be given again that was asked for at that instant of the monotonic clock, in milliseconds. */
export type LifetimeOf = (request: RestRequest, account: string, askedAt: number, isLive?: boolean) => number

export interface Cache {
  readonly layer: Layer
  /** Whether this read would cost nothing now. */
  readonly has: (request: RestRequest, operation: Operation) => boolean
  /** The answers to these reads as they are kept now; undefined where one of them is not. */
  readonly snapshot: (requests: readonly RestRequest[], operation: Operation) => Snapshot | undefined
  /** Whether each of these reads would get the same answer again now, at no cost. */
  readonly holds: (snapshot: Snapshot, operation: Operation) => boolean
  /** Whether nothing has told that one of them may be another by now, however old they are. */
  readonly isUnchanged: (snapshot: Snapshot, operation: Operation) => boolean
}

/** Answers to reads, which something was made of. */
export interface Snapshot {
  readonly requests: readonly RestRequest[]
  /** Opaque; in the order of the requests. They hold no answer, so that the cache alone decides how long one is kept. */
  readonly tokens: readonly object[]
}

interface Entry {
  /** Stands for the entry outside of the cache. */
  readonly token: object
  /** What the upstream answered: that there is no such appointment is an answer too. */
  readonly answer: Reply | UpstreamError
  /** When the upstream was asked, on the monotonic clock: the answer may be as old as that. */
  readonly askedAt: number
  /** The latest epoch in which the answer is known to hold. */
  epoch: Epoch
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an entry takes besides its reply. */
const ENTRY_BYTES = 512

/**
 * Keeps the answers to reads, by view: for a short time, or for long while the upstream tells of every change. A change
 * invalidates the answers that it may change through their epochs.
 */
export function createCache(options: CacheOptions): Cache {
  const { isOn, lifetimeOf, staleIfLimitedMs, staleIfDownMs, epochs, clock } = options
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ answer }) => ('bytes' in answer ? answer.bytes : 0) + ENTRY_BYTES,
  })

  /** Whether nothing since the answer may have changed it. */
  function holds(entry: Entry, request: RestRequest, operation: Operation): boolean {
    const epoch = epochs.epochOf(request, operation)
    const reply = 'bytes' in entry.answer ? entry.answer : undefined
    if (!epochs.isCurrent(entry.epoch, request, operation, reply)) return false
    // What has been looked at is not looked at again.
    entry.epoch = epoch
    return true
  }

  function isFresh(entry: Entry, request: RestRequest, operation: Operation): boolean {
    const { account, isLive } = operation
    const isYoung = clock.monotonic() - entry.askedAt < lifetimeOf(request, account, entry.askedAt, isLive)
    return isYoung && holds(entry, request, operation)
  }

  /** How much longer than a cached answer one may be given that this error stands in the way of. */
  function staleMsFor(error: unknown): number | undefined {
    if (isRateLimited(error)) return staleIfLimitedMs
    return isDown(error) ? staleIfDownMs : undefined
  }

  /** The cached reply, where the upstream can't be asked and nothing has been written since. */
  function staleReply(
    entry: Entry | undefined,
    error: unknown,
    request: RestRequest,
    operation: Operation,
  ): Reply | undefined {
    const staleMs = staleMsFor(error)
    if (entry === undefined || staleMs === undefined || operation.ledger.isMutation) return undefined
    const ageMs = clock.monotonic() - entry.askedAt
    const isYoung = ageMs < lifetimeOf(request, operation.account, entry.askedAt) + staleMs
    if (!isYoung || !('bytes' in entry.answer)) return undefined
    if (!epochs.isTrusted(request, operation) || !holds(entry, request, operation)) return undefined
    operation.ledger.remembered += 1
    operation.ledger.staleReads += 1
    return { ...entry.answer, staleSince: new Date(clock.now() - ageMs).toISOString() }
  }

  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    if (!epochs.isTrusted(request, operation)) {
      operation.ledger.reads = undefined
      return next(request, operation)
    }
    operation.ledger.reads?.push(request)
    const name = epochs.nameOf(request, operation)
    const epoch = epochs.epochOf(request, operation)
    const askedAt = clock.monotonic()
    const entry = entries.get(name)
    if (entry !== undefined && isFresh(entry, request, operation)) {
      operation.ledger.remembered += 1
      if ('bytes' in entry.answer) return entry.answer
      throw entry.answer
    }
    /** Nothing from before a change in the meantime may be kept. */
    function keep(answer: Entry['answer'], at: number): void {
      const kept = { token: {}, answer, askedAt: at, epoch }
      if (epochs.isTrusted(request, operation) && holds(kept, request, operation)) entries.set(name, kept)
    }
    try {
      const reply = await next(request, operation)
      keep(reply, reply.askedAt ?? askedAt)
      return reply
    } catch (error) {
      if (isNotFound(error)) keep(error, askedAt)
      const stale = staleReply(entry, error, request, operation)
      if (stale === undefined) throw error
      return stale
    }
  }

  function freshEntry(request: RestRequest, operation: Operation): Entry | undefined {
    const entry = entries.peek(epochs.nameOf(request, operation))
    const isUsable = entry !== undefined && epochs.isTrusted(request, operation)
    return isUsable && isFresh(entry, request, operation) ? entry : undefined
  }

  /** What lies behind the cache, for an operation that asks nothing more. */
  function unlessFailed(next: Send): Send {
    return (request, operation) =>
      operation.failure === undefined ? next(request, operation) : Promise.reject(operation.failure)
  }

  return {
    layer(behind) {
      const next = unlessFailed(behind)
      return (request, operation) => {
        if (request.method !== 'GET') return next(request, operation)
        if (isOn(request)) return read(request, operation, next)
        // Nothing says later whether what was made of it still holds.
        operation.ledger.reads = undefined
        return next(request, operation)
      }
    },
    has: (request, operation) => freshEntry(request, operation) !== undefined,
    snapshot(requests, operation) {
      const found = requests.map((request) => freshEntry(request, operation))
      const kept = found.filter((entry) => entry !== undefined)
      if (kept.length < requests.length) return undefined
      return { requests, tokens: kept.map(({ token }) => token) }
    },
    holds: (snapshot, operation) =>
      snapshot.requests.every(
        (request, index) => freshEntry(request, operation)?.token === snapshot.tokens[index],
      ),
    isUnchanged: (snapshot, operation) =>
      snapshot.requests.every((request, index) => {
        const entry = entries.peek(epochs.nameOf(request, operation))
        return (
          entry?.token === snapshot.tokens[index] && entry !== undefined && holds(entry, request, operation)
        )
      }),
  }
}
