import type { Plugin } from 'graphql-yoga'
import type { RateLimit } from '../rest/allowance.ts'
import type { Operation } from '../rest/pipe.ts'

/** What an operation cost upstream, as development answers carry it in `extensions.upstream`. */
export interface UpstreamCost {
  readonly requests: number
  readonly rateLimit: RateLimit | null
}

interface CostOptions {
  readonly operationOf: (request: Request) => Operation
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly development: boolean
}

/** Says with every answer what it cost: the header always, the extension in development. */
export function useCost({ operationOf, rateLimit, development }: CostOptions): Plugin {
  return {
    onResultProcess({ request, result, setResult }) {
      if (!development || Array.isArray(result) || !('data' in result || 'errors' in result)) return
      const operation = operationOf(request)
      const upstream: UpstreamCost = { requests: operation.ledger.exchanges, rateLimit: rateLimit(operation) }
      setResult({ ...result, extensions: { ...result.extensions, upstream } })
    },
    onResponse({ request, response }) {
      response.headers.set('x-upstream-requests', String(operationOf(request).ledger.exchanges))
      response.headers.set('x-request-id', operationOf(request).requestId)
    },
  }
}
