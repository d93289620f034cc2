import { GraphQLError } from 'graphql'
import { createNote } from '../note.ts'
import type { EdgePlugin } from '../one-plugin.ts'

interface OverloadOptions {
  /** Each operation under way holds memory, and waits for the same few connections. */
  readonly maxUnderWay: number
  /** Where the processor is what is short, those who wait are not seen here yet; how long they wait is. */
  readonly maxLagMs: number
  readonly lagMs: () => number
}

/** Refuses at once what can't be served soon, instead of queueing it without end. */
export function useOverload({ maxUnderWay, maxLagMs, lagMs }: OverloadOptions): EdgePlugin {
  const underWay = createNote<Request, boolean>('under way')
  let count = 0
  return {
    onParams({ request }) {
      if (count >= maxUnderWay || lagMs() > maxLagMs)
        throw new GraphQLError('The gateway has more to do than it can; try again in a second.', {
          extensions: { code: 'OVERLOADED', http: { status: 503, headers: { 'retry-after': '1' } } },
        })
      underWay.set(request, true)
      count += 1
    },
    onEnd({ request }) {
      if (underWay.get(request)) count -= 1
      underWay.set(request, false)
    },
  }
}
