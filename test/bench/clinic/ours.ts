import { startGateway } from '../../support/gateway.ts'
import type { StartGateway } from './hour.ts'

/** The gateway as it comes, but for its clock. */
export const startOurs: StartGateway = async (upstream, now) => {
  const gateway = await startGateway({ ...upstream, now })
  return { ...gateway, graphqlUrl: `${gateway.url}/graphql` }
}
