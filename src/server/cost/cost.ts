import type { Plugin } from 'graphql-yoga'
import type { RateLimit } from '../../rest/exchange/quota.ts'
import type { StaleAnswer } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'

/** What an operation cost upstream: `extensions.upstream` of its answer. */
export interface UpstreamCost {
  /** In development only. */
  readonly requests?: number
  /** In development only; null until the upstream has sent its rate headers. */
  readonly rateLimit?: RateLimit | null
  /** What is older than a cached answer may be, because the quota is spent. Absent where nothing is. */
  readonly stale?: readonly StaleAnswer[]
}

interface CostOptions {
  readonly operationOf: (request: Request) => Operation
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly development: boolean
}

/** Reports with every answer what it cost: the header always, the extension in development, staleness where there is any. */
export function useCost({ operationOf, rateLimit, development }: CostOptions): Plugin {
  function costOf(operation: Operation): UpstreamCost {
    const { exchanges, stale } = operation.ledger
    return {
      ...(development && { requests: exchanges, rateLimit: rateLimit(operation) }),
      ...(stale.size > 0 && { stale: [...stale.values()] }),
    }
  }

  return {
    onResultProcess({ request, result, setResult }) {
      if (!('data' in result || 'errors' in result)) return
      const upstream = costOf(operationOf(request))
      if (Object.keys(upstream).length > 0)
        setResult({ ...result, extensions: { ...result.extensions, upstream } })
    },
    onResponse({ request, response }) {
      response.headers.set('x-upstream-requests', String(operationOf(request).ledger.exchanges))
      response.headers.set('x-request-id', operationOf(request).requestId)
    },
  }
}
