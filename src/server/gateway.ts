import type { RequestListener } from 'node:http'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { createListMemory } from '../loaders/list-memory.ts'
import { createLoaders } from '../loaders/loaders.ts'
import { createRestClient } from '../rest/client.ts'
import { schema } from '../schema/schema.ts'
import { useCost } from './cost/cost.ts'
import { estimateOperation } from './cost/estimate.ts'
import type { EstimateDocument } from './cost/estimate-document.ts'
import { createDocuments } from './documents/documents.ts'
import { useTrustedDocuments } from './documents/trusted.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { useGraphiQL } from './graphiql/graphiql.ts'
import { requireAddress } from './http/address.ts'
import { useJsonBody } from './http/body.ts'
import { createCors, useCrossSiteGuard } from './http/cross-site.ts'
import { useLoopbackNames } from './http/loopback.ts'
import { nodeHandler, type Served } from './http/node-handler.ts'
import { usePrivacy } from './http/privacy.ts'
import { useReadiness } from './http/readiness.ts'
import { standardFetch } from './http/standard-fetch.ts'
import { createIdentities, createOpenDoor, type Identify, passThrough } from './identity/identity.ts'
import type { TokenOptions } from './identity/token-options.ts'
import { createTokenCheck } from './identity/tokens.ts'
import { answerFault } from './last-resort.ts'
import { useConcurrencyLimit } from './limits/concurrency.ts'
import { LIMITS, type Limits } from './limits/limits.ts'
import { useOverload } from './limits/overload.ts'
import { asOnePlugin } from './one-plugin.ts'
import { createExecution } from './operation/execution.ts'
import { useOperationLog } from './operation/log.ts'
import { createOperations } from './operation/operation.ts'
import { useWording } from './wording.ts'

export type { GatewayOptions } from './gateway-options.ts'

export interface Gateway {
  /** For servers that speak the standard of the web: Hono, a route of Next.js. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>
  /** For node's own server, and those that are made of it. */
  readonly handler: RequestListener
  /** What an operation would cost a caller of whom nothing is remembered. Asks nothing. */
  readonly estimate: EstimateDocument
  /** From now on `/ready` says no; all else is answered as before. */
  prepareToStop(): void
  /** Ends the connections to the upstream. */
  close(): Promise<void>
}

/** The gateway as a request handler. It asks nothing of the upstream on its own. */
export function createGateway({
  url,
  key = null,
  tokens = null,
  loopbackOnly = false,
  development = false,
  graphiql = development,
  sampleData = false,
  endpoint = '/graphql',
  introspection = development,
  corsOrigins = [],
  limits: givenLimits = {},
  trustedDocuments = new Map(),
  trustedDocumentsOnly = false,
  upstreamTimeoutMs = 10_000,
  operationTimeoutMs = 30_000,
  maxPageSize = 500,
  maxUpstreamRequests = 60,
  cacheTtlSeconds = 10,
  staleIfLimitedSeconds = 300,
  writeReservePercent = 10,
  maxLagMs = Number.POSITIVE_INFINITY,
  lagMs = () => 0,
  now = Date.now,
  reportFault = () => {},
  logOperation = () => {},
}: GatewayOptions): Gateway {
  const rest = createRestClient({
    url,
    timeoutMs: upstreamTimeoutMs,
    cacheTtlMs: cacheTtlSeconds * 1000,
    staleIfLimitedMs: staleIfLimitedSeconds * 1000,
    writeReservePercent,
    now,
  })
  let isStopping = false
  const limits: Limits = { ...LIMITS, ...givenLimits }
  const { useIdentity, identityOf } = createIdentities(chooseIdentity(key, tokens, now))
  const { operationOf, useOperations } = createOperations({
    identityOf,
    operationTimeoutMs,
    maxUpstreamRequests,
  })
  const listMemory = createListMemory(now)
  const loadersOf = (request: Request) =>
    createLoaders({ rest, listMemory, maxPageSize }, operationOf(request))
  const { useExecution, definitionOf } = createExecution({
    schema,
    read: createDocuments({ schema, limits, isClosed: !introspection }),
    contextOf: (request) => ({ loaders: loadersOf(request), maxNodeIds: limits.MAX_NODE_IDS }),
    maxUpstreamRequests,
  })
  const yoga: YogaServerInstance<Served, object> = createYoga<Served>({
    graphqlEndpoint: endpoint,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/health',
    multipart: false,
    cors: createCors(corsOrigins),
    maxRequestBodySize: false,
    extraParamNames: ['documentId'],
    parserAndValidationCache: false,
    logging: false,
    maskedErrors: false,
    plugins: [
      asOnePlugin([
        usePrivacy(),
        useReadiness({ isStopping: () => isStopping, upstream: rest.upstreamState }),
        useOperations(),
        useCost({ operationOf, rateLimit: rest.rateLimit, development }),
        useWording(reportFault),
        useOperationLog({ operationOf, definitionOf, now, log: logOperation }),
        loopbackOnly && useLoopbackNames(),
        useCrossSiteGuard(),
        useIdentity(),
        useOverload({ maxUnderWay: limits.MAX_OPERATIONS, maxLagMs, lagMs }),
        useConcurrencyLimit(limits.MAX_CONCURRENT_OPERATIONS, identityOf),
        useJsonBody(limits),
        useTrustedDocuments(trustedDocuments, trustedDocumentsOnly),
        useExecution(),
        // Last, because what it says of its own answers holds.
        graphiql &&
          useGraphiQL({
            endpoint,
            sampleData,
            asksForCredential: key === null || tokens !== null,
            ask: (url, init) => yoga.fetch(url, init),
            now,
          }),
      ]),
    ],
  })
  const failed = (fault: unknown) => answerFault(fault, reportFault)
  return {
    fetch: standardFetch((request) => yoga.fetch(request), failed),
    handler: requireAddress(nodeHandler(yoga, failed)),
    estimate(document, operationName, variables) {
      const { pricing } = loadersOf(new Request('http://localhost'))
      return estimateOperation({ schema, document, operationName, variables, pricing })
    },
    prepareToStop() {
      isStopping = true
    },
    close: rest.close,
  }
}

function chooseIdentity(key: string | null, tokens: TokenOptions | null, now: () => number): Identify {
  if (key !== null) return tokens === null ? createOpenDoor(key) : createTokenCheck(key, tokens, now)
  if (tokens !== null) throw new Error('Who checks tokens asks the upstream with a key of its own.')
  return passThrough
}
