import { startGateways } from '../../instances/instances.ts'
import { SECRET } from '../../support/events.ts'
import { startGateway } from '../../support/gateway.ts'
import { startRedis } from '../../support/redis.ts'
import type { StartedGateway, StartGateway } from './hour.ts'

/** Our gateway with its defaults and the clock of the bench. */
export const startOurs: StartGateway = async (upstream, now) => {
  const gateway = await startGateway({ ...upstream, now })
  return { ...gateway, graphqlUrl: () => `${gateway.url}/graphql` }
}

/** The same, and the upstream sends it an event for each change. */
export const startOursWithEvents: StartGateway = async (upstream, now) => {
  const gateway = await startGateway({ ...upstream, now, webhooks: { secrets: [{ secret: SECRET }] } })
  return {
    ...gateway,
    graphqlUrl: () => `${gateway.url}/graphql`,
    webhook: { url: () => `${gateway.url}/webhooks/appointments`, secret: SECRET },
  }
}

/** The same, and they share the responses of the upstream. */
export const startFourSharing: StartGateway = (upstream, now) => startFourOf(upstream, now, true)

/** Four instances with events that share one Redis, and take operations and events in turn. */
export const startFour: StartGateway = (upstream, now) => startFourOf(upstream, now, false)

async function startFourOf(
  upstream: Parameters<StartGateway>[0],
  now: () => number,
  replies: boolean,
): Promise<StartedGateway> {
  await using stack = new AsyncDisposableStack()
  const redis = stack.use(await startRedis())
  const clock = { now, monotonic: now }
  const { at } = stack.use(await startGateways({ redisUrl: redis.url, upstream, count: 4, clock, replies }))
  let operations = 0
  let events = 0
  const ends = stack.move()
  return {
    graphqlUrl() {
      operations += 1
      return `${at(operations).url}/graphql`
    },
    webhook: {
      url() {
        events += 1
        return `${at(events).url}/webhooks/appointments`
      },
      secret: SECRET,
    },
    [Symbol.asyncDispose]: () => ends.disposeAsync(),
  }
}
