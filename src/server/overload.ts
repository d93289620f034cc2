import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * Refuses at once what can't be served soon, instead of queueing it without end: each operation under way holds
 * memory and waits for the same few connections.
 */
export function useOverload(maxUnderWay: number): Plugin {
  const underWay = new WeakSet<Request>()
  let count = 0
  return {
    onParams({ request }) {
      if (count >= maxUnderWay)
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
