/** The baseline: a bare proxy that sends its targets to the upstream and returns the bytes of the responses. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'

const pool = new Pool(process.env.UPSTREAM_URL ?? '', { connections: 64 })

/** The URL has targets separated by `|`, and waves that run one after the other separated by `||`. */
const server = createServer(async (incoming, response) => {
  const sent = incoming.method === 'GET' ? null : await bodyOf(incoming)
  const bodies: Buffer[] = []
  for (const wave of (incoming.url ?? '').split('||'))
    bodies.push(...(await Promise.all(wave.split('|').map((path) => ask(path, incoming, sent)))))
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(bodies.length === 1 ? bodies[0] : Buffer.concat(bodies))
})

async function ask(path: string, { method, headers }: IncomingMessage, sent: Buffer | null): Promise<Buffer> {
  const { authorization = '', 'content-type': type = 'text/plain' } = headers
  const { body } = await pool.request({
    method: method === 'POST' ? 'POST' : 'GET',
    path,
    headers: sent === null ? { authorization } : { authorization, 'content-type': type },
    body: sent,
  })
  return Buffer.from(await body.arrayBuffer())
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks)
}

server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
)
process.on('SIGTERM', () => process.exit())
