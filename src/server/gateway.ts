import type { RequestListener } from 'node:http'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { createLoaders } from '../loaders/loaders.ts'
import { createRestClient } from '../rest/client.ts'
import { schema } from '../schema/schema.ts'
import { requireAddress } from './address.ts'
import { useJsonBody } from './body.ts'
import { useConcurrencyLimit } from './concurrency.ts'
import { useCost } from './cost.ts'
import { createCors, useCrossSiteGuard } from './cross-site.ts'
import { createDocuments } from './documents.ts'
import { estimateOperation } from './estimate.ts'
import type { EstimateDocument } from './estimate-document.ts'
import { createExecution } from './execution.ts'
import type { GatewayOptions } from './gateway-options.ts'
import { useGraphiQL } from './graphiql.ts'
import { createIdentities, createOpenDoor, type Identify, passThrough } from './identity.ts'
import { answerFault } from './last-resort.ts'
import { LIMITS, type Limits } from './limits.ts'
import { useLoopbackNames } from './loopback.ts'
import { nodeHandler, type Served } from './node-handler.ts'
import { asOnePlugin } from './one-plugin.ts'
import { createOperations } from './operation.ts'
import { useOperationLog } from './operation-log.ts'
import { useOverload } from './overload.ts'
import { usePrivacy } from './privacy.ts'
import { useReadiness } from './readiness.ts'
import { standardFetch } from './standard-fetch.ts'
import type { TokenOptions } from './token-options.ts'
import { createTokenCheck } from './tokens.ts'
import { useTrustedDocuments } from './trusted-documents.ts'
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
  const loadersOf = (request: Request) => createLoaders(rest, operationOf(request), { maxPageSize })
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
