import { request as exchange } from 'undici'
import { listen } from '../../../src/process/listen.ts'
import { type SandboxOptions, startSandbox } from '../../../src/sandbox/server.ts'

/** A sandbox behind a proxy, where every request waits for the changes that a test makes before it. */
export interface ProxiedSandbox extends AsyncDisposable {
  /** The URL of the proxy, for the gateway. */
  readonly url: string
  readonly key: string
  /** The proxy awaits this before it passes a request on. */
  beforeEach: () => Promise<void>
  /** Sends a request to the sandbox itself. */
  rest(method: 'GET' | 'POST' | 'PATCH', target: string, body?: object): Promise<RestAnswer>
}

interface RestAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document of any shape
  readonly data: any
  readonly meta: { readonly has_more: boolean }
}

export async function startProxiedSandbox(options: SandboxOptions): Promise<ProxiedSandbox> {
  const sandbox = await startSandbox({ rateLimit: 0, ...options })
  const headers = { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' }
  const proxy = await listen(
    async (request, response) => {
      await upstream.beforeEach()
      const { statusCode, body } = await exchange(`${sandbox.url}${request.url}`, { headers })
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(await body.text())
    },
    '127.0.0.1',
    0,
  )
  const upstream: ProxiedSandbox = {
    url: proxy.url,
    key: sandbox.key,
    beforeEach: async () => {},
    async rest(method, target, body) {
      const answer = await exchange(sandbox.url + target, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      })
      if (answer.statusCode > 299) throw new Error(`${method} ${target}: ${answer.statusCode}`)
      return (await answer.body.json()) as RestAnswer
    },
    async [Symbol.asyncDispose]() {
      await proxy.close()
      await sandbox.close()
    },
  }
  return upstream
}
