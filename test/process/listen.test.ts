import { describe, expect, test } from 'vitest'
import { listen, type RequestTimeouts } from '../../src/process/listen.ts'
import { createGateway } from '../../src/server/gateway.ts'
import { openSocket, rawPost, readToEnd, sendRaw } from '../support/raw.ts'

const HEAD = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'

async function startServer(timeouts: RequestTimeouts) {
  const gateway = createGateway({ url: 'http://127.0.0.1:9', key: 'k' })
  const server = await listen(gateway.handler, '127.0.0.1', 0, timeouts)
  return {
    url: server.url,
    async [Symbol.asyncDispose]() {
      await server.close()
      await gateway.close()
    },
  }
}

describe('The address of the server', () => {
  test.for([
    ['0.0.0.0', /^http:\/\/localhost:\d+$/, true],
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/, false],
  ] as const)('A server that listens on %s has a URL that browsers open', async ([host, url, everywhere]) => {
    const server = await listen((_request, response) => void response.end('yes'), host, 0)
    expect(server.url).toMatch(url)
    expect(server.isOnEveryAddress).toBe(everywhere)
    expect(await (await fetch(server.url)).text()).toBe('yes')
    await server.close()
  })
})

describe('A slow sender', () => {
  test('The server answers 408 if the headers are late', async () => {
    await using server = await startServer({ headersMs: 20, requestMs: 10_000, checkMs: 10 })
    const socket = await openSocket(server.url)
    socket.write(HEAD)
    expect((await readToEnd(socket)).status).toBe(408)
  })

  test('The server closes the connection of a body that exceeds its time', async () => {
    await using server = await startServer({ headersMs: 20, requestMs: 60, checkMs: 10 })
    const socket = await openSocket(server.url)
    socket.write(`${HEAD}content-length: 1000000\r\n\r\n`)
    const dripping = setInterval(() => socket.write(' '), 5)
    await readToEnd(socket)
    clearInterval(dripping)
    expect((await sendRaw(server.url, rawPost('{ __typename }'))).status).toBe(200)
  })

  test('The server answers 413 to an endless body and soon closes the connection', async () => {
    await using server = await startServer({ lingerMs: 50 })
    const socket = await openSocket(server.url)
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const send = () => {
      while (socket.writable && socket.write(chunk));
    }
    socket.on('drain', send).on('error', () => {})
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`)
    send()
    expect((await readToEnd(socket)).status).toBe(413)
    expect((await sendRaw(server.url, rawPost('{ __typename }'))).status).toBe(200)
  })
})
