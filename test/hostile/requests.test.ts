import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openSocket, rawPost, readToEnd, sendRaw } from '../support/raw.ts'
import { ANSWERED_WITHIN_MS, codesOf, startTarget } from './target.ts'

const QUERY = '{ __typename }'

describe('A hostile request', () => {
  test('The gateway answers a body of 10 MB with 413', async () => {
    await using target = await startTarget()
    const big = JSON.stringify({ query: `{ __typename #${'x'.repeat(10_000_000)}\n }` })
    expect(await target.attack(big)).toMatchObject({ status: 413, codes: ['LIMIT_EXCEEDED'] })
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test('The gateway answers an endless chunked body with 413', async () => {
    await using target = await startTarget()
    let isAnswered = false
    const endless = new ReadableStream({
      pull: (controller) =>
        isAnswered ? controller.close() : controller.enqueue(new Uint8Array(65_536).fill(32)),
    })
    // A stream as a body needs `duplex`, which the types of `fetch` do not have.
    const init: RequestInit & { readonly duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: endless,
      duplex: 'half',
      signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
    }
    const response = await fetch(`${target.product.url}/graphql`, init)
    isAnswered = true
    expect([response.status, codesOf(await response.text())]).toEqual([413, ['LIMIT_EXCEEDED']])
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test.for([
    ['no bytes', '', ['BAD_REQUEST']],
    ['a list of a thousand operations', JSON.stringify(Array(1000).fill({ query: QUERY })), ['BAD_REQUEST']],
    ['truncated JSON', '{"query":"{ __typename }"', ['BAD_REQUEST']],
    ['JSON nested 100,000 times', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, ['BAD_REQUEST']],
    [
      'variables nested 100,000 times',
      `{"query":"${QUERY}","variables":{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
      ['LIMIT_EXCEEDED'],
    ],
    [
      'variables of 500 kB',
      JSON.stringify({ query: QUERY, variables: { a: 'x'.repeat(500_000) } }),
      ['LIMIT_EXCEEDED'],
    ],
    ['a list as variables', `{"query":"${QUERY}","variables":[1]}`, ['BAD_REQUEST']],
    ['a list as the query', '{"query":["{ __typename }"]}', ['BAD_REQUEST']],
    ['a __proto__ key', `{"query":"${QUERY}","__proto__":{"a":1}}`, ['BAD_REQUEST']],
    [
      'a __proto__ key in its variables',
      `{"query":"${QUERY}","variables":{"__proto__":{"a":1},"constructor":1}}`,
      [],
    ],
    [
      'an operation name without an operation',
      `{"query":"${QUERY}","operationName":"Jane"}`,
      ['OPERATION_RESOLUTION_FAILURE'],
    ],
  ] as const)('The gateway answers a body of %s with %j', async ([, body, codes]) => {
    await using target = await startTarget()
    expect((await target.attack(body)).codes).toEqual(codes)
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test('The gateway refuses a compressed body without decompressing it', async () => {
    await using target = await startTarget()
    const response = await fetch(`${target.product.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify({ query: `{ __typename #${'x'.repeat(5_000_000)}\n }` })),
    })
    expect([response.status, codesOf(await response.text())]).toEqual([415, ['BAD_REQUEST']])
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test.for([
    ['an invalid host', rawPost(QUERY, { host: '[' }), 400],
    ['a host with a space', rawPost(QUERY, { host: 'a b' }), 400],
    ['a host with a path', rawPost(QUERY, { host: 'a/health#' }), 400],
    ['two Content-Length headers', rawPost(QUERY, { 'Content-Length': '3' }), 400],
    ['a Content-Length and chunks', rawPost(QUERY, { 'transfer-encoding': 'chunked' }), 400],
    ['an invalid Content-Length', rawPost(QUERY, { 'content-length': '-1' }), 400],
    ['a header of 20 kB', rawPost(QUERY, { 'x-a': 'a'.repeat(20_000) }), 431],
    ['a header folded over two lines', rawPost(QUERY, { 'x-a': 'a\r\n b' }), 400],
    ['a bare line feed', rawPost(QUERY, { 'x-a': 'a\nx-b: c' }), 400],
    ['another path', rawPost(QUERY, {}, '/graphql/../admin'), 404],
    ['an encoded path', rawPost(QUERY, {}, '/%67raphql/%2e%2e'), 404],
    ['a path below', rawPost(QUERY, {}, '/graphql/x'), 404],
    ['bytes that are not HTTP', '\u0016\u0003\u0001\r\n\r\n', 400],
  ] as const)('The server refuses a request with %s and serves the next caller', async ([, text, status]) => {
    await using target = await startTarget()
    const answer = await sendRaw(target.product.url, text)
    expect(answer.status).toBe(status)
    expect(answer.body).not.toMatch(/ at |node_modules|\.ts/)
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })

  test('The gateway serves the next caller after a client stops within a request', async () => {
    await using target = await startTarget()
    for (const sent of [10, 60, 140]) {
      const socket = await openSocket(target.product.url)
      socket.write(rawPost(QUERY).slice(0, sent))
      socket.end()
      await readToEnd(socket)
    }
    expect(await target.verifyAndTakeRequests()).toEqual([])
  })
})
