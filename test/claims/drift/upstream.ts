import { request as exchange } from 'undici'
import { listen } from '../../../src/process/listen.ts'
import { type SandboxOptions, startSandbox } from '../../../src/sandbox/server.ts'

/** A sandbox, and a door in front of it where every request waits for whatever is to happen before it. */
export interface DoorUpstream extends AsyncDisposable {
  /** Where the gateway asks. */
  readonly url: string
  readonly key: string
  /** Is awaited before each request that comes through the door. */
  beforeEach: () => Promise<void>
  /** Asks the sandbox itself. */
  rest(method: 'GET' | 'POST' | 'PATCH', target: string, body?: object): Promise<RestAnswer>
}

interface RestAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document of any shape
  readonly data: any
  readonly meta: { readonly has_more: boolean }
}

export async function startDoorUpstream(options: SandboxOptions): Promise<DoorUpstream> {
  const sandbox = await startSandbox({ rateLimit: 0, ...options })
  const headers = { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' }
  const door = await listen(
    async (request, response) => {
      await upstream.beforeEach()
      const { statusCode, body } = await exchange(`${sandbox.url}${request.url}`, { headers })
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(await body.text())
    },
    '127.0.0.1',
    0,
  )
  const upstream: DoorUpstream = {
    url: door.url,
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
      await door.close()
      await sandbox.close()
    },
  }
  return upstream
}
