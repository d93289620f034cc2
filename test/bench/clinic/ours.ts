import { SECRET } from '../../support/events.ts'
import { startGateway } from '../../support/gateway.ts'
import type { StartGateway } from './hour.ts'

/** Our gateway with its defaults and the clock of the bench. */
export const startOurs: StartGateway = async (upstream, now) => {
  const gateway = await startGateway({ ...upstream, now })
  return { ...gateway, graphqlUrl: `${gateway.url}/graphql` }
}

/** The same, and the upstream tells it of each change. */
export const startOursWithEvents: StartGateway = async (upstream, now) => {
  const gateway = await startGateway({ ...upstream, now, webhooks: { secrets: [{ secret: SECRET }] } })
  return {
    ...gateway,
    graphqlUrl: `${gateway.url}/graphql`,
    webhook: { url: `${gateway.url}/webhooks/appointments`, secret: SECRET },
  }
}
