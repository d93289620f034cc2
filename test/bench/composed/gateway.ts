import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { typeDefs } from './documents.ts'

// Required without their types, because these extend the `info` of every resolver in the program.
const require = createRequire(import.meta.url)
const { createGatewayRuntime } = require('@graphql-hive/gateway-runtime') as {
  createGatewayRuntime(options: object): RequestListener & AsyncDisposable
}
const { getComposedSchemaFromConfig } = require('@graphql-mesh/compose-cli') as {
  getComposedSchemaFromConfig(config: object, log: object): Promise<string>
}
const { loadOpenAPISubgraph } = require('@omnigraph/openapi') as {
  loadOpenAPISubgraph(name: string, options: object): unknown
}
const rest: unknown = require('@graphql-mesh/transport-rest')

export interface ComposedGateway extends AsyncDisposable {
  readonly url: string
}

/** Starts Hive Gateway on the API's own OpenAPI document, composed by GraphQL Mesh, with links from ids to their objects. */
export async function startComposedGateway(api: { url: string; key: string }): Promise<ComposedGateway> {
  const sourceHandler = loadOpenAPISubgraph('Appointments', {
    source: `${api.url}/openapi.json`,
    endpoint: api.url,
    operationHeaders: { Authorization: `Bearer ${api.key}` },
  })
  const document = await (await fetch(`${api.url}/openapi.json`)).text()
  const config = { subgraphs: [{ sourceHandler }], additionalTypeDefs: typeDefs(document) }
  const supergraph = await getComposedSchemaFromConfig(config, SILENT)
  const gateway = createGatewayRuntime({ supergraph, transports: { rest }, logging: false })
  const server = createServer(gateway).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {}, child: (): object => SILENT }
