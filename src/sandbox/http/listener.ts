import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { answerUnreadable, answerWhatIsNotHttp } from './unreadable.ts'

export interface ListenOptions {
  readonly host: string
  readonly port: number
  readonly fetch: (request: Request, bindings: HttpBindings) => Promise<Response>
}

export interface Listener {
  readonly url: string
  /** Lets the answers under way go out first. */
  close(): Promise<void>
}

/** The API on a port. Rejects if the port is taken. */
export async function listen({ host, port, fetch }: ListenOptions): Promise<Listener> {
  const underWay = new Set<Promise<Response>>()
  const server = createServer(
    // A request without a Host is refused below, in the envelope.
    { requireHostHeader: false },
    getRequestListener(
      async (request, bindings) => {
        // HTTP/2 is not served, so the bindings are those of HTTP/1.
        const answering = fetch(request, bindings as HttpBindings)
        underWay.add(answering)
        try {
          const response = await answering
          if (!server.listening) response.headers.set('Connection', 'close')
          return response
        } finally {
          underWay.delete(answering)
        }
      },
      // The process belongs to the gateway too: its Request and Response stay its own.
      { overrideGlobalObjects: false, errorHandler: answerUnreadable },
    ),
  )
  answerWhatIsNotHttp(server)
  server.listen(port, host)
  await once(server, 'listening')
  return {
    // A listening TCP server has an address, and it is not a pipe's name.
    url: baseUrl(server.address() as AddressInfo),
    async close() {
      const closed = once(server, 'close')
      server.close()
      const impatience = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS)
      await closed
      clearTimeout(impatience)
      // A caller that went away leaves its request at work.
      await Promise.allSettled(underWay)
    },
  }
}

/** A client that never finishes its request must not hold up the end. */
const CLOSE_GRACE_MS = 1_000

function baseUrl({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
