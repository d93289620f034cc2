import { type Config, readConfig } from '../config.ts'
import type { Sandbox } from '../sandbox/server.ts'
import { trustedCosts } from '../server/cost/trusted-costs.ts'
import { readTrustedDocuments } from '../server/documents/trusted.ts'
import { faultOf, type ReportFault } from '../server/errors.ts'
import { createGateway } from '../server/gateway.ts'
import { gatherLines } from '../server/gathered-lines.ts'
import { returnIdleMemory } from '../server/idle-memory.ts'
import { identityMode } from './identity-mode.ts'
import { createLagMeter } from './lag.ts'
import { listen } from './listen.ts'
import { createLogger } from './logger.ts'

interface Running {
  readonly greeting: string
  /** Stops after the operations in progress, or after the longest time that one may take. */
  stop(): Promise<void>
  readonly reportFault: ReportFault
}

export async function run(): Promise<void> {
  const { config, problems } = readConfig(process.env)
  if (problems !== null) giveUp(problems)
  try {
    const running = process.argv[2] === 'sandbox' ? await runSandbox(config) : await runGateway(config)
    let isStopping = false
    const stop = () => {
      if (!isStopping) void running.stop()
      isStopping = true
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
    watchForFaults(running.reportFault, stop)
    say(running.greeting)
  } catch (error) {
    giveUp([startFault(error)])
  }
}

/** Runs the gateway over the upstream that the environment names, else over an embedded one. */
async function runGateway(config: Config): Promise<Running> {
  const mode = identityMode(config)
  if (mode.problem !== null) giveUp([mode.problem])
  if (config.TRUSTED_DOCUMENTS_ONLY && !config.TRUSTED_DOCUMENTS)
    giveUp(['TRUSTED_DOCUMENTS: must be set where TRUSTED_DOCUMENTS_ONLY is: else nothing would run.'])
  const trustedDocuments = config.TRUSTED_DOCUMENTS
    ? readTrustedDocuments(config.TRUSTED_DOCUMENTS)
    : new Map<string, string>()
  const sandbox = config.APPOINTMENTS_API_URL === undefined ? await openSandbox(config) : undefined
  const development = sandbox !== undefined || config.NODE_ENV === 'development'
  const graphiql = config.GRAPHIQL ?? development
  const logger = await createLogger(config.LOG_LEVEL, logDestination())
  const lag = createLagMeter()
  const memory = returnIdleMemory()
  const gateway = createGateway({
    maxLagMs: config.MAX_LAG_MS,
    lagMs: lag.lagMs,
    url: sandbox?.url ?? config.APPOINTMENTS_API_URL ?? '',
    key: sandbox?.key ?? config.APPOINTMENTS_API_KEY ?? null,
    development,
    graphiql,
    sampleData: sandbox !== undefined,
    upstreamTimeoutMs: config.UPSTREAM_TIMEOUT_MS,
    operationTimeoutMs: config.OPERATION_TIMEOUT_MS,
    maxPageSize: config.MAX_PAGE_SIZE,
    tokens: mode.tokens,
    loopbackOnly: mode.loopbackOnly,
    limits: config,
    ...(config.INTROSPECTION !== undefined && { introspection: config.INTROSPECTION }),
    ...(config.CORS_ORIGINS && { corsOrigins: config.CORS_ORIGINS }),
    trustedDocuments,
    ...(config.TRUSTED_DOCUMENTS_ONLY && { trustedDocumentsOnly: true }),
    maxUpstreamRequests: config.MAX_UPSTREAM_REQUESTS,
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    staleIfLimitedSeconds: config.STALE_IF_LIMITED_SECONDS,
    writeReservePercent: config.WRITE_RESERVE_PERCENT,
    reportFault: logger.fault,
    logOperation: logger.operation,
  })
  const costs = trustedCosts(trustedDocuments, {
    estimate: gateway.estimate,
    maxPageSize: config.MAX_PAGE_SIZE,
    maxUpstreamRequests: config.MAX_UPSTREAM_REQUESTS,
  })
  const server = await listen(
    (request, response) => {
      memory.touch()
      gateway.handler(request, response)
    },
    config.HOST,
    config.PORT,
  )
  return {
    greeting: [
      `GraphQL is at ${server.url}/graphql${sandbox ? ', over the embedded Appointments API with sample data' : ''}${graphiql ? ': open it in a browser for GraphiQL.' : '.'}`,
      mode.startupLine,
      ...costs,
    ].join('\n'),
    async stop() {
      gateway.prepareToStop()
      await server.close(config.OPERATION_TIMEOUT_MS)
      lag.stop()
      memory.stop()
      await gateway.close()
      await sandbox?.close()
    },
    reportFault: logger.fault,
  }
}

async function runSandbox(config: Config): Promise<Running> {
  const sandbox = await openSandbox(config)
  const { fault } = await createLogger(config.LOG_LEVEL, logDestination())
  const { banner } = await import('../sandbox/banner.ts')
  return { greeting: banner(sandbox), stop: () => sandbox.close(), reportFault: fault }
}

/** Loads the sandbox and its database only where the environment names no upstream, as a start without it is shorter. */
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
    transitionStatus: config.SANDBOX_TRANSITION_STATUS,
    ids: config.SANDBOX_IDS,
    faults: config.SANDBOX_FAULTS,
  })
}

/**
 * An uncaught error may leave the process in a broken state: it finishes the operations in progress and ends, so that its
 * supervisor starts a new one. The log line has no message, because a message may quote a row.
 */
function watchForFaults(reportFault: ReportFault, stop: () => void): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.once(event, (fault: unknown) => {
      reportFault(faultOf(fault))
      process.exitCode = 1
      stop()
    })
}

/** A terminal gets each line at once. */
function logDestination() {
  return process.stderr.isTTY ? process.stderr : gatherLines(process.stderr)
}

function startFault(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number }
  return code === 'EADDRINUSE'
    ? `Port ${port} is in use: set PORT or SANDBOX_PORT to another, or to 0 for a free one.`
    : message
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Exits at once: the embedded API may be open already, and would keep the process alive. */
function giveUp(problems: readonly string[]): never {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exit(2)
}
