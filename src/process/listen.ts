import { createServer, type RequestListener } from 'node:http'

export interface Listening {
  readonly url: string
  /** Stops accepting, and resolves when what runs has been answered, or has had so many milliseconds. */
  close(graceMs?: number): Promise<void>
}

/** How long a sender may take; for each, the connection is cut off within a second or two more. */
export interface Patience {
  readonly headersMs?: number
  /** The whole request, headers included. */
  readonly requestMs?: number
  /** How often is looked for those who take longer. */
  readonly checkMs?: number
  /** For how long the rest of a request is read and dropped that was answered before it had ended. */
  readonly lingerMs?: number
}

/** Serves a handler over HTTP. Port 0 takes a free one. Rejects when the port is taken. */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  { headersMs = 10_000, requestMs = 30_000, checkMs = 1000, lingerMs = 5000 }: Patience = {},
): Promise<Listening> {
  const server = createServer(
    { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: checkMs },
    (request, response) => {
      response.on('finish', () => {
        if (!request.complete) setTimeout(() => request.complete || request.destroy(), lingerMs).unref()
      })
      handler(request, response)
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a TCP address.')
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}`,
    close: (graceMs = 5_000) =>
      new Promise((resolve, reject) => {
        const impatience = setTimeout(() => server.closeAllConnections(), graceMs)
        server.close((error) => {
          clearTimeout(impatience)
          if (error) reject(error)
          else resolve()
        })
        server.closeIdleConnections()
      }),
  }
}
