import type { Plugin } from 'graphql-yoga'
import type { RateLimit } from '../../rest/exchange/quota.ts'
import type { StaleAnswer } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'

/** What an operation cost upstream, as answers carry it in `extensions.upstream`. */
export interface UpstreamCost {
  /** In development. */
  readonly requests?: number
  /** In development; null until the upstream has told it. */
  readonly rateLimit?: RateLimit | null
  /** Whenever something was served that is older than an answer may be, because the quota is spent. */
  readonly stale?: readonly StaleAnswer[]
}

interface CostOptions {
  readonly operationOf: (request: Request) => Operation
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly development: boolean
}

/** Says with every answer what it cost: the header always, the extension in development, staleness whenever there is. */
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
