import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl'
import responseCache from '@apollo/server-plugin-response-cache'
import { startTutorialGateway } from '../tutorial/gateway.ts'

const api = { url: process.env.UPSTREAM_URL ?? '', key: 'pk_test_bench' }
const { url } = await startTutorialGateway(
  api,
  process.env.RESPONSE_CACHE
    ? [ApolloServerPluginCacheControl({ defaultMaxAge: 3600 }), responseCache()]
    : [],
)
process.stdout.write(`${url}\n`)
process.on('SIGTERM', () => process.exit())
