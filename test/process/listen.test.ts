import { describe, expect, test } from 'vitest'
import { listen, type RequestTimeouts } from '../../src/process/listen.ts'
import { createGateway } from '../../src/server/gateway.ts'
import { hearRaw, openRaw, rawPost, sayRaw } from '../support/raw.ts'

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

describe('a sender that takes its time', () => {
  test('is cut off when its headers are late', async () => {
    await using server = await startServer({ headersMs: 20, requestMs: 10_000, checkMs: 10 })
    const socket = await openRaw(server.url)
    socket.write(HEAD)
    expect((await hearRaw(socket)).status).toBe(408)
  })

  test('is cut off when its body is late, however steadily it drips', async () => {
    await using server = await startServer({ headersMs: 20, requestMs: 60, checkMs: 10 })
    const socket = await openRaw(server.url)
    socket.write(`${HEAD}content-length: 1000000\r\n\r\n`)
    const dripping = setInterval(() => socket.write(' '), 5)
    await hearRaw(socket)
    clearInterval(dripping)
    expect((await sayRaw(server.url, rawPost('{ __typename }'))).status).toBe(200)
  })

  test('of a body that never ends is told so at once, and is heard no longer than it takes to listen', async () => {
    await using server = await startServer({ lingerMs: 50 })
    const socket = await openRaw(server.url)
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const send = () => {
      while (socket.writable && socket.write(chunk));
    }
    socket.on('drain', send).on('error', () => {})
    socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`)
    send()
    expect((await hearRaw(socket)).status).toBe(413)
    expect((await sayRaw(server.url, rawPost('{ __typename }'))).status).toBe(200)
  })
})
