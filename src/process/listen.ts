import { createServer, type RequestListener } from 'node:http'
import { trackConnections } from './connections.ts'

export interface HttpServer {
  /** An address that a client on this machine can use. */
  readonly url: string
  /** Whether every address of this machine leads to the server. */
  readonly isOnEveryAddress: boolean
  /** From now on each connection is closed after its response, so that keep-alive clients connect to another server. */
  prepareToClose(): void
  /**
   * Stops accepting connections, and resolves once the pending requests are answered. After `graceMs` it aborts these.
   * @default 5000
   */
  close(graceMs?: number): Promise<void>
}

/** How long a client may take. The server closes a connection that takes longer. */
export interface RequestTimeouts {
  /**
   * For the headers.
   * @default 10_000
   */
  readonly headersMs?: number
  /**
   * For the whole request, headers included.
   * @default 30_000
   */
  readonly requestMs?: number
  /**
   * How often the server checks these times, and so the longest delay of a timeout.
   * @default 1000
   */
  readonly checkMs?: number
  /**
   * How long the server reads and discards the rest of a request after its response, so that the client can read the
   * response.
   * @default 5000
   */
  readonly lingerMs?: number
  /**
   * How long a connection may be idle between two requests. A proxy must close it first, or it may send a request while the
   * server closes it: nginx keeps an idle connection for 60 seconds.
   * @default 65_000
   */
  readonly keepAliveMs?: number
}

export const KEEP_ALIVE_MS = 65_000

/** Serves a handler over HTTP. Port 0 selects a free port. Rejects when the port is in use. */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  timeouts: RequestTimeouts = {},
): Promise<HttpServer> {
  const { headersMs = 10_000, requestMs = 30_000, checkMs = 1000 } = timeouts
  const { lingerMs = 5000, keepAliveMs = KEEP_ALIVE_MS } = timeouts
  const server = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkMs,
    keepAliveTimeout: keepAliveMs,
  })
  const connections = trackConnections(server)
  server.on('request', (request, response) => {
    if (!connections.admits(response)) return
    response.on('finish', () => {
      if (!request.complete) setTimeout(() => request.complete || request.destroy(), lingerMs).unref()
    })
    handler(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a TCP address.')
  const isOnEveryAddress = ['0.0.0.0', '::'].includes(address.address)
  const own = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    // Some browsers do not open the wildcard address.
    url: `http://${isOnEveryAddress ? 'localhost' : own}:${address.port}`,
    isOnEveryAddress,
    prepareToClose: connections.closeAfterResponse,
    close: (graceMs = 5_000) =>
      new Promise((resolve, reject) => {
        connections.closeAfterResponse()
        const timer = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close((error) => {
          clearTimeout(timer)
          if (error) reject(error)
          else resolve()
        })
        connections.closeUnused()
      }),
  }
}
