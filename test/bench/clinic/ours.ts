import { startGateway } from '../../support/gateway.ts'
import type { StartGateway } from './hour.ts'

/** Our gateway with its defaults and the clock of the bench. */
export const startOurs: StartGateway = async (upstream, now) => {
  const gateway = await startGateway({ ...upstream, now })
  return { ...gateway, graphqlUrl: `${gateway.url}/graphql` }
}
