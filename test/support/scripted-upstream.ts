import { EventEmitter, once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen } from '../../src/process/listen.ts'

export interface ScriptedRequest {
  /** Method, path and query, as they came: `GET /appointments?limit=20&offset=0`. */
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface ScriptedAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, a text as it is. */
  readonly body: unknown
}

type Script = (request: ScriptedRequest) => ScriptedAnswer | ((response: ServerResponse) => void)

export interface ScriptedUpstream extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly ScriptedRequest[]
  /** Resolves when so many requests have come. */
  arrival(count: number): Promise<void>
}

/** A real server on a free port that answers by script: an object, or whatever the script does to the response. */
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
