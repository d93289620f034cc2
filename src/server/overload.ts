import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

interface OverloadOptions {
  /** Each operation under way holds memory, and waits for the same few connections. */
  readonly maxUnderWay: number
  /** Where the processor is what is short, those who wait are not seen here yet; how long they wait is. */
  readonly maxLagMs: number
  readonly lagMs: () => number
}

/** Refuses at once what can't be served soon, instead of queueing it without end. */
export function useOverload({ maxUnderWay, maxLagMs, lagMs }: OverloadOptions): Plugin {
  const underWay = new WeakSet<Request>()
  let count = 0
  return {
    onParams({ request }) {
      if (count >= maxUnderWay || lagMs() > maxLagMs)
        throw new GraphQLError('The gateway has more to do than it can; try again in a second.', {
          extensions: { code: 'OVERLOADED', http: { status: 503, headers: { 'retry-after': '1' } } },
        })
      underWay.add(request)
      count += 1
    },
    onResponse({ request }) {
      if (underWay.delete(request)) count -= 1
    },
  }
}
