import { LRUCache } from 'lru-cache'
import { quotaSpent, rateLimited, responseOf, UpstreamError } from '../errors.ts'
import type { Layer, Operation } from '../pipe/pipe.ts'
import { createQuota, type Quota, type RateLimit } from './quota.ts'

export interface BudgetOptions {
  /** The part of the quota that reads leave to writes. */
  readonly writeReservePercent: number
  readonly now: () => number
}

export interface Budget {
  readonly layer: Layer
  /** null until a response carried the rate headers. */
  readonly rateLimit: (operation: Operation) => RateLimit | null
}

const MAX_ACCOUNTS = 10_000

/**
 * Counts every upstream request in the operation's ledger, learns from every response what is left of the key's quota,
 * and refuses what the quota has no room for. Reads leave a reserve, so that no polling screen can stop a cancellation.
 */
export function createBudget(options: BudgetOptions): Budget {
  const quotas = new LRUCache<string, Quota>({ max: MAX_ACCOUNTS })

  function quotaOf(account: string): Quota {
    const known = quotas.get(account)
    if (known !== undefined) return known
    const quota = createQuota(options)
    quotas.set(account, quota)
    return quota
  }

  const layer: Layer = (next) => async (request, operation) => {
    const quota = quotaOf(operation.account)
    const refusedUntil = quota.take(request.method !== 'GET' || operation.ledger.isMutation)
    if (refusedUntil !== undefined) throw quotaSpent(refusedUntil)
    operation.ledger.exchanges += 1
    try {
      const reply = await next(request, operation)
      quota.end(reply.response)
      return reply
    } catch (error) {
      const response = responseOf(error)
      quota.end(response)
      const is429 = error instanceof UpstreamError && response?.status === 429
      throw is429 ? rateLimited(error, quota.resumesAt()) : error
    }
  }

  return { layer, rateLimit: ({ account }) => quotas.get(account)?.rateLimit() ?? null }
}
