import type { ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { RateLimit } from '../../rest/exchange/quota.ts'
import type { StaleAnswer } from '../../rest/pipe/ledger.ts'
import type { Operation } from '../../rest/pipe/pipe.ts'
import { streamBodyOf } from '../http/stream-body.ts'

/** What an operation cost upstream: `extensions.upstream` of its answer. */
export interface UpstreamCost {
  /** In development only. */
  readonly requests?: number
  /** In development only: reads that the cache answered, and reads that shared the request of another operation. */
  readonly remembered?: number
  readonly joined?: number
  /** In development only; null until the upstream has sent its rate headers. */
  readonly rateLimit?: RateLimit | null
  /** The stale parts of the result: the upstream is unreachable, or the quota is spent. Absent where no part is stale. */
  readonly stale?: readonly StaleAnswer[]
}

export interface CostOptions {
  readonly rateLimit: (operation: Operation) => RateLimit | null
  readonly development: boolean
}

/** Adds `extensions.upstream` to a result: in development, and where a part of it is stale. */
export type AddCost = (result: ExecutionResult, operation: Operation) => ExecutionResult

export function createCost({ rateLimit, development }: CostOptions): AddCost {
  return (result, operation) => {
    const { exchanges, remembered, joined, stale } = operation.ledger
    const upstream: UpstreamCost = {
      ...(development && { requests: exchanges, remembered, joined, rateLimit: rateLimit(operation) }),
      ...(stale.size > 0 && { stale: [...stale.values()] }),
    }
    if (Object.keys(upstream).length === 0) return result
    return { ...result, extensions: { ...result.extensions, upstream } }
  }
}

/** Adds the cost to every answer: always as a header, in development as an extension, and always the stale parts. */
export function useCost(addCost: AddCost, operationOf: (request: Request) => Operation): Plugin {
  return {
    onResultProcess({ request, result, setResult }) {
      if (!('data' in result || 'errors' in result)) return
      setResult(addCost(result, operationOf(request)))
    },
    onResponse({ request, response }) {
      // The cost of a stream is not final yet: each of its parts states its own.
      if (streamBodyOf(response) === undefined)
        response.headers.set('x-upstream-requests', String(operationOf(request).ledger.exchanges))
      response.headers.set('x-request-id', operationOf(request).requestId)
    },
  }
}
