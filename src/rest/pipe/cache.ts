import { LRUCache } from 'lru-cache'
import { isRateLimited } from '../errors.ts'
import type { Epochs } from './epochs.ts'
import type { Layer, Operation, Reply, RestRequest, Send } from './pipe.ts'

export interface CacheOptions {
  /** How long a reply may be given again, in milliseconds; 0 = never. */
  readonly ttlMs: number
  /** How much longer it may be given where the quota is spent, in milliseconds. */
  readonly staleMs: number
  readonly epochs: Epochs
  readonly now: () => number
}

export interface Cache {
  readonly layer: Layer
  /** Whether this read would cost nothing now. */
  readonly has: (request: RestRequest, operation: Operation) => boolean
}

interface Entry {
  readonly reply: Reply
  /** When the upstream was asked: the reply may be as old as that. */
  readonly askedAt: number
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an entry takes besides its reply. */
const ENTRY_BYTES = 512

/** Keeps the replies to reads for a short time, by view. A write invalidates them through the epoch in their keys. */
export function createCache({ ttlMs, staleMs, epochs, now }: CacheOptions): Cache {
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ reply }) => reply.bytes + ENTRY_BYTES,
  })

  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const key = epochs.keyOf(request, operation)
    const askedAt = now()
    const entry = entries.get(key)
    if (entry !== undefined && askedAt - entry.askedAt < ttlMs) {
      operation.ledger.remembered += 1
      return entry.reply
    }
    try {
      const reply = await next(request, operation)
      entries.set(key, { reply, askedAt: reply.askedAt ?? askedAt })
      return reply
    } catch (error) {
      // A write in the meantime has changed the key, and nothing from before it may be returned.
      const isUnchanged = epochs.keyOf(request, operation) === key
      const mayBeStale = isRateLimited(error) && isUnchanged && !operation.ledger.isMutation
      if (entry === undefined || !mayBeStale || now() - entry.askedAt >= ttlMs + staleMs) throw error
      operation.ledger.remembered += 1
      return { ...entry.reply, staleSince: new Date(entry.askedAt).toISOString() }
    }
  }

  return {
    layer: (next) => (request, operation) =>
      ttlMs === 0 || request.method !== 'GET' ? next(request, operation) : read(request, operation, next),
    has(request, operation) {
      const entry = entries.peek(epochs.keyOf(request, operation))
      return entry !== undefined && now() - entry.askedAt < ttlMs
    },
  }
}
