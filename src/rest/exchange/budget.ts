import { LRUCache } from 'lru-cache'
import { utcOf } from '../../contract/instant.ts'
import { UpstreamError } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import { type Allowance, createAllowance, type RateLimit } from './quota.ts'
import type { Watch } from './watch.ts'

export interface Budget {
  readonly watch: Watch
  /** null until an answer carried the rate headers. */
  readonly rateLimit: (operation: Operation) => RateLimit | null
}

const MAX_ACCOUNTS = 10_000

/**
 * Counts every real exchange in the operation's ledger, learns from every answer what is left of the key's quota, and
 * refuses what the quota has no room for: reads leave a reserve, so that no polling screen can stop a cancellation.
 */
export function createBudget(options: {
  readonly writeReservePercent: number
  readonly now: () => number
}): Budget {
  const allowances = new LRUCache<string, Allowance>({ max: MAX_ACCOUNTS })

  function allowanceOf({ account }: Operation): Allowance {
    const known = allowances.get(account)
    if (known !== undefined) return known
    const allowance = createAllowance(options)
    allowances.set(account, allowance)
    return allowance
  }

  const watch: Watch = {
    before(request, operation) {
      const mayUseReserve = request.method !== 'GET' || operation.ledger.isMutation
      const refusedUntil = allowanceOf(operation).take(mayUseReserve)
      if (refusedUntil !== undefined)
        return rateLimited('The quota of this key has no room for it.', refusedUntil)
      operation.ledger.exchanges += 1
      return undefined
    },
    onReply: ({ heard }, _request, operation) => allowanceOf(operation).end(heard),
    onError(error, _request, operation) {
      const allowance = allowanceOf(operation)
      const heard = error instanceof UpstreamError ? error.heard : undefined
      allowance.end(heard)
      return error instanceof UpstreamError && heard?.status === 429
        ? rateLimited(error.message, allowance.resumesAt(), error)
        : error
    },
  }

  return { watch, rateLimit: (operation) => allowances.get(operation.account)?.rateLimit() ?? null }
}

function rateLimited(message: string, resetsAtMs: number, cause?: UpstreamError): UpstreamError {
  const resetsAt = utcOf(resetsAtMs)
  return new UpstreamError('RATE_LIMITED', message, { ...cause?.told, resetsAt }, cause?.heard)
}
