import { Pool } from 'undici'
import { CONNECTIONS } from '../exchange/connections.ts'
import { endingOf, type Operation, type RestRequest, type Send } from '../pipe/pipe.ts'
import { dispatch } from './dispatch.ts'
import { openEnvelope } from './envelope.ts'

export interface WireOptions {
  /** Base URL of the REST API, with its path. */
  readonly url: string
  /** One total time for an exchange, headers and body, in milliseconds. */
  readonly timeoutMs: number
}

export interface Wire {
  readonly send: Send
  close(): Promise<void>
}

/** A page of 100 complete appointments is about 100 kB, so a valid response is far smaller. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024

/** The innermost layer: HTTP, with one exchange for each call. */
export function createWire({ url, timeoutMs }: WireOptions): Wire {
  const { origin, pathname } = new URL(url)
  const base = pathname.replace(/\/+$/, '')
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    maxResponseSize: MAX_RESPONSE_BYTES,
    // undici's own timeouts have a resolution of a second only.
    headersTimeout: 0,
    bodyTimeout: 0,
  })

  return {
    async send(request, operation) {
      const message = {
        method: request.method,
        path: base + targetOf(request),
        headers: headersOf(request, operation),
        body: request.body === undefined ? null : JSON.stringify(request.body),
      }
      const ending = endingOf(request, operation)
      return openEnvelope(await dispatch(pool, { message, ending, timeoutMs }))
    },
    close: () => pool.close(),
  }
}

function targetOf({ path, query }: RestRequest): string {
  return query ? `${path}?${query}` : path
}

function headersOf(request: RestRequest, operation: Operation): Record<string, string> {
  const { requestId, span } = operation
  const headers: Record<string, string> = {
    accept: 'application/json',
    'x-request-id': requestId,
    ...span?.headers,
  }
  if (operation.credential !== null) headers.authorization = operation.credential
  if (request.body !== undefined) headers['content-type'] = 'application/json'
  if (request.idempotencyKey !== undefined) headers['idempotency-key'] = request.idempotencyKey
  return headers
}
