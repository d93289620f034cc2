import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { listen } from '../../src/process/listen.ts'
import { createGateway } from '../../src/server/gateway.ts'
import { type Process, startProcess } from '../support/process.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../support/scripted-upstream.ts'

/** Longer than the timeout of a test: only the test itself can end a wait of this length. */
const FOREVER_MS = '3600000'
const ROW: ScriptedAnswer = { status: 201, body: { data: { id: 'a', title: 't' }, meta: {} } }
const WRITE = `mutation {
  createAppointment(input: {
    title: "t", startTime: "2026-01-05T10:00:00Z", endTime: "2026-01-05T10:30:00Z", patientId: "p", clinicianId: "c"
  }) { appointment { id } }
}`
const WRITTEN = { createAppointment: { appointment: { id: expect.any(String) } } }

interface Answer {
  readonly status: number | undefined
  readonly connection: string | undefined
  // biome-ignore lint/suspicious/noExplicitAny: data of any shape
  readonly body: any
}

/** A client with keep-alive connections, like a proxy. */
function keepAliveClient(url: string) {
  const agent = new Agent({ keepAlive: true })
  async function send(path: string, document?: string): Promise<Answer> {
    const headers = { 'content-type': 'application/json' }
    const sent = request(url + path, { agent, headers, method: document === undefined ? 'GET' : 'POST' })
    sent.end(document === undefined ? undefined : JSON.stringify({ query: document }))
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const body = await text(response)
    const { statusCode: status, headers: received } = response
    return { status, connection: received.connection, body: JSON.parse(body || 'null') }
  }
  return {
    get: (path: string) => send(path),
    write: () => send('/graphql', WRITE),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

type Client = ReturnType<typeof keepAliveClient>

/** The process in front of a scripted upstream, and a client of the process. */
async function startGatewayProcess(upstreamUrl: string, environment: Readonly<Record<string, string>>) {
  const settings = { PORT: '0', APPOINTMENTS_API_URL: upstreamUrl, APPOINTMENTS_API_KEY: 'k', ...environment }
  const product = await startProcess(settings)
  const client = keepAliveClient(/http:\S+(?=\/graphql)/.exec(product.firstLine)?.[0] ?? '')
  return {
    product,
    client,
    async [Symbol.asyncDispose]() {
      product.signal('SIGINT')
      await product.stop()
      client[Symbol.dispose]()
    },
  }
}

/** Sends SIGTERM, and resolves with the first 503 of `/ready`. */
async function beginStop(product: Process, client: Client): Promise<Answer> {
  product.signal('SIGTERM')
  for (;;) {
    const answer = await client.get('/ready')
    if (answer.status !== 200) return answer
  }
}

async function untilPortIsClosed(client: Client): Promise<void> {
  const refused = (error: NodeJS.ErrnoException) => error.code
  while ((await client.get('/health').then(() => '', refused)) !== 'ECONNREFUSED');
}

describe('A process that stops', () => {
  test('For DRAIN_MS the process is not ready, serves requests, and closes connections', async () => {
    await using upstream = await startScriptedUpstream(() => ROW)
    await using started = await startGatewayProcess(upstream.url, { DRAIN_MS: FOREVER_MS })
    const { product, client } = started
    expect(await client.write()).toMatchObject({ status: 200, connection: 'keep-alive' })
    const notReady = await beginStop(product, client)
    expect(notReady).toMatchObject({ status: 503, connection: 'close', body: { status: 'stopping' } })
    expect(await client.get('/health')).toMatchObject({ status: 200, connection: 'close' })
    const written = await client.write()
    expect(written).toMatchObject({ status: 200, connection: 'close', body: { data: WRITTEN } })
    product.signal('SIGTERM')
    expect(await client.get('/ready')).toMatchObject({ status: 503 })
    expect(upstream.requests.map(({ line }) => line)).toEqual(['POST /appointments', 'POST /appointments'])
  })

  test('SIGINT ends the wait, and a write in flight is answered', async () => {
    const { promise: received, resolve: receive } = Promise.withResolvers<() => void>()
    await using upstream = await startScriptedUpstream(() => (response) => {
      receive(() => void response.writeHead(201).end(JSON.stringify(ROW.body)))
    })
    await using started = await startGatewayProcess(upstream.url, { DRAIN_MS: FOREVER_MS })
    const { product, client } = started
    const writing = client.write()
    const answer = await received
    await beginStop(product, client)
    product.signal('SIGINT')
    await untilPortIsClosed(client)
    answer()
    expect(await writing).toMatchObject({ status: 200, connection: 'close', body: { data: WRITTEN } })
    expect(await product.ended()).toBe(0)
  })

  test('No write of busy clients is interrupted, however long they continue', async () => {
    await using upstream = await startScriptedUpstream(() => ROW)
    await using started = await startGatewayProcess(upstream.url, { DRAIN_MS: '100' })
    const { product, client } = started
    let answered = 0
    async function writeUntilRefused(): Promise<unknown> {
      for (;;) {
        try {
          const { body } = await client.write()
          if (body.errors) return body.errors
          answered += 1
        } catch (error) {
          return (error as NodeJS.ErrnoException).code
        }
      }
    }
    const ends = Promise.all([1, 2, 3, 4].map(writeUntilRefused))
    await upstream.arrival(20)
    expect(await product.stop()).toBe(0)
    for (const end of await ends) expect(['ECONNREFUSED', 'ECONNRESET']).toContain(end)
    expect(upstream.requests).toHaveLength(answered)
  })

  test('A mutation is completed when its client has disconnected', async () => {
    const answers: (() => void)[] = []
    await using upstream = await startScriptedUpstream(() => (response) => {
      answers.push(() => void response.writeHead(200).end(JSON.stringify(ROW.body)))
    })
    const gateway = createGateway({ url: upstream.url, key: 'k' })
    const server = await listen(gateway.handler, '127.0.0.1', 0)
    const leaving = new AbortController()
    const body = JSON.stringify({
      query: `mutation {
        one: updateAppointment(input: { id: "a", title: "t" }) { clientMutationId }
        two: updateAppointment(input: { id: "a", title: "u" }) { clientMutationId }
      }`,
    })
    const headers = { 'content-type': 'application/json' }
    const asking = fetch(`${server.url}/graphql`, { method: 'POST', headers, body, signal: leaving.signal })
    const left = expect(asking).rejects.toThrow()
    await upstream.arrival(1)
    leaving.abort()
    await left
    await server.close()
    const closed = gateway.close()
    answers[0]?.()
    await upstream.arrival(2)
    answers[1]?.()
    await closed
    expect(upstream.requests.map(({ body: sent }) => sent)).toEqual(['{"title":"t"}', '{"title":"u"}'])
  })
})
