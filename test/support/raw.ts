import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Says the bytes as they are, where a client of HTTP would put them right; and reads until the server hangs up. */
export async function sayRaw(url: string, text: string): Promise<RawAnswer> {
  const socket = await openRaw(url)
  socket.write(text)
  return hearRaw(socket)
}

export async function openRaw(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket
}

export async function hearRaw(socket: Socket): Promise<RawAnswer> {
  let text = ''
  // A server that cuts a sender off may reset the connection; what it said before counts.
  socket.on('error', () => {})
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  await new Promise((resolve) => socket.once('close', resolve))
  const [head = '', body = ''] = text.split('\r\n\r\n', 2)
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body }
}

/** A POST of JSON as bytes, after which the server hangs up. */
export function rawPost(
  query: string,
  headers: Readonly<Record<string, string>> = {},
  path = '/graphql',
): string {
  const body = JSON.stringify({ query })
  const all = {
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return [`POST ${path} HTTP/1.1`, ...lines, '', body].join('\r\n')
}
