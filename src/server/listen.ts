import { createServer, type RequestListener } from 'node:http'

export interface Listening {
  readonly url: string
  /** Stops accepting, and resolves when what runs has been answered. */
  close(): Promise<void>
}

/** Serves a handler over HTTP. Port 0 takes a free one. Rejects when the port is taken. */
export async function listen(handler: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer(handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a TCP address.')
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return {
    url: `http://${name}:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeIdleConnections()
      }),
  }
}
