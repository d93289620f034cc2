import type { RequestListener } from 'node:http'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { createLoaders } from '../loaders/loaders.ts'
import { createRestClient } from '../rest/client.ts'
import type { Context } from '../schema/context.ts'
import { schema } from '../schema/schema.ts'
import { useCost } from './cost.ts'
import type { ReportFault } from './errors.ts'
import { useEstimate } from './estimation.ts'
import { useGraphiQL } from './graphiql.ts'
import { createOperations } from './operation.ts'
import { usePrivacy } from './privacy.ts'
import { standardFetch } from './standard-fetch.ts'
import { useWording } from './wording.ts'

export interface GatewayOptions {
  /** Base URL of the Appointments API. */
  readonly url: string
  /** The gateway's own key; null = the caller's `Authorization` header goes upstream. */
  readonly key?: string | null
  /** Shows GraphiQL, and what each answer cost upstream. */
  readonly development?: boolean
  /** Says that the upstream's rows are there to be played with: GraphiQL's tour is filled in with them. */
  readonly sampleData?: boolean
  /** The path of the one route: another one where the gateway is mounted elsewhere. */
  readonly endpoint?: string
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
  readonly now?: () => number
  readonly reportFault?: ReportFault
}

export interface Gateway {
  /** For servers that speak the standard of the web: Hono, a route of Next.js. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>
  /** For node's own server, and those that are made of it. */
  readonly handler: RequestListener
  /** Ends the connections to the upstream. */
  close(): Promise<void>
}

/** The gateway as a request handler. It asks nothing of the upstream on its own. */
export function createGateway({
  url,
  key = null,
  development = false,
  sampleData = false,
  endpoint = '/graphql',
  upstreamTimeoutMs = 10_000,
  operationTimeoutMs = 30_000,
  maxPageSize = 500,
  maxUpstreamRequests = 60,
  cacheTtlSeconds = 10,
  staleIfLimitedSeconds = 300,
  writeReservePercent = 10,
  now = Date.now,
  reportFault = () => {},
}: GatewayOptions): Gateway {
  const rest = createRestClient({
    url,
    timeoutMs: upstreamTimeoutMs,
    cacheTtlMs: cacheTtlSeconds * 1000,
    staleIfLimitedMs: staleIfLimitedSeconds * 1000,
    writeReservePercent,
    now,
  })
  const operationOf = createOperations({ key, operationTimeoutMs, maxUpstreamRequests })
  const yoga: YogaServerInstance<object, Context> = createYoga<object, Context>({
    schema,
    context: ({ request }) => ({ loaders: createLoaders(rest, operationOf(request), { maxPageSize }) }),
    graphqlEndpoint: endpoint,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/health',
    multipart: false,
    cors: false,
    logging: false,
    maskedErrors: false,
    plugins: [
      usePrivacy(),
      useEstimate(maxUpstreamRequests),
      useCost({ operationOf, rateLimit: rest.rateLimit, development }),
      useWording(reportFault),
      // Last, because what it says of its own answers holds.
      development &&
        useGraphiQL({
          endpoint,
          sampleData,
          asksForCredential: key === null,
          ask: (url, init) => yoga.fetch(url, init),
          now,
        }),
    ],
  })
  return { fetch: standardFetch((request) => yoga.fetch(request)), handler: yoga, close: rest.close }
}
