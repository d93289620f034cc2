import { createServer, type RequestListener } from 'node:http'
import { trackConnections } from './connections.ts'

export interface HttpServer {
  /** An address that a client on this machine can use. */
  readonly url: string
  /** Whether every address of this machine leads to the server. */
  readonly isOnEveryAddress: boolean
  /** From now on each response ends its connection, so that kept connections find another server. */
  prepareToClose(): void
  /**
   * Stops accepting requests, and resolves once those in progress are answered. After `graceMs` it cuts them off.
   * @default 5000
   */
  close(graceMs?: number): Promise<void>
}

/** How long a client may take. The server cuts off a connection that takes longer. */
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
   * How often the server looks for connections over time; they are cut off that much later at most.
   * @default 1000
   */
  readonly checkMs?: number
  /**
   * How long the server reads and drops the rest of a request after it has answered, so that the client can read the
   * response.
   * @default 5000
   */
  readonly lingerMs?: number
  /**
   * How long a connection may be idle between two requests. A proxy in front must drop it first, or it sends a request
   * while the server closes: nginx keeps one for 60 seconds.
   * @default 65_000
   */
  readonly keepAliveMs?: number
}

export const KEEP_ALIVE_MS = 65_000

/** Serves a handler over HTTP. Port 0 takes a free port. Rejects when the port is in use. */
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
    // Not every browser opens the address that stands for all.
    url: `http://${isOnEveryAddress ? 'localhost' : own}:${address.port}`,
    isOnEveryAddress,
    prepareToClose: connections.endAfterAnswer,
    close: (graceMs = 5_000) =>
      new Promise((resolve, reject) => {
        connections.endAfterAnswer()
        const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close((error) => {
          clearTimeout(cutOff)
          if (error) reject(error)
          else resolve()
        })
        connections.endSilent()
      }),
  }
}
