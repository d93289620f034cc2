import { readFileSync } from 'node:fs'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { AppointmentsApi } from './api.ts'
import { resolvers, type TutorialContext } from './resolvers.ts'

export interface TutorialGateway extends AsyncDisposable {
  readonly url: string
}

/**
 * Our schema on the gateway that tutorials write: Apollo Server, a RESTDataSource and a DataLoader for each request,
 * one REST call for each thing that a resolver needs.
 */
export async function startTutorialGateway(api: { url: string; key: string }): Promise<TutorialGateway> {
  const typeDefs = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8')
  const server = new ApolloServer<TutorialContext>({ typeDefs, resolvers })
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async () => ({ api: new AppointmentsApi(api.url, api.key) }),
  })
  return { url, [Symbol.asyncDispose]: () => server.stop() }
}
