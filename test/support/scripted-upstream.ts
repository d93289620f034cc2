import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen } from '../../src/process/listen.ts'

export interface ScriptedRequest {
  /** Method, path and query as received: `GET /appointments?limit=20&offset=0`. */
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The upstream sends an object as JSON, and a string as it is. */
  readonly body: unknown
}

type Script = (request: ScriptedRequest) => ScriptedAnswer | ((response: ServerResponse) => void)

export interface ScriptedUpstream extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly ScriptedRequest[]
  /** Resolves when the upstream has received this many requests in all. */
  arrival(count: number): Promise<void>
}

/** A real server on a free port. The script returns a response, or a function that writes the response itself. */
export async function startScriptedUpstream(script: Script): Promise<ScriptedUpstream> {
  const requests: ScriptedRequest[] = []
  const arrivals = new EventEmitter()
  const server = await listen(
    (incoming, response) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const request = {
          line: `${incoming.method} ${incoming.url}`,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
        }
        requests.push(request)
        arrivals.emit('request')
        const answer = script(request)
        if (typeof answer === 'function') return answer(response)
        const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
        response
          .writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers })
          .end(text)
      })
    },
    '127.0.0.1',
    0,
  )
  return {
    url: server.url,
    requests,
    async arrival(count) {
      while (requests.length < count) await once(arrivals, 'request')
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
}
