import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface RawResponse {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends the text as it is, where an HTTP client would correct it, and reads until the server closes the connection. */
export async function sendRaw(url: string, text: string): Promise<RawResponse> {
  const socket = await openSocket(url)
  socket.write(text)
  return readToEnd(socket)
}

export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  return socket
}

export async function readToEnd(socket: Socket): Promise<RawResponse> {
  let text = ''
  // A server that refuses a request early may reset the connection; the response before that counts.
  socket.on('error', () => {})
  socket.setEncoding('utf8').on('data', (chunk) => (text += chunk))
  await new Promise((resolve) => socket.once('close', resolve))
  const [head = '', body = ''] = text.split('\r\n\r\n', 2)
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body }
}

/** The text of a POST with a JSON body that asks the server to close the connection. */
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

/** A GET with exactly these headers, because `fetch` adds Accept-Encoding and unpacks the body. */
export function rawGet(
  url: string,
  headers: Record<string, string>,
): Promise<{ readonly headers: IncomingHttpHeaders; readonly body: Buffer }> {
  return new Promise((resolve, reject) =>
    request(url, { headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
    })
      .on('error', reject)
      .end(),
  )
}
