import { type Config, VARIABLES } from '../../config.ts'
import { trustedCostLines } from '../../server/cost/trusted-costs.ts'
import { readTrustedDocuments } from '../../server/documents/trusted.ts'
import { createGateway } from '../../server/gateway.ts'
import { gatewayOptions } from '../options.ts'
import { enabledFeatures, readSettings } from '../settings.ts'
import { priceDocuments } from './price.ts'
import type { Report } from './report.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reports what an environment configures, without secrets. With `triesUpstream` it sends one upstream request with the key,
 * otherwise none. Throws where the file of trusted documents can't be used.
 */
export async function check(
  config: Config,
  environment: Environment,
  triesUpstream: boolean,
): Promise<Report> {
  const settings = readSettings(config)
  const problems = [...(settings.problems ?? []), ...(triesUpstream ? missingForUpstream(config) : [])]
  if (settings.problems !== null || problems.length > 0) return { lines: [], problems, exitCode: 2 }
  const lines = [...summaryLines(config, settings.mode.startupLine), setVariables(config, environment)]
  if (!triesUpstream) return { lines, problems: [], exitCode: 0 }
  const { isAccepted, line } = await tryUpstream(config)
  return { lines: [...lines, line], problems: [], exitCode: isAccepted ? 0 : 1 }
}

function missingForUpstream(config: Config): readonly string[] {
  const needed = ['APPOINTMENTS_API_URL', 'APPOINTMENTS_API_KEY'] as const
  return needed
    .filter((name) => config[name] === undefined)
    .map((name) => `${name}: must be set for --upstream, which tries the key at the upstream.`)
}

function summaryLines(config: Config, callers: string): readonly string[] {
  const { APPOINTMENTS_API_URL: url, REDIS_URL, WEBHOOK_SECRETS: secrets } = config
  const { OTEL_EXPORTER_OTLP_ENDPOINT: traces } = config
  const { development, graphiql, desk, introspection } = enabledFeatures(config)
  const isOn = (flag: boolean) => (flag ? 'on' : 'off')
  return [
    'The configuration has no problem.',
    `Upstream: ${url === undefined ? 'the sandbox, with sample data' : withoutSecrets(url)}`,
    callers,
    `Development: ${isOn(development)}. GraphiQL: ${isOn(graphiql)}. Desk: ${isOn(desk)}. Introspection: ${isOn(introspection)}.`,
    `Webhook secrets: ${secrets?.length ?? 0}. Instances: ${REDIS_URL === undefined ? 'one' : 'several, through Redis'}.`,
    `Metrics: ${metricsOf(config)}. Traces: ${traces === undefined ? 'off' : `to ${withoutSecrets(traces)}`}.`,
    ...documentLines(config),
  ]
}

function metricsOf({ METRICS, METRICS_PORT: port }: Config): string {
  const ports = [METRICS && "on the gateway's port", port !== undefined && ownPort(port)].filter(Boolean)
  return ports.length === 0 ? 'off' : ports.join(', and ')
}

function ownPort(port: number): string {
  return port === 0 ? 'on a free port of their own' : `on port ${port}`
}

/** The URL without what may be a secret: user, password, query. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

function documentLines(config: Config): readonly string[] {
  if (config.TRUSTED_DOCUMENTS === undefined) return []
  const documents = readTrustedDocuments(config.TRUSTED_DOCUMENTS, 'TRUSTED_DOCUMENTS')
  return trustedCostLines(priceDocuments(documents, config), config.MAX_UPSTREAM_REQUESTS)
}

/** Prints only numbers, switches and words of a list: any other value may be or contain a secret. */
function setVariables(config: Config, environment: Environment): string {
  const values: Readonly<Record<string, unknown>> = config
  const set = VARIABLES.flatMap(({ variables }) => variables)
    .filter(({ name }) => (environment[name] ?? '') !== '')
    .map(({ name, isListed }) =>
      isListed || typeof values[name] !== 'string' ? assignment(name, values[name]) : name,
    )
  return `Set: ${set.length === 0 ? 'nothing' : set.join(', ')}.`
}

function assignment(name: string, value: unknown): string {
  return typeof value === 'object' ? name : `${name}=${value}`
}

const QUERY = '{ appointments(first: 1) { nodes { id } } }'

interface Answer {
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[]
  readonly extensions?: {
    readonly upstream?: { readonly rateLimit: { readonly limit: number; readonly remaining: number } | null }
  }
}

function refusalIn(code: string): string {
  if (code === 'UNAUTHENTICATED') return 'The upstream refuses the key: it does not know it.'
  if (code === 'FORBIDDEN') return 'The upstream refuses the key: it lacks the scope that reads appointments.'
  return `The upstream does not answer as it should: ${code}.`
}

/** Tries the key with one request: the ceiling of 1 permits no retry. Of the response it prints only the remaining quota. */
async function tryUpstream(config: Config): Promise<{ isAccepted: boolean; line: string }> {
  const gateway = createGateway({
    ...gatewayOptions(config),
    url: config.APPOINTMENTS_API_URL ?? '',
    key: config.APPOINTMENTS_API_KEY ?? null,
    development: true,
    // The limits of the environment are for its callers.
    limits: {},
    maxUpstreamRequests: 1,
  })
  const request = new Request('http://localhost/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY }),
  })
  const response = await gateway.fetch(request)
  const { errors = [], extensions } = (await response.json()) as Answer
  await gateway.close()
  const [error] = errors
  if (error !== undefined) return { isAccepted: false, line: refusalIn(error.extensions.code) }
  const quota = extensions?.upstream?.rateLimit
  const left = quota ? ` ${quota.remaining} of ${quota.limit} requests are left in this hour.` : ''
  return { isAccepted: true, line: `The upstream accepts the key.${left}` }
}
