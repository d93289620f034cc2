import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { type Product, startProduct } from '../../support/product.ts'

const LIST = '{ appointments(first: 3) { nodes { restId title } } }'

function get({ url }: { readonly url: string }, query: string, headers: Record<string, string> = {}) {
  return fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { 'x-graphql-yoga-csrf': '1', accept: 'application/json', ...headers },
  })
}

async function tagOf(product: Product, query = LIST): Promise<string> {
  return (await get(product, query)).headers.get('etag') ?? ''
}

describe('A query by GET', () => {
  test('Its answer has an ETag, and only a private cache may store it', async () => {
    await using product = await startProduct()
    const { status, headers } = await get(product, LIST)
    expect(status).toBe(200)
    expect(headers.get('etag')).toMatch(/^W\/"[\w-]{43}"$/)
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('vary')).toContain('Authorization')
  })

  test('A request with its ETag gets 304 without a body while nothing has changed', async () => {
    await using product = await startProduct()
    const tag = await tagOf(product)
    for (const condition of [tag, tag.replace('W/', ''), `"other", ${tag}`, '*']) {
      const again = await get(product, LIST, { 'if-none-match': condition })
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag])
      expect(again.headers.get('x-upstream-requests')).toBe('0')
      expect(again.headers.get('content-type')).toBeNull()
    }
    expect(product.takeRequests()).toHaveLength(1)
  })

  test('The same data has the same ETag after another upstream read', async () => {
    let now = Date.parse('2026-01-05T12:00:00Z')
    const clock = () => now
    await using product = await startProduct({ gateway: { now: clock, monotonic: clock } })
    const tag = await tagOf(product)
    now += 60_000
    const again = await get(product, LIST, { 'if-none-match': tag })
    expect(again.status).toBe(304)
    expect(product.takeRequests()).toHaveLength(2)
  })

  test('Once the data has changed, the response is 200 with another ETag', async () => {
    await using product = await startProduct()
    const tag = await tagOf(product)
    const { data } = await product.query(LIST)
    const id = data.appointments.nodes[0].restId
    await product.query(
      `mutation { updateAppointment(input: { id: "${id}", title: "New" }) { clientMutationId } }`,
    )
    const again = await get(product, LIST, { 'if-none-match': tag })
    expect(again.status).toBe(200)
    expect(again.headers.get('etag')).not.toBe(tag)
    expect(await again.text()).toContain('New')
  })

  test('An answer with an error has no ETag, and the answer to a POST has none', async () => {
    await using product = await startProduct()
    const failed = await get(product, '{ appointment(id: "../x") { title } }')
    expect([failed.headers.get('etag'), failed.headers.get('cache-control')]).toEqual([
      null,
      'private, no-store',
    ])
    const posted = await product.query(LIST)
    expect([posted.headers.get('etag'), posted.headers.get('cache-control')]).toEqual([
      null,
      'private, no-store',
    ])
  })

  test('Without the guard header a request is refused, with or without an ETag', async () => {
    await using product = await startProduct()
    const tag = await tagOf(product)
    const url = `${product.url}/graphql?query=${encodeURIComponent(LIST)}`
    const refused = await fetch(url, { headers: { 'if-none-match': tag, accept: 'application/json' } })
    expect(refused.status).toBe(403)
  })

  test('A page of a listed origin may send and read the ETag', async () => {
    const origin = 'https://clinic.example'
    await using gateway = await startGateway({ url: 'http://127.0.0.1:1', key: 'k', corsOrigins: [origin] })
    const { headers } = await fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    })
    expect(headers.get('access-control-allow-headers')).toContain('if-none-match')
  })
})
