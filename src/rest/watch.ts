import type { UpstreamError } from './errors.ts'
import type { Layer, Operation, Reply, RestRequest } from './pipe.ts'

/** Stands beside the exchanges, and is asked before each of them and told after it. */
export interface Watch {
  /** The error is why there must be no exchange now. */
  readonly before: (request: RestRequest, operation: Operation) => UpstreamError | undefined
  readonly onReply: (reply: Reply, request: RestRequest, operation: Operation) => void
  /** Told of every failure that comes from behind it. Gives the error to pass on. */
  readonly onError: (error: unknown, request: RestRequest, operation: Operation) => unknown
}

/**
 * Several watches as one layer, the first one the outermost. Each as a layer of its own made a promise and two
 * functions for every exchange, which was a sixth of all that is held for one.
 */
export function watched(watches: readonly Watch[]): Layer {
  function fail(error: unknown, from: number, request: RestRequest, operation: Operation): Promise<never> {
    let told = error
    for (let index = from; index >= 0; index--)
      told = watches[index]?.onError(told, request, operation) ?? told
    return Promise.reject(told)
  }

  return (next) => (request, operation) => {
    for (const [index, watch] of watches.entries()) {
      const refusal = watch.before(request, operation)
      if (refusal !== undefined) return fail(refusal, index - 1, request, operation)
    }
    return next(request, operation).then(
      (reply) => {
        for (let index = watches.length - 1; index >= 0; index--)
          watches[index]?.onReply(reply, request, operation)
        return reply
      },
      (error: unknown) => fail(error, watches.length - 1, request, operation),
    )
  }
}
