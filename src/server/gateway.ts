import type { RequestListener } from 'node:http'
import type { ExecutionArgs } from 'graphql'
import { createYoga, type YogaServerInstance } from 'graphql-yoga'
import { createSizeMemory } from '../loaders/directory/sizes.ts'
import { readFeed } from '../loaders/feed.ts'
import { createListMemory } from '../loaders/lists/list-memory.ts'
import { createLoaders, pageLimits } from '../loaders/loaders.ts'
import { createPricing } from '../loaders/pricing.ts'
import type { AppointmentRow } from '../rest/appointments/row.ts'
import { createRestClient } from '../rest/client.ts'
import type { Clock } from '../rest/clock.ts'
import type { Operation } from '../rest/pipe/pipe.ts'
import type { FeedRequest } from '../schema/context.ts'
import { isTimeZone } from '../schema/date-time.ts'
import { schema as ownSchema } from '../schema/schema.ts'
import { createSubgraph } from '../schema/subgraph/subgraph.ts'
import { createMemory } from '../shared/memory.ts'
import type { Shared } from '../shared/shared.ts'
import { createCalendar } from './calendar/calendar.ts'
import { createCost, useCost } from './cost/cost.ts'
import { type EstimateDocument, estimateOperation } from './cost/estimate.ts'
import { createDeferral } from './deferred/deferral.ts'
import { deskPath, deskRoute } from './desk/desk.ts'
import { useAnonymousLimit } from './documents/anonymous.ts'
import { createDocuments } from './documents/documents.ts'
import { operationNames, useTrustedDocuments } from './documents/trusted.ts'
import { answerFault, faultOf, useWording } from './errors.ts'
import type {
  GatewayOptions,
  OperationLine,
  ReportFault,
  TokenOptions,
  WebhookOptions,
} from './gateway-options.ts'
import { graphiqlRoute } from './graphiql/graphiql.ts'
import { homeRoute, ICON_ROUTE } from './home/home.ts'
import { useJsonBody } from './http/body.ts'
import { useCodedRefusals } from './http/coded-refusals.ts'
import { createCors, useCrossSiteGuard } from './http/cross-site.ts'
import { useLoopbackNames } from './http/loopback.ts'
import { type NodeContext, nodeHandler } from './http/node-handler.ts'
import { usePrivacy } from './http/privacy.ts'
import { HEALTH, readinessRoute } from './http/readiness.ts'
import { type Route, useRoutes } from './http/routes.ts'
import { standardFetch } from './http/standard-fetch.ts'
import {
  accountOfKey,
  createIdentities,
  createOpenAccess,
  type Identify,
  passThrough,
} from './identity/identity.ts'
import { createRouterCheck } from './identity/router.ts'
import { createTokenCheck } from './identity/tokens.ts'
import { LIMITS, type Limits } from './limits/limits.ts'
import { createRunning } from './limits/running.ts'
import { createLive } from './live/live.ts'
import { metricsRoute } from './observation/metrics.ts'
import type { GatewayState } from './observation/observer.ts'
import { createReport } from './observation/report.ts'
import { useCompression } from './operation/compression.ts'
import { useEntityTags } from './operation/entity-tags.ts'
import { createExecution } from './operation/execution.ts'
import { useOperationLog } from './operation/log.ts'
import { createMemo } from './operation/memo.ts'
import { createOperations } from './operation/operation.ts'
import { createOperationHistory } from './start/operations.ts'
import { startRoute } from './start/start.ts'
import { createStreamSlots } from './streams/stream-slots.ts'
import { createStreams } from './streams/streams.ts'
import { createStreamWriter } from './streams/writer.ts'
import { webhooksRoute } from './webhooks.ts'

export type { GatewayOptions } from './gateway-options.ts'

export interface Gateway {
  /** For servers that speak the web's Fetch standard: Hono, a route of Next.js. Never rejects. */
  readonly fetch: (request: Request) => Promise<Response>
  /** For node:http, and the servers that are built on it. */
  readonly handler: RequestListener
  /** Estimates the cost of an operation for a caller without cached reads. Sends no upstream request. */
  readonly estimate: EstimateDocument
  /** The current state, for gauges. Sends no upstream request. */
  readonly state: () => GatewayState
  /** From now on `/ready` answers 503. Ends all streams, so that clients reconnect. Serves other requests as before. */
  prepareToStop(): void
  /** Waits for the running operations, and closes the connections to the upstream. */
  close(): Promise<void>
}

/**
 * Creates the gateway, as a request handler. It sends upstream requests only on behalf of operations.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createGateway } from 'appointments-gateway'
 *
 * const gateway = createGateway({ url: 'https://api.example/api-v1' })
 * const server = createServer(gateway.handler).listen(4000)
 * process.once('SIGTERM', () => server.close(() => gateway.close()))
 * ```
 */
export function createGateway({
  url,
  key = null,
  tokens = null,
  loopbackOnly = false,
  development = false,
  graphiql = development,
  introspection = development,
  desk = development,
  sampleData = false,
  endpoint = '/graphql',
  corsOrigins = [],
  corsHeaders = [],
  limits: givenLimits = {},
  trustedDocuments = new Map(),
  trustedDocumentsOnly = false,
  federation = false,
  federationSecret = null,
  upstreamTimeoutMs = 10_000,
  operationTimeoutMs = 30_000,
  maxPageSize = 500,
  maxUpstreamRequests = 60,
  cacheTtlSeconds = 10,
  directoryTtlSeconds = 600,
  staleIfLimitedSeconds = 300,
  staleIfDownSeconds = 3600,
  writeReservePercent = 10,
  maxLagMs = Number.POSITIVE_INFINITY,
  lagMs = () => 0,
  clinicTimeZone = 'Europe/London',
  calendarSecrets = [],
  webhooks = null,
  shared: givenShared = null,
  heartbeatMs = 15_000,
  now = Date.now,
  monotonic = now === Date.now ? () => performance.now() : now,
  reportFault = () => {},
  logOperation: logOfHost = () => {},
  logEvent = () => {},
  logFeed = () => {},
  observer = null,
  tracer = null,
  metrics = null,
}: GatewayOptions): Gateway {
  if (!isTimeZone(clinicTimeZone))
    throw new Error('clinicTimeZone is a name of the IANA database, such as Europe/London.')
  requireCalendarSecrets(calendarSecrets)
  if (metrics !== null && key === null)
    throw new Error('Where callers send their own keys, nobody checks who reads `/metrics`.')
  const schema = federation ? createSubgraph(ownSchema) : ownSchema
  const limits: Limits = { ...LIMITS, ...givenLimits }
  const clock = { now, monotonic }
  const ownAccount = key === null ? null : accountOfKey(key)
  const accountsOfSecret = accountsOf(webhooks, ownAccount)
  const shared = givenShared ?? createOwnShared(webhooks, clock, reportFault)
  const rest = createRestClient({
    url,
    timeoutMs: upstreamTimeoutMs,
    operationTimeoutMs,
    cacheTtlMs: cacheTtlSeconds * 1000,
    directoryTtlMs: directoryTtlSeconds * 1000,
    staleIfLimitedMs: staleIfLimitedSeconds * 1000,
    staleIfDownMs: staleIfDownSeconds * 1000,
    writeReservePercent,
    clock,
    shared,
    events: webhooks && {
      accounts: [...new Set([...accountsOfSecret.values()].flat())],
      fedTtlMs: (webhooks.cacheTtlFedSeconds ?? 3600) * 1000,
      silentMs: (webhooks.silentSeconds ?? 900) * 1000,
      reconcileMs: (webhooks.reconcileSeconds ?? 300) * 1000,
      onFeedState: logFeed,
      onFound: (change) => observer?.event({ ...change, fate: 'logged' }),
    },
    observe: observer === null && tracer === null ? null : (exchange) => observer?.exchange(exchange),
  })
  const history = development ? createOperationHistory(now) : undefined
  const logOperation =
    history === undefined
      ? logOfHost
      : (line: OperationLine) => {
          history.add(line)
          logOfHost(line)
        }
  const listMemory = createListMemory(monotonic)
  const sizes = createSizeMemory()
  const identify = chooseIdentity(key, tokens, clock)
  const { useIdentity, setIdentity, identityOf } = createIdentities(identify)
  const { useOperations, operationOf, beginEvent, endOperation } = createOperations({
    identityOf,
    operationTimeoutMs,
    maxUpstreamRequests,
    tracer,
  })
  const report = createReport({
    log: logOperation,
    observer,
    names: observer === null && tracer === null ? new Set() : operationNames(trustedDocuments),
    monotonic,
  })
  const { appointments, directory, changes, coherence } = rest
  const pages = pageLimits(maxPageSize)
  const sourcesOf = (operation: Operation) => ({
    appointments,
    directory,
    changes,
    listMemory,
    sizes,
    by: operation,
    limits: pages,
  })
  const contextOf = (operation: Operation, ofEvent?: AppointmentRow) => ({
    loaders: createLoaders({ ...sourcesOf(operation), ofEvent }),
    maxNodeIds: limits.MAX_NODE_IDS,
    clinicTimeZone,
    readUpstream: () => rest.upstream(operation),
    createCalendarFeed: (request: FeedRequest) => calendar.createFeed(request, operation),
  })
  function estimateOf({ document, operationName, variableValues }: ExecutionArgs, request: Request) {
    const pricing = createPricing(sourcesOf(operationOf(request)))
    const variables = variableValues ?? {}
    return estimateOperation({ schema, document, operationName, variables, pricing, clinicTimeZone })
  }
  const { useRunningLimits, runLimited } = createRunning({
    maxOfCaller: limits.MAX_CONCURRENT_OPERATIONS,
    maxOfAll: limits.MAX_OPERATIONS,
    maxLagMs,
    lagMs,
    identityOf,
  })
  const calendar = createCalendar({
    secrets: calendarSecrets,
    key,
    url,
    read: (filter, operation) => readFeed(filter, { appointments, listMemory, by: operation }),
    changes,
    setIdentity,
    operationOf,
    runLimited,
    clock,
    report,
    reportFault,
  })
  const addCost = createCost({ rateLimit: rest.rateLimit, development })
  const slots = createStreamSlots(limits)
  const writer = createStreamWriter({ heartbeatMs, reportFault, clock })
  const { useStreams, open: openStream } = createStreams({
    identityOf,
    operationOf,
    beginEvent,
    contextOf,
    sourcesOf,
    addCost,
    reportFault,
    report,
    slots,
    writer,
    clock,
  })
  const memo = createMemo(rest.cachedReads, { isOn: cacheTtlSeconds > 0 })
  const deferral = createDeferral({
    identityOf,
    operationOf,
    contextOf,
    slots,
    addCost,
    reportFault,
    report,
    endOperation,
    monotonic,
  })
  const live = createLive({
    identityOf,
    operationOf,
    beginEvent,
    contextOf,
    changes,
    cachedReads: rest.cachedReads,
    covers: coherence.covers,
    slots,
    writer,
    addCost,
    reportFault,
    report,
    heartbeatMs,
    clock,
  })
  const { useExecution, definitionOf, idle } = createExecution({
    schema,
    checkDocument: createDocuments({ schema, limits, isClosed: !introspection }),
    requireRouter: createRouterCheck(federationSecret),
    contextOf: (request) => contextOf(operationOf(request)),
    estimateOf,
    operationOf,
    maxUpstreamRequests,
    openStream,
    memo,
    deferral,
    live,
  })
  let isStopping = false
  /** The routes of `/`, which GraphQL answers where it is the endpoint. */
  const homeRoutes = [
    history !== undefined &&
      startRoute({
        loopbackOnly,
        links: {
          graphiql: graphiql ? `.${endpoint}` : null,
          desk: desk ? `.${deskPath(endpoint)}` : null,
          api: sampleData ? `${url}/docs` : null,
        },
        upstream: () => rest.upstreamOf(ownAccount),
        history,
      }),
    homeRoute({ endpoint, graphiql }),
  ]
  const routes: readonly Route[] = [
    HEALTH,
    readinessRoute({ isStopping: () => isStopping, upstream: () => rest.upstreamOf(ownAccount) }),
    webhooks !== null &&
      webhooksRoute({
        accountsOfSecret,
        webhooks,
        coherence,
        onUnloggedChange: live.checkAll,
        now,
        log: logEvent,
        observe: (event) => observer?.event(event),
        tracer,
        reportFault,
      }),
    metrics !== null && metricsRoute({ read: metrics, identify, loopbackOnly, reportFault }),
    calendar.route,
    ICON_ROUTE,
    ...(endpoint === '/' ? [] : homeRoutes),
    graphiql &&
      graphiqlRoute({
        endpoint,
        sampleData,
        needsCredential: key === null || tokens !== null,
        desk,
        send: (url, init) => yoga.fetch(url, init),
        now,
      }),
    desk && deskRoute({ endpoint, timeZone: clinicTimeZone, trusted: trustedDocumentsOnly, graphiql }),
  ].filter((route) => typeof route === 'object')

  const yoga: YogaServerInstance<NodeContext, object> = createYoga<NodeContext>({
    graphqlEndpoint: endpoint,
    // Yoga's health check answers every URL that ends in this text, whatever its path. No URL ends in a space.
    healthCheckEndpoint: ' ',
    graphiql: false,
    landingPage: false,
    multipart: false,
    cors: createCors(corsOrigins, corsHeaders),
    maxRequestBodySize: false,
    extraParamNames: ['documentId'],
    parserAndValidationCache: false,
    logging: false,
    maskedErrors: false,
    plugins: [
      // For every response, and for the paths that are not GraphQL.
      useCodedRefusals(endpoint),
      usePrivacy(),
      useEntityTags((request) => calendar.tagOf(request) ?? memo.tagOf(operationOf(request))),
      useCompression((request, ...options) => memo.compressed(operationOf(request), ...options)),
      // Around an operation, from its begin to its end. Their response hooks run in this order.
      useOperations(),
      useCost(addCost, operationOf),
      useWording(reportFault),
      useOperationLog({
        operationOf,
        definitionOf,
        monotonic,
        report,
        onRefusal: (code) => observer?.refusal(code),
      }),
      // Who the caller is, and whether the gateway may and can answer.
      loopbackOnly && useLoopbackNames(),
      useCrossSiteGuard(),
      useIdentity(),
      useRunningLimits(),
      // From the body to the result.
      useJsonBody(limits),
      useAnonymousLimit(identityOf),
      useTrustedDocuments(trustedDocuments, trustedDocumentsOnly),
      useExecution(),
      useStreams(),
      // The paths beside GraphQL. Last, because their headers replace those of every response.
      useRoutes(routes),
    ],
  })

  /** Ends all streams with an error, so that clients reconnect, and refuses new streams from now on. */
  function endStreams(): void {
    slots.close()
    writer.endAll()
  }

  const maskFault = (fault: unknown) => answerFault(fault, reportFault)
  return {
    fetch: standardFetch((request) => yoga.fetch(request), maskFault),
    handler: nodeHandler(yoga, maskFault),
    estimate: (document, operationName, variableValues) =>
      estimateOf({ schema, document, operationName, variableValues }, new Request('http://localhost')),
    state: () => ({
      keys: rest.keyStates(),
      streams: slots.count(),
      events: coherence.feedState(),
      shared: shared.state(),
    }),
    prepareToStop() {
      isStopping = true
      endStreams()
    },
    async close() {
      endStreams()
      await idle()
      await calendar.close()
      await rest.close()
      if (givenShared === null) await shared.close()
    },
  }
}

const MIN_SECRET_LENGTH = 8

const MIN_CALENDAR_SECRET_LENGTH = 32

/** Anyone with a feed's URL can try secrets on it offline, so a secret is long. */
function requireCalendarSecrets(secrets: readonly string[]): void {
  if (secrets.length > 2)
    throw new Error('There are two calendar secrets at most: the new one, and the one before it.')
  if (secrets.some(({ length }) => length < MIN_CALENDAR_SECRET_LENGTH))
    throw new Error(`A calendar secret has ${MIN_CALENDAR_SECRET_LENGTH} characters at least.`)
}

/** By secret, the accounts whose events it signs: several for keys of one organisation, which share its events. */
function accountsOf(
  webhooks: WebhookOptions | null,
  ownAccount: string | null,
): ReadonlyMap<string, readonly string[]> {
  const accounts = new Map<string, string[]>()
  for (const { secret, account = ownAccount } of webhooks?.secrets ?? []) {
    if (account === null)
      throw new Error('Where callers send their own keys, each webhook secret names its account.')
    if (secret.length < MIN_SECRET_LENGTH)
      throw new Error(`A webhook secret has ${MIN_SECRET_LENGTH} characters at least.`)
    accounts.set(secret, [...(accounts.get(secret) ?? []), account])
  }
  return accounts
}

function createOwnShared(
  webhooks: WebhookOptions | null,
  { monotonic }: Clock,
  reportFault: ReportFault,
): Shared {
  const { eventsKept, toleranceSeconds } = webhooks ?? {}
  return createMemory({
    monotonic,
    onFault: (thrown) => reportFault(faultOf(thrown)),
    ...(eventsKept !== undefined && { eventsKept }),
    // Duplicates are recognised for as long as a delivery may be accepted.
    ...(toleranceSeconds !== undefined && { seenMs: 2 * toleranceSeconds * 1000 }),
  })
}

function chooseIdentity(key: string | null, tokens: TokenOptions | null, clock: Clock): Identify {
  if (key !== null) return tokens === null ? createOpenAccess(key) : createTokenCheck(key, tokens, clock)
  if (tokens !== null)
    throw new Error('A gateway that checks tokens asks the upstream with a key of its own.')
  return passThrough
}
