import { createHook } from 'node:async_hooks'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { request } from 'undici'
import { describe, expect, test } from 'vitest'
import type { GatewayClient } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'

const PAGE = '{ appointments(first: 40) { nodes { restId title startTime } } }'
const SMALL = '{ appointments(first: 1) { nodes { restId } } }'
const GUARDED = { 'x-graphql-yoga-csrf': '1', accept: 'application/json' }

/** The response as sent, and its text. */
async function post(
  { url }: Pick<GatewayClient, 'url'>,
  query: string,
  headers: Readonly<Record<string, string>>,
) {
  const { headers: received, body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  const bytes = Buffer.from(await body.arrayBuffer())
  return { headers: received, bytes, text: unpack(bytes, received['content-encoding']) }
}

function unpack(bytes: Buffer, coding: unknown): string {
  if (coding === 'br') return brotliDecompressSync(bytes).toString()
  return (coding === 'gzip' ? gunzipSync(bytes) : bytes).toString()
}

/** Counts the compressions of this process that begin during `work`. */
async function compressionsDuring(work: () => Promise<unknown>): Promise<number> {
  let count = 0
  const hook = createHook({
    init(_id, type) {
      if (type === 'ZLIB') count += 1
    },
  }).enable()
  try {
    await work()
  } finally {
    hook.disable()
  }
  return count
}

describe('Compression', () => {
  test('An answer has the coding that its client prefers', async () => {
    await using product = await startProduct({ gateway: { development: false } })
    const plain = await post(product, PAGE, {})
    expect(plain.bytes.length).toBeGreaterThan(1024)
    for (const [accepted, coding] of [
      ['br', 'br'],
      ['gzip', 'gzip'],
      ['GZip', 'gzip'],
      ['gzip, deflate, br', 'gzip'],
      ['br;q=0.5, gzip', 'gzip'],
      ['gzip;q=0.2, br;q=0.3', 'br'],
      ['gzip;q=0, *', 'br'],
      ['br;q=0, gzip;q=0, *', undefined],
      ['*', 'br'],
      ['identity', undefined],
      ['identity, gzip;q=0.5', undefined],
      ['gzip;q=0', undefined],
      ['zstd, deflate', undefined],
      ['zstd, identity;q=0', undefined],
      ['', undefined],
    ] as const) {
      const { headers, bytes, text } = await post(product, PAGE, { 'accept-encoding': accepted })
      expect([accepted, headers['content-encoding']]).toEqual([accepted, coding])
      expect(text).toBe(plain.text)
      expect(headers['content-length']).toBe(String(bytes.length))
      if (coding !== undefined) expect(bytes.length).toBeLessThan(plain.bytes.length / 2)
      expect(headers.vary).toContain('Accept-Encoding')
    }
    expect(product.takeRequests()).toHaveLength(1)
  })

  test('An answer of up to a kilobyte is not compressed, unless its client refuses that', async () => {
    await using product = await startProduct()
    const plain = await post(product, SMALL, { 'accept-encoding': 'gzip, br' })
    expect(plain.headers['content-encoding']).toBeUndefined()
    const refused = await post(product, SMALL, { 'accept-encoding': 'gzip, identity;q=0' })
    expect(refused.headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(refused.text).data).toEqual(JSON.parse(plain.text).data)
  })

  test('An answer with errors is compressed too', async () => {
    await using product = await startProduct()
    const aliases = Array.from({ length: 30 }, (_, nth) => `a${nth}: appointment(id: "..") { title }`)
    const { headers, text } = await post(product, `{ ${aliases.join(' ')} }`, { 'accept-encoding': 'br' })
    expect(headers['content-encoding']).toBe('br')
    expect(JSON.parse(text).errors).toHaveLength(30)
  })

  test('A cached answer is compressed once, until it has changed', async () => {
    await using product = await startProduct({ gateway: { development: false } })
    const ask = () => post(product, PAGE, { 'accept-encoding': 'gzip' })
    // The decompression of each answer by the test counts too.
    expect(await compressionsDuring(ask)).toBe(2)
    expect(await compressionsDuring(ask)).toBe(1)
    const { text } = await ask()
    const id = JSON.parse(text).data.appointments.nodes[0].restId
    const rename = `mutation { updateAppointment(input: { id: "${id}", title: "New" }) { clientMutationId } }`
    await post(product, rename, {})
    expect(await compressionsDuring(ask)).toBe(2)
    expect((await ask()).text).toContain('"New"')
  })

  test('Concurrent requests for the same answer share one compression', async () => {
    await using product = await startProduct({ gateway: { development: false } })
    await post(product, PAGE, {})
    const ask = () => post(product, PAGE, { 'accept-encoding': 'br' })
    const answers = 8
    const compressions = await compressionsDuring(() => Promise.all(Array.from({ length: answers }, ask)))
    expect(compressions).toBe(1 + answers)
  })

  test('In development each answer reports its own cost, compressed or not', async () => {
    await using product = await startProduct()
    const costs: number[] = []
    for (let nth = 0; nth < 3; nth += 1) {
      const { text } = await post(product, PAGE, { 'accept-encoding': 'gzip' })
      costs.push(JSON.parse(text).extensions.upstream.requests)
    }
    expect(costs).toEqual([1, 0, 0])
  })

  test('The ETag is the same in each coding, and 304 and HEAD have no body', async () => {
    await using product = await startProduct()
    const url = `${product.url}/graphql?query=${encodeURIComponent(PAGE)}`
    const get = (method: 'GET' | 'HEAD', headers: Readonly<Record<string, string>>) =>
      request(url, { method, headers: { ...GUARDED, ...headers } })
    const tags = new Set<unknown>()
    for (const accepted of ['br', 'gzip', 'identity']) {
      const { headers, body } = await get('GET', { 'accept-encoding': accepted })
      await body.dump()
      tags.add(headers.etag)
    }
    expect(tags.size).toBe(1)
    const tag = String([...tags][0])
    const again = await get('GET', { 'accept-encoding': 'br', 'if-none-match': tag })
    expect([again.statusCode, await again.body.text()]).toEqual([304, ''])
    expect(again.headers['content-encoding']).toBeUndefined()
    expect(again.headers.vary).toContain('Accept-Encoding')
    const head = await get('HEAD', { 'accept-encoding': 'br' })
    expect([head.statusCode, head.headers['content-encoding'], await head.body.text()]).toEqual([
      200,
      'br',
      '',
    ])
  })

  test.for(['text/event-stream', 'multipart/mixed'])(
    'No stream is compressed or tagged (%s)',
    async (accept) => {
      await using product = await startProduct({ gateway: { development: false } })
      await post(product, PAGE, {})
      const { headers, body } = await request(`${product.url}/graphql?query=${encodeURIComponent(PAGE)}`, {
        headers: { ...GUARDED, accept, 'accept-encoding': 'gzip, br' },
      })
      const text = await body.text()
      expect(headers['content-type']).toContain(accept)
      expect(text.length).toBeGreaterThan(1024)
      expect(text).toContain('{"data":{"appointments":')
      expect(headers.etag).toBeUndefined()
    },
  )

  test('A host that calls `fetch` gets the same compressed answers', async () => {
    await using product = await startProduct({ gateway: { development: false } })
    const requestBy = (method: string) =>
      new Request(`http://host/graphql?query=${encodeURIComponent(PAGE)}`, {
        method,
        headers: { ...GUARDED, 'accept-encoding': 'gzip' },
      })
    const response = await product.fetch(requestBy('GET'))
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(response.headers.get('content-length')).toBe(String(bytes.length))
    expect(
      JSON.parse(unpack(bytes, response.headers.get('content-encoding'))).data.appointments.nodes,
    ).toHaveLength(40)
    const head = await product.fetch(requestBy('HEAD'))
    expect([head.headers.get('content-encoding'), await head.text()]).toEqual(['gzip', ''])
  })
})
