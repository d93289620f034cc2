import { LRUCache } from 'lru-cache'
import { UpstreamError } from '../errors.ts'
import type { Epochs } from './epochs.ts'
import type { Layer, Operation, Reply, RestRequest } from './pipe.ts'

export interface CacheOptions {
  /** How long an answer may be given again, in milliseconds; 0 = never. */
  readonly ttlMs: number
  /** How much longer it may be given where the quota is spent, in milliseconds. */
  readonly staleMs: number
  readonly epochs: Epochs
  readonly now: () => number
}

export interface Cache {
  readonly layer: Layer
  /** Whether this read would cost nothing now. */
  readonly holds: (request: RestRequest, operation: Operation) => boolean
}

interface Entry {
  readonly reply: Reply
  /** When it was asked for: it may be as old as that. */
  readonly askedAt: number
}

const MAX_BYTES = 64 * 1024 * 1024
/** About what an entry takes besides its answer's text. */
const ENTRY_BYTES = 512

/** Remembers answers to reads for a short time, by view. Writes make it forget by the epoch in its keys. */
export function createCache({ ttlMs, staleMs, epochs, now }: CacheOptions): Cache {
  const entries = new LRUCache<string, Entry>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ reply }) => reply.bytes + ENTRY_BYTES,
  })

  const layer: Layer = (next) => {
    if (ttlMs === 0) return next

    async function read(request: RestRequest, operation: Operation): Promise<Reply> {
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
        // A write since then has changed the key, and nothing from before it may be shown.
        const isUnchanged = epochs.keyOf(request, operation) === key
        if (entry === undefined || !isUnchanged || !isLimited(error) || operation.ledger.isMutation)
          throw error
        if (now() - entry.askedAt >= ttlMs + staleMs) throw error
        operation.ledger.remembered += 1
        return { ...entry.reply, staleSince: new Date(entry.askedAt).toISOString() }
      }
    }
    return (request, operation) =>
      request.method === 'GET' ? read(request, operation) : next(request, operation)
  }

  function holds(request: RestRequest, operation: Operation): boolean {
    const entry = entries.peek(epochs.keyOf(request, operation))
    return entry !== undefined && now() - entry.askedAt < ttlMs
  }
  return { layer, holds }
}

function isLimited(error: unknown): boolean {
  return error instanceof UpstreamError && error.code === 'RATE_LIMITED'
}
