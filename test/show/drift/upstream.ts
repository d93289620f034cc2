import { type SandboxOptions, startSandbox } from '../../../src/sandbox/server.ts'
import { listen } from '../../../src/server/listen.ts'

/** A sandbox, and a door in front of it where every request waits for whatever is to happen before it. */
export interface DoorUpstream extends AsyncDisposable {
  /** Where the gateway asks. */
  readonly url: string
  readonly key: string
  /** How many requests came through the door. */
  readonly passed: () => number
  /** Is awaited before each request that comes through the door. */
  beforeEach: () => Promise<void>
  /** Asks the sandbox itself. */
  rest(method: string, target: string, body?: object): Promise<RestAnswer>
}

interface RestAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a JSON document of any shape
  readonly data: any
  readonly meta: { readonly has_more: boolean }
}

export async function startDoorUpstream(options: SandboxOptions): Promise<DoorUpstream> {
  const sandbox = await startSandbox({ rateLimit: 0, ...options })
  let passed = 0
  const headers = { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' }
  const door = await listen(
    async (request, response) => {
      passed += 1
      await upstream.beforeEach()
      const answer = await fetch(`${sandbox.url}${request.url}`, { headers })
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(Buffer.from(await answer.arrayBuffer()))
    },
    '127.0.0.1',
    0,
  )
  const upstream: DoorUpstream = {
    url: door.url,
    key: sandbox.key,
    passed: () => passed,
    beforeEach: async () => {},
    async rest(method, target, body) {
      const answer = await fetch(sandbox.url + target, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status}`)
      return (await answer.json()) as RestAnswer
    },
    async [Symbol.asyncDispose]() {
      await door.close()
      await sandbox.close()
    },
  }
  return upstream
}
