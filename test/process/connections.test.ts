import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { listen } from '../../src/process/listen.ts'
import { openSocket, readToEnd } from '../support/raw.ts'

/** A minute: if the server waited for its grace, the test would time out. */
const LONG_MS = 60_000

const GET = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'

/** A server whose responses the test sends. */
async function startManualServer() {
  const responses: ServerResponse[] = []
  const server = await listen((_request, response) => void responses.push(response), '127.0.0.1', 0)
  return {
    server,
    responses,
    /** Sends the text, and resolves once the server has all its requests. */
    async send(socket: Socket, text: string): Promise<void> {
      const expected = responses.length + text.split(GET).length - 1
      socket.write(text)
      while (responses.length < expected) await new Promise(setImmediate)
    },
  }
}

/** All that the server sends until it closes the connection. */
async function textOf(socket: Socket): Promise<string> {
  return Buffer.concat(await socket.toArray()).toString()
}

async function headOf(socket: Socket): Promise<string> {
  const [chunk] = await once(socket, 'data')
  return String(chunk).toLowerCase()
}

const answerAtOnce: RequestListener = (_request, response) => void response.end()

describe('The connections of the server', () => {
  test('The server keeps an idle connection for longer than nginx does', async () => {
    const server = await listen(answerAtOnce, '127.0.0.1', 0)
    const socket = await openSocket(server.url)
    socket.write(GET)
    const [, seconds] = /keep-alive: timeout=(\d+)/.exec(await headOf(socket)) ?? []
    expect(Number(seconds)).toBeGreaterThan(60)
    await server.close(LONG_MS)
  })

  test('A stopping server closes each connection after its next response', async () => {
    const { server, responses, send } = await startManualServer()
    const [kept, waiting] = [await openSocket(server.url), await openSocket(server.url)]
    await send(kept, GET)
    responses[0]?.end()
    expect(await headOf(kept)).not.toContain('connection: close')
    await send(waiting, GET)
    server.prepareToClose()
    await send(kept, GET)
    for (const response of responses) response.end()
    for (const socket of [kept, waiting]) expect((await readToEnd(socket)).head).toMatch(/connection: close/i)
    const later = await openSocket(server.url)
    await send(later, GET)
    responses.at(-1)?.end()
    expect((await readToEnd(later)).head).toMatch(/connection: close/i)
    await server.close(LONG_MS)
  })

  test('A stopping server answers all pipelined requests of a connection', async () => {
    const { server, responses, send } = await startManualServer()
    const socket = await openSocket(server.url)
    await send(socket, GET + GET)
    server.prepareToClose()
    await send(socket, GET)
    for (const [index, response] of responses.entries()) response.end(`answer ${index}`)
    const text = await textOf(socket)
    expect(text.match(/connection: close|answer \d/gi)).toEqual([
      'answer 0',
      'answer 1',
      'connection: close',
      'answer 2',
    ])
    await server.close(LONG_MS)
  })

  test('A stopping server runs no request after the last response of a connection', async () => {
    const { server, responses, send } = await startManualServer()
    const socket = await openSocket(server.url)
    server.prepareToClose()
    await send(socket, GET)
    responses[0]?.flushHeaders()
    await once(socket, 'data')
    socket.write(GET)
    const other = await openSocket(server.url)
    await send(other, GET)
    expect(responses.map(({ req }) => req.socket.remotePort)).toEqual([socket.localPort, other.localPort])
    for (const response of responses) response.end()
    await server.close(LONG_MS)
  })

  test('A connection without a request does not delay the stop', async () => {
    const server = await listen(answerAtOnce, '127.0.0.1', 0)
    const socket = await openSocket(server.url)
    const other = await openSocket(server.url)
    other.write(GET)
    await headOf(other)
    await server.close(LONG_MS)
    socket.destroy()
  })

  test('A stopping server closes a connection whose response has already begun', async () => {
    const { server, responses, send } = await startManualServer()
    const socket = await openSocket(server.url)
    await send(socket, GET)
    responses[0]?.write('begun')
    expect(await headOf(socket)).toContain('connection: keep-alive')
    const closed = server.close(LONG_MS)
    responses[0]?.end(', ended')
    expect((await readToEnd(socket)).head).toContain(', ended')
    await closed
  })
})
