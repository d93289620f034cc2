import type { Sandbox } from '../sandbox/server.ts'

export interface GatewayGreeting {
  /** Without a trailing slash. */
  readonly url: string
  readonly isOnEveryAddress: boolean
  /** The embedded API; undefined where the environment names another upstream. */
  readonly sandbox: Pick<Sandbox, 'url' | 'key'> | undefined
  readonly graphiql: boolean
  /** The address of the metrics; undefined where they have no port of their own. */
  readonly metricsUrl: string | undefined
  /** How the gateway identifies callers. */
  readonly identity: string
  /** A line for each operation of the trusted documents. */
  readonly costs: readonly string[]
}

/** The text that the process prints once the gateway is ready. Its first line has the GraphQL address. */
export function gatewayGreeting(greeting: GatewayGreeting): string {
  const { url, isOnEveryAddress, sandbox, graphiql, metricsUrl, identity, costs } = greeting
  const others = isOnEveryAddress ? ' and on every other address of this machine' : ''
  const upstream = sandbox ? ', over the embedded Appointments API with sample data' : ''
  const end = graphiql ? ': open it in a browser for GraphiQL.' : '.'
  const api = sandbox ? [`The Appointments API is at ${sandbox.url}, with the key ${sandbox.key}.`] : []
  const metrics = metricsUrl ? [`Metrics are at ${metricsUrl}.`] : []
  const first = `GraphQL is at ${url}/graphql${others}${upstream}${end}`
  return [first, ...api, identity, ...metrics, ...costs].join('\n')
}

/** The text that the process prints once the sandbox is ready: its base URL, its key, and a curl line to paste. */
export function sandboxGreeting({ url, key }: Sandbox): string {
  return [
    `Appointments API at ${url}`,
    `Key ${key}`,
    `curl "${url}/appointments?limit=3" -H "Authorization: Bearer ${key}"`,
  ].join('\n')
}
