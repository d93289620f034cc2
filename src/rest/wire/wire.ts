// The pool alone: the whole of undici, with its WebSocket, caches and mocks, is 88 files more: a 20th of a start, and 5 MB.
import Pool from 'undici/lib/dispatcher/pool.js'
import { type Exchange, type Operation, type RestRequest, signalOf } from '../pipe/pipe.ts'
import { createBodies } from './bodies.ts'
import { type Answer, dispatch } from './dispatch.ts'
import { openEnvelope } from './envelope.ts'

interface WireOptions {
  /** Base URL of the REST API, with its path. */
  readonly url: string
  /** One total time for an exchange, headers and body, in milliseconds. */
  readonly timeoutMs: number
}

/** A page of 100 whole appointments is about 100 kB; no honest answer comes near this. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/** HTTP, and nothing else: one call is one exchange. */
export function createWire(options: WireOptions): { exchange: Exchange; close: () => Promise<void> } {
  const { origin, pathname } = new URL(options.url)
  const base = pathname.replace(/\/+$/, '')
  const pool = new Pool(origin, {
    // With 8, the 25 reads of one operation take three times as long.
    connections: 64,
    maxResponseSize: MAX_ANSWER_BYTES,
    // undici's own timers are a second coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  const bodies = createBodies()

  const exchange: Exchange = (request, operation, receiver) => {
    const message = {
      method: request.method,
      path: base + targetOf(request),
      headers: headersOf(request, operation),
      body: request.body === undefined ? null : JSON.stringify(request.body),
    }
    function read(answer: Answer) {
      const { status, headers, bytes } = answer
      const body = bodies.read(`${operation.account} ${message.method} ${message.path}`, answer)
      return openEnvelope({ status, headers, body, bytes })
    }
    dispatch(pool, message, signalOf(request, operation), options.timeoutMs, read, receiver)
  }

  return { exchange, close: () => pool.close() }
}

function targetOf({ path, query }: RestRequest): string {
  return query ? `${path}?${query}` : path
}

function headersOf(request: RestRequest, operation: Operation): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'x-request-id': operation.requestId }
  if (operation.credential !== null) headers.authorization = operation.credential
  if (request.body !== undefined) headers['content-type'] = 'application/json'
  if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey
  return headers
}
