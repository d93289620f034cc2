import { type Config, readConfig } from './config.ts'
import { banner } from './sandbox/banner.ts'
import { type Sandbox, startSandbox } from './sandbox/server.ts'
import { createGateway } from './server/gateway.ts'
import { listen } from './server/listen.ts'

const OLDEST_NODE = 24

interface Running {
  readonly greeting: string
  stop(): Promise<void>
}

async function main(): Promise<void> {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE)
    giveUp([
      `Node ${OLDEST_NODE} or newer is needed; this is ${process.version}. \`npm start\` brings its own.`,
    ])
  const { config, problems } = readConfig(process.env)
  if (problems !== null) giveUp(problems)
  try {
    const running = process.argv[2] === 'sandbox' ? await runSandbox(config) : await runGateway(config)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void running.stop())
    say(running.greeting)
  } catch (error) {
    giveUp([startFault(error)])
  }
}

/** The gateway, in front of the upstream that is named, else of an embedded one. */
async function runGateway(config: Config): Promise<Running> {
  const sandbox = config.APPOINTMENTS_API_URL === undefined ? await openSandbox(config) : undefined
  const gateway = createGateway({
    url: sandbox?.url ?? config.APPOINTMENTS_API_URL ?? '',
    key: sandbox?.key ?? config.APPOINTMENTS_API_KEY ?? null,
    development: sandbox !== undefined || config.NODE_ENV === 'development',
    sampleData: sandbox !== undefined,
    upstreamTimeoutMs: config.UPSTREAM_TIMEOUT_MS,
    operationTimeoutMs: config.OPERATION_TIMEOUT_MS,
    maxPageSize: config.MAX_PAGE_SIZE,
    maxUpstreamRequests: config.MAX_UPSTREAM_REQUESTS,
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    staleIfLimitedSeconds: config.STALE_IF_LIMITED_SECONDS,
    writeReservePercent: config.WRITE_RESERVE_PERCENT,
    reportFault: (fault) => process.stderr.write(`${JSON.stringify({ level: 'error', ...fault })}\n`),
  })
  const server = await listen(gateway.handler, config.HOST, config.PORT)
  return {
    greeting: `GraphQL is at ${server.url}/graphql${sandbox ? ', over the embedded Appointments API with sample data' : ''}: open it in a browser for GraphiQL.`,
    async stop() {
      await server.close()
      await gateway.close()
      await sandbox?.close()
    },
  }
}

async function runSandbox(config: Config): Promise<Running> {
  const sandbox = await openSandbox(config)
  return { greeting: banner(sandbox), stop: () => sandbox.close() }
}

function openSandbox(config: Config): Promise<Sandbox> {
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

function startFault(error: unknown): string {
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number }
  return code === 'EADDRINUSE'
    ? `Port ${port} is in use: set PORT or SANDBOX_PORT to another, or to 0 for a free one.`
    : message
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Ends the process even where the embedded API is already open. */
function giveUp(problems: readonly string[]): never {
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  process.exit(2)
}

await main()
