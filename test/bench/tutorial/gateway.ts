import { readFileSync } from 'node:fs'
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { AppointmentsApi } from './api.ts'
import { resolvers, type TutorialContext } from './resolvers.ts'

export interface TutorialGateway extends AsyncDisposable {
  readonly url: string
}

/**
 * Starts our schema on a gateway as in tutorials: Apollo Server, a RESTDataSource and a DataLoader per request,
 * and one REST call for each need of a resolver.
 */
export async function startTutorialGateway(
  api: { url: string; key: string },
  plugins: ApolloServerPlugin<TutorialContext>[] = [],
): Promise<TutorialGateway> {
  const typeDefs = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8')
  const server = new ApolloServer<TutorialContext>({ typeDefs, resolvers, plugins })
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: 0 },
    context: async () => ({ api: new AppointmentsApi(api.url, api.key) }),
  })
  return { url, [Symbol.asyncDispose]: () => server.stop() }
}
