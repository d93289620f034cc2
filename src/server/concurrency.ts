import type { ServerResponse } from 'node:http'
import type { Plugin } from 'graphql-yoga'
import type { Identity } from './identity.ts'
import { limitExceeded } from './limits.ts'

interface NodeContext {
  readonly res?: ServerResponse
}

/** Lets each caller have so many requests under way at once. What is counted is forgotten with the last of them. */
export function useConcurrencyLimit(
  max: number,
  identityOf: (request: Request) => Identity,
): Plugin<object, NodeContext> {
  const running = new Map<string, number>()

  function leave(caller: string): void {
    const left = (running.get(caller) ?? 1) - 1
    if (left === 0) running.delete(caller)
    else running.set(caller, left)
  }

  return {
    onRequestParse({ request, serverContext }) {
      const { caller } = identityOf(request)
      const count = running.get(caller) ?? 0
      if (count >= max)
        throw limitExceeded(
          'MAX_CONCURRENT_OPERATIONS',
          max,
          `More than ${max} operations of this caller are running: wait for one to end.`,
          { status: 429 },
        )
      const response = serverContext?.res
      // Without a connection there is nothing that is sure to end.
      if (response === undefined || response.closed) return
      running.set(caller, count + 1)
      response.once('close', () => leave(caller))
    },
  }
}
