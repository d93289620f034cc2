import type { RequestListener } from 'node:http'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { createLoaders } from '../loaders/loaders.ts'
import { createRestClient } from '../rest/client.ts'
import type { Context } from '../schema/context.ts'
import { schema } from '../schema/schema.ts'
import { requireAddress } from './address.ts'
import { useJsonBody } from './body.ts'
import { useConcurrencyLimit } from './concurrency.ts'
import { useCost } from './cost.ts'
import { createCors, useCrossSiteGuard } from './cross-site.ts'
import { createDocumentCache } from './document-cache.ts'
import { useDocumentLimits } from './document-limits.ts'
import type { ReportFault } from './errors.ts'
import { estimateOperation } from './estimate.ts'
import { useEstimate } from './estimation.ts'
import { useGraphiQL } from './graphiql.ts'
import { createIdentities, createOpenDoor, type Identify, passThrough } from './identity.ts'
import { useClosedSchema } from './introspection.ts'
import { useLastResort } from './last-resort.ts'
import { LIMITS, type Limits } from './limits.ts'
import { useLoopbackNames } from './loopback.ts'
import { createOperations } from './operation.ts'
import type { OperationLine } from './operation-line.ts'
import { useOperationLog } from './operation-log.ts'
import { useOverload } from './overload.ts'
import { usePrivacy } from './privacy.ts'
import { useReadiness } from './readiness.ts'
import { standardFetch } from './standard-fetch.ts'
import type { TokenOptions } from './token-options.ts'
import { createTokenCheck } from './tokens.ts'
import type { EstimateDocument } from './trusted-costs.ts'
import { useTrustedDocuments } from './trusted-documents.ts'
import { useWording } from './wording.ts'

export interface GatewayOptions {
  /** Base URL of the Appointments API. */
  readonly url: string
  /** The gateway's own key; null = the caller's `Authorization` header goes upstream. */
  readonly key?: string | null
  /** How callers prove who they are where the gateway has a key of its own; null = they need not. */
  readonly tokens?: TokenOptions | null
  /** Answers only what was addressed to this machine by its own names. */
  readonly loopbackOnly?: boolean
  /** Shows GraphiQL and the schema, unless told otherwise, and what each answer cost upstream. */
  readonly development?: boolean
  readonly graphiql?: boolean
  /** Says that the upstream's rows are there to be played with: GraphiQL's tour is filled in with them. */
  readonly sampleData?: boolean
  /** The path of the one route: another one where the gateway is mounted elsewhere. */
  readonly endpoint?: string
  readonly introspection?: boolean
  /** The origins whose pages may read answers. */
  readonly corsOrigins?: readonly string[]
  readonly limits?: Partial<Limits>
  /** Documents by their hash. */
  readonly trustedDocuments?: ReadonlyMap<string, string>
  /** Refuses every document that is not trusted. */
  readonly trustedDocumentsOnly?: boolean
  /** Each upstream attempt, in milliseconds. */
  readonly upstreamTimeoutMs?: number
  /** Everything one operation does, in milliseconds. */
  readonly operationTimeoutMs?: number
  /** The most that `first` and `last` may ask for. */
  readonly maxPageSize?: number
  /** The most upstream requests that one operation may cause. */
  readonly maxUpstreamRequests?: number
  /** How long an answer may be given again; 0 = nothing is remembered. */
  readonly cacheTtlSeconds?: number
  /** How much longer it may be given where the quota is spent; 0 = never. */
  readonly staleIfLimitedSeconds?: number
  /** The part of the quota that reads leave for writes. */
  readonly writeReservePercent?: number
  /** Over how much lag new operations are refused, and how it is measured, in milliseconds; never where not told. */
  readonly maxLagMs?: number
  readonly lagMs?: () => number
  readonly now?: () => number
  readonly reportFault?: ReportFault
  readonly logOperation?: (line: OperationLine) => void
}

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
  const operationOf = createOperations({ identityOf, operationTimeoutMs, maxUpstreamRequests })
  const yoga: YogaServerInstance<object, Context> = createYoga<object, Context>({
    schema,
    context: ({ request }) => ({
      loaders: createLoaders(rest, operationOf(request), { maxPageSize }),
      maxNodeIds: limits.MAX_NODE_IDS,
    }),
    graphqlEndpoint: endpoint,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/health',
    multipart: false,
    cors: createCors(corsOrigins),
    maxRequestBodySize: false,
    extraParamNames: ['documentId'],
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: createDocumentCache() },
    logging: false,
    maskedErrors: false,
    plugins: [
      useLastResort(reportFault),
      usePrivacy(),
      useReadiness({ isStopping: () => isStopping, upstream: rest.upstreamState }),
      useCost({ operationOf, rateLimit: rest.rateLimit, development }),
      useWording(reportFault),
      useOperationLog({ operationOf, now, log: logOperation }),
      useEstimate(maxUpstreamRequests),
      loopbackOnly && useLoopbackNames(),
      useCrossSiteGuard(),
      useIdentity(),
      useOverload({ maxUnderWay: limits.MAX_OPERATIONS, maxLagMs, lagMs }),
      useConcurrencyLimit(limits.MAX_CONCURRENT_OPERATIONS, identityOf),
      useJsonBody(limits),
      useTrustedDocuments(trustedDocuments, trustedDocumentsOnly),
      useDocumentLimits(limits),
      !introspection && useClosedSchema(),
      // Last, because what it says of its own answers holds.
      graphiql &&
        useGraphiQL({
          endpoint,
          sampleData,
          asksForCredential: key === null || tokens !== null,
          ask: (url, init) => yoga.fetch(url, init),
          now,
        }),
    ],
  })
  return {
    fetch: standardFetch((request) => yoga.fetch(request)),
    handler: requireAddress(yoga),
    estimate(document, operationName, variables) {
      const { pricing } = createLoaders(rest, operationOf(new Request('http://localhost')), { maxPageSize })
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
