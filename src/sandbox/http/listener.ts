import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { answerMalformedRequests, malformedRequestResponse } from './malformed-request.ts'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly fetch: (request: Request, bindings: HttpBindings) => Promise<Response>
}

export interface Listener {
  readonly url: string
  /** Stops accepting requests and waits for those in flight; closes unfinished connections after one second. */
  close(): Promise<void>
}

/** Serves `fetch` on a port over HTTP/1. Rejects if the port is taken. */
export async function listen({ host, port, fetch }: ListenOptions): Promise<Listener> {
  const inFlight = new Set<Promise<Response>>()
  const server = createServer(
    // A request without a Host header then gets its 400 from `malformedRequestResponse`, in the envelope.
    { requireHostHeader: false },
    getRequestListener(
      async (request, bindings) => {
        // The server speaks HTTP/1 only, so the bindings are those of HTTP/1.
        const pending = fetch(request, bindings as HttpBindings)
        inFlight.add(pending)
        try {
          const response = await pending
          if (!server.listening) response.headers.set('Connection', 'close')
          return response
        } finally {
          inFlight.delete(pending)
        }
      },
      // The gateway may run in the same process, so the global Request and Response stay unchanged.
      { overrideGlobalObjects: false, errorHandler: malformedRequestResponse },
    ),
  )
  answerMalformedRequests(server)
  server.listen(port, host)
  await once(server, 'listening')
  return {
    // The address is a string only for a pipe.
    url: baseUrl(server.address() as AddressInfo),
    async close() {
      const closed = once(server, 'close')
      server.close()
      const grace = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
      await closed
      clearTimeout(grace)
      // A request runs on after its client disconnected, and still needs the database.
      await Promise.allSettled(inFlight)
    },
  }
}

/** A client that never finishes its request delays the close by this much at most. */
const CLOSE_GRACE_MS = 1_000

/** The URL for a client on this machine. */
function baseUrl({ address, family, port }: AddressInfo): string {
  if (['0.0.0.0', '::'].includes(address)) return `http://127.0.0.1:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
