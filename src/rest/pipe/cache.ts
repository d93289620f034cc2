import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { isNotFound, isRateLimited, type UpstreamError } from '../errors.ts'
import type { Epochs } from './epochs.ts'
import type { Layer, Operation, Reply, RestRequest, Send } from './pipe.ts'

export interface CacheOptions {
  /** How long a reply may be given again, in milliseconds; 0 = never. */
  readonly ttlMs: number
  /** How much longer it may be given where the quota is spent, in milliseconds. */
  readonly staleMs: number
  readonly epochs: Epochs
  readonly clock: Clock
}

export interface Cache {
  readonly layer: Layer
  /** Whether this read would cost nothing now. */
  readonly has: (request: RestRequest, operation: Operation) => boolean
}

interface Entry {
  /** What the upstream answered: that there is no such appointment is an answer too. */
  readonly answer: Reply | UpstreamError
  /** When the upstream was asked, on the monotonic clock: the answer may be as old as that. */
  readonly askedAt: number
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an entry takes besides its reply. */
const ENTRY_BYTES = 512

/** Keeps the answers to reads for a short time, by view. A write invalidates them through the epoch in their keys. */
export function createCache({ ttlMs, staleMs, epochs, clock }: CacheOptions): Cache {
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ answer }) => ('bytes' in answer ? answer.bytes : 0) + ENTRY_BYTES,
  })

  function isFresh({ askedAt }: Entry): boolean {
    return clock.monotonic() - askedAt < ttlMs
  }

  /** The cached reply, where the quota is spent and nothing has been written since. */
  function staleReply(entry: Entry | undefined, error: unknown, operation: Operation): Reply | undefined {
    if (entry === undefined || !isRateLimited(error) || operation.ledger.isMutation) return undefined
    const ageMs = clock.monotonic() - entry.askedAt
    if (ageMs >= ttlMs + staleMs || !('bytes' in entry.answer)) return undefined
    return { ...entry.answer, staleSince: new Date(clock.now() - ageMs).toISOString() }
  }

  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    if (!epochs.isTrusted(request, operation)) return next(request, operation)
    const key = epochs.keyOf(request, operation)
    const askedAt = clock.monotonic()
    const entry = entries.get(key)
    if (entry !== undefined && isFresh(entry)) {
      operation.ledger.remembered += 1
      if ('bytes' in entry.answer) return entry.answer
      throw entry.answer
    }
    // A write in the meantime changes the key, and nothing from before it may be returned or found.
    const isUnchanged = () => epochs.isTrusted(request, operation) && epochs.keyOf(request, operation) === key
    try {
      const reply = await next(request, operation)
      if (isUnchanged()) entries.set(key, { answer: reply, askedAt: reply.askedAt ?? askedAt })
      return reply
    } catch (error) {
      if (isNotFound(error) && isUnchanged()) entries.set(key, { answer: error, askedAt })
      const stale = isUnchanged() ? staleReply(entry, error, operation) : undefined
      if (stale === undefined) throw error
      operation.ledger.remembered += 1
      return stale
    }
  }

  return {
    layer: (next) => (request, operation) =>
      ttlMs === 0 || request.method !== 'GET' ? next(request, operation) : read(request, operation, next),
    has(request, operation) {
      const entry = entries.peek(epochs.keyOf(request, operation))
      return entry !== undefined && isFresh(entry) && epochs.isTrusted(request, operation)
    },
  }
}
