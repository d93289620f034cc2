import { type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { SECRET } from './events.ts'
import { type GatewayClient, type GatewayTestOptions, startGateway } from './gateway.ts'

export interface Product extends GatewayClient {
  /** The requests to the sandbox since the last call, in order: `GET /appointments?limit=20&offset=0`. */
  takeRequests(): string[]
  /** The URL and the key of the sandbox, for tests that send it requests of their own. */
  readonly upstream: { readonly url: string; readonly key: string }
  /** Sends a request to the sandbox itself. `takeRequests` does not report it. */
  rest(method: string, target: string, body?: unknown): Promise<RestResponse>
}

interface RestResponse {
  readonly status: number
  // Tests read the body of any response and assert on it.
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document of any shape
  readonly body: any
}

interface ProductOptions {
  readonly sandbox?: SandboxOptions
  readonly gateway?: GatewayTestOptions
  /** The sandbox tells the gateway of each change, by a webhook. */
  readonly live?: boolean
}

/** Starts the whole product over real HTTP: the sandbox, and the gateway in front of it. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  let requests: string[] = []
  let recording = true
  const sandbox = await startSandbox({
    rateLimit: 0,
    ...options.sandbox,
    onExchange: ({ method, target }) => recording && requests.push(`${method} ${target}`),
  })
  const gateway = await startGateway({
    url: sandbox.url,
    key: sandbox.key,
    ...(options.live && { webhooks: { secrets: [{ secret: SECRET }] } }),
    ...options.gateway,
  })
  if (options.live) sandbox.addWebhook({ url: `${gateway.url}/webhooks/appointments`, secret: SECRET })
  return {
    ...gateway,
    upstream: { url: sandbox.url, key: sandbox.key },
    takeRequests() {
      const taken = requests
      requests = []
      return taken
    },
    async rest(method, target, body) {
      recording = false
      const response = await fetch(sandbox.url + target, {
        method,
        headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      })
      recording = true
      return { status: response.status, body: await response.json() }
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}
