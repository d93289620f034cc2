import { randomBytes } from 'node:crypto'
import { type Config, readConfig } from '../config.ts'
import type { Sandbox } from '../sandbox/server.ts'
import { trustedCostLines, trustedCosts } from '../server/cost/trusted-costs.ts'
import { readTrustedDocuments } from '../server/documents/trusted.ts'
import { trustedOrderWarnings } from '../server/documents/trusted-order.ts'
import { faultOf } from '../server/errors.ts'
import { createGateway } from '../server/gateway.ts'
import type { WebhookOptions } from '../server/gateway-options.ts'
import { accountOfKey } from '../server/identity/identity.ts'
import type { Shared } from '../shared/shared.ts'
import { check } from './command/check.ts'
import { type Command, readCommand } from './command/command.ts'
import { helpText, version } from './command/help.ts'
import { plan } from './command/plan.ts'
import type { Report } from './command/report.ts'
import { gatewayGreeting, sandboxGreeting } from './greeting.ts'
import { createLagMeter } from './lag.ts'
import { listen } from './listen.ts'
import { createLogger, type Logger, standardError } from './logger.ts'
import { readSettings } from './settings.ts'
import { type Stoppable, stopOnSignals } from './signals.ts'
import { openTelemetry } from './telemetry.ts'

interface Running extends Stoppable {
  readonly greeting: string
}

/** How long the last answers may take to reach their clients once their operations are over. */
export const LAST_ANSWERS_MS = 1_000
/** What a load balancer needs that looks at `/ready` every two seconds, and believes the second refusal. */
export const DRAIN_MS = 5_000

/** The process: reads its arguments and the environment, does what they ask for, and obeys signals where it serves. */
export async function run(): Promise<void> {
  const command = readCommand(process.argv.slice(2))
  if (command.name === 'misuse') giveUp([command.sentence])
  if (command.name === 'help') return print(helpText())
  if (command.name === 'version') return print(version())
  const { config, problems } = readConfig(process.env)
  if (problems !== null) giveUp(problems)
  try {
    await runCommand(command, config)
  } catch (error) {
    giveUp([startProblem(error)])
  }
}

type Working = Exclude<Command, { readonly name: 'misuse' | 'help' | 'version' }>

async function runCommand(command: Working, config: Config): Promise<void> {
  switch (command.name) {
    case 'account':
      return printAccount(config)
    case 'check':
      return report(await check(config, process.env, command.asksUpstream))
    case 'plan':
      return report(plan(command, config))
    case 'sandbox':
      return serve(await runSandbox(config))
    case 'gateway':
      return serve(await runGateway(config))
  }
}

function serve(running: Running): void {
  stopOnSignals(running)
  print(running.greeting)
}

/** The process ends by itself, so that what it has written reaches its reader. */
function report({ lines, problems, exitCode }: Report): void {
  if (lines.length > 0) print(lines.join('\n'))
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exitCode = exitCode
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Prints what `WEBHOOK_SECRETS` names a key by. The key comes from the environment: others can see an argument. */
function printAccount({ APPOINTMENTS_API_KEY: key }: Config): void {
  if (key === undefined) giveUp(['APPOINTMENTS_API_KEY: must be set to the key whose account is asked for.'])
  print(accountOfKey(key))
}

/** The gateway, in front of the upstream that the environment names, else of an embedded one. */
async function runGateway(config: Config): Promise<Running> {
  const settings = readSettings(config)
  if (settings.problems !== null) giveUp(settings.problems)
  const { mode } = settings
  const trustedDocuments = config.TRUSTED_DOCUMENTS
    ? readTrustedDocuments(config.TRUSTED_DOCUMENTS, 'TRUSTED_DOCUMENTS')
    : new Map<string, string>()
  const sandbox = config.APPOINTMENTS_API_URL === undefined ? await openSandbox(config) : undefined
  const ownSecret = sandbox && `whsec_${randomBytes(32).toString('base64')}`
  const secrets = [...(config.WEBHOOK_SECRETS ?? []), ...(ownSecret ? [{ secret: ownSecret }] : [])]
  const development = sandbox !== undefined || config.NODE_ENV === 'development'
  const graphiql = config.GRAPHIQL ?? development
  const logger = createLogger(config.LOG_LEVEL, await standardError(config.LOG_FORMAT))
  const lag = createLagMeter()
  const shared = await openShared(config, secrets, logger)
  const telemetry = await openTelemetry(config, { lagMs: lag.lagMs, onTraces: logger.traces })
  const gateway = createGateway({
    url: sandbox?.url ?? config.APPOINTMENTS_API_URL ?? '',
    key: sandbox?.key ?? config.APPOINTMENTS_API_KEY ?? null,
    tokens: mode.tokens,
    loopbackOnly: mode.loopbackOnly,
    development,
    graphiql,
    ...(config.DESK !== undefined && { desk: config.DESK }),
    ...(config.INTROSPECTION !== undefined && { introspection: config.INTROSPECTION }),
    sampleData: sandbox !== undefined,
    ...(config.CORS_ORIGINS && { corsOrigins: config.CORS_ORIGINS }),
    ...(config.CORS_HEADERS && { corsHeaders: config.CORS_HEADERS }),
    limits: config,
    trustedDocuments,
    ...(config.TRUSTED_DOCUMENTS_ONLY && { trustedDocumentsOnly: true }),
    federation: config.FEDERATION,
    ...(config.FEDERATION_SECRET && { federationSecret: config.FEDERATION_SECRET }),
    upstreamTimeoutMs: config.UPSTREAM_TIMEOUT_MS,
    operationTimeoutMs: config.OPERATION_TIMEOUT_MS,
    maxPageSize: config.MAX_PAGE_SIZE,
    maxUpstreamRequests: config.MAX_UPSTREAM_REQUESTS,
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    directoryTtlSeconds: config.DIRECTORY_TTL_SECONDS,
    staleIfLimitedSeconds: config.STALE_IF_LIMITED_SECONDS,
    staleIfDownSeconds: config.STALE_IF_DOWN_SECONDS,
    writeReservePercent: config.WRITE_RESERVE_PERCENT,
    clinicTimeZone: config.CLINIC_TIME_ZONE,
    ...(config.CALENDAR_SECRET && { calendarSecrets: config.CALENDAR_SECRET }),
    shared,
    webhooks: secrets.length === 0 ? null : webhookOptions(config, secrets),
    maxLagMs: config.MAX_LAG_MS,
    lagMs: lag.lagMs,
    reportFault: logger.fault,
    logOperation: logger.operation,
    logEvent: logger.event,
    logFeed: logger.feed,
    observer: telemetry.observer,
    tracer: telemetry.tracer,
    metrics: telemetry.page,
  })
  const costs = trustedCosts(trustedDocuments, {
    estimate: gateway.estimate,
    maxPageSize: config.MAX_PAGE_SIZE,
  })
  const server = await listen(gateway.handler, config.HOST, config.PORT)
  const metricsUrl = await telemetry.begin(gateway.state)
  if (ownSecret) sandbox.addWebhook({ url: `${server.url}/webhooks/appointments`, secret: ownSecret })
  return {
    greeting: gatewayGreeting({
      url: server.url,
      isOnEveryAddress: server.isOnEveryAddress,
      sandbox,
      graphiql,
      identity: mode.startupLine,
      metricsUrl,
      costs: [
        ...trustedCostLines(costs, config.MAX_UPSTREAM_REQUESTS),
        ...trustedOrderWarnings(trustedDocuments),
      ],
    }),
    drainMs: config.DRAIN_MS ?? (development ? 0 : DRAIN_MS),
    prepareToStop() {
      gateway.prepareToStop()
      server.prepareToClose()
    },
    async stop() {
      await server.close(config.OPERATION_TIMEOUT_MS + LAST_ANSWERS_MS)
      lag.stop()
      await gateway.close()
      await shared?.close()
      await sandbox?.close()
      await telemetry.close()
    },
    reportFault: logger.fault,
  }
}

/** How long a process that starts waits for Redis. */
const FIRST_ANSWER_MS = 1_000

/**
 * What instances share, loaded only where it is shared. The process waits for it a moment, because until then it has no
 * streams, and others do not see its writes; it starts without where nothing answers.
 */
async function openShared(
  config: Config,
  secrets: WebhookOptions['secrets'],
  logger: Logger,
): Promise<Shared | null> {
  const { REDIS_URL: url, REDIS_PREFIX: prefix } = config
  if (url === undefined) return null
  const { createRedis } = await import('../shared/redis/redis.ts')
  const longestSeconds = Math.max(
    config.CACHE_TTL_SECONDS,
    config.CACHE_TTL_FED_SECONDS,
    config.DIRECTORY_TTL_SECONDS,
  )
  const staleSeconds = Math.max(config.STALE_IF_LIMITED_SECONDS, config.STALE_IF_DOWN_SECONDS)
  const { promise: isUp, resolve } = Promise.withResolvers<void>()
  const shared = createRedis({
    url,
    prefix,
    secrets: secrets.map(({ secret }) => secret),
    eventsKept: config.EVENTS_KEPT,
    seenMs: 2 * config.WEBHOOK_TOLERANCE_SECONDS * 1000,
    replies: config.REDIS_REPLIES,
    timeoutMs: config.REDIS_TIMEOUT_MS,
    lifeMs: 2 * (longestSeconds + staleSeconds) * 1000,
    now: Date.now,
    monotonic: () => performance.now(),
    onChange(state) {
      logger.shared(state)
      resolve()
    },
    onFault: (thrown) => logger.fault(faultOf(thrown)),
  })
  const timer = setTimeout(resolve, FIRST_ANSWER_MS)
  await isUp
  clearTimeout(timer)
  return shared
}

function webhookOptions(config: Config, secrets: WebhookOptions['secrets']): WebhookOptions {
  return {
    secrets,
    toleranceSeconds: config.WEBHOOK_TOLERANCE_SECONDS,
    ...(config.WEBHOOK_STYLE && { style: config.WEBHOOK_STYLE }),
    eventsKept: config.EVENTS_KEPT,
    silentSeconds: config.EVENTS_SILENT_SECONDS,
    reconcileSeconds: config.RECONCILE_SECONDS,
    cacheTtlFedSeconds: config.CACHE_TTL_FED_SECONDS,
  }
}

async function runSandbox(config: Config): Promise<Running> {
  const sandbox = await openSandbox(config)
  const { fault } = createLogger(config.LOG_LEVEL, await standardError(config.LOG_FORMAT))
  return {
    greeting: sandboxGreeting(sandbox),
    drainMs: 0,
    prepareToStop() {},
    stop: () => sandbox.close(),
    reportFault: fault,
  }
}

/** Loads the sandbox with its database only where no upstream is named. */
async function openSandbox(config: Config): Promise<Sandbox> {
  const { startSandbox } = await import('../sandbox/server.ts')
  return startSandbox({
    port: config.SANDBOX_PORT,
    keys: config.SANDBOX_KEYS,
    seed: config.SANDBOX_SEED,
    database: config.SANDBOX_DATABASE === 'memory' ? ':memory:' : config.SANDBOX_DATABASE,
    rateLimit: config.SANDBOX_RATE_LIMIT,
    listRows: config.SANDBOX_LIST_ROWS,
    order: config.SANDBOX_ORDER,
    overRange: config.SANDBOX_OVER_RANGE,
    inactive: config.SANDBOX_INACTIVE,
    transitionStatus: config.SANDBOX_TRANSITION_STATUS,
    ids: config.SANDBOX_IDS,
    date: config.SANDBOX_DATE,
    webhookSignature: config.SANDBOX_WEBHOOK_SIGNATURE,
    webhookResign: config.SANDBOX_WEBHOOK_RESIGN,
    webhookOrder: config.SANDBOX_WEBHOOK_ORDER,
    webhookObject: config.SANDBOX_WEBHOOK_OBJECT,
    webhookEcho: config.SANDBOX_WEBHOOK_ECHO,
    webhookRetryMs: config.SANDBOX_WEBHOOK_RETRY_MS,
    faults: config.SANDBOX_FAULTS,
  })
}

function startProblem(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number }
  return code === 'EADDRINUSE'
    ? `Port ${port} is in use: set PORT, METRICS_PORT or SANDBOX_PORT to another, or to 0 for a free one.`
    : message
}

/** Ends the process, also where the embedded API is open already. */
function giveUp(problems: readonly string[]): never {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exit(2)
}
