import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Product, startProduct } from '../../support/product.ts'
import { rawGet } from '../../support/raw.ts'

const NOON = Date.parse('2026-01-05T12:00:00Z')
const HTML = { accept: 'text/html,application/xhtml+xml' }
const FIND = 'query Find($id: ID!) { appointment(id: $id) { title } }'

/** The status of a GET with this `Host`, which `fetch` does not allow to set. */
function statusFor({ url }: Product, host: string, path = '/'): Promise<number | undefined> {
  return new Promise((resolve, reject) =>
    request(url + path, { headers: { host } }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end(),
  )
}

describe('The start page', () => {
  test('Its figures cost nothing, and contain only the names and costs of operations', async () => {
    await using product = await startProduct({
      sandbox: { rateLimit: 1000, clock: () => new Date(NOON) },
      gateway: { now: () => NOON },
    })
    const { data } = await product.query('query Day { appointments(first: 1) { nodes { id } } }')
    const { id } = data.appointments.nodes[0]
    for (let nth = 0; nth < 25; nth += 1) await product.query(FIND, { id })
    product.takeRequests()
    const response = await fetch(product.url)
    const figures = await response.json()
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(figures).toMatchObject({
      quota: { limit: 1000, remaining: 998, forecast: null },
      upstream: 'answering',
      totals: { operations: 26, sent: 2, saved: 24 },
    })
    expect(figures.operations).toHaveLength(20)
    const names = [
      'at',
      'codes',
      'durationMs',
      'joined',
      'kind',
      'name',
      'remembered',
      'repeated',
      'requests',
      'stale',
    ]
    for (const operation of figures.operations) expect(Object.keys(operation).sort()).toEqual(names)
    expect(JSON.stringify(figures)).not.toContain(id)
    expect(product.takeRequests()).toEqual([])
  })

  test('The page loads its files from the gateway, and sends requests to no other host', async () => {
    await using product = await startProduct()
    const page = await fetch(product.url, { headers: HTML })
    const html = await page.text()
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'")
    expect(page.headers.get('vary')?.split(', ')).toContain('Accept')
    const files = html.match(/\?file=[\w./-]+/g) ?? []
    expect(files.length).toBeGreaterThan(10)
    for (const file of files) expect((await fetch(`${product.url}/${file}`)).status).toBe(200)
    for (const file of ['?file=package.json', '?file=../package.json', '?file=docs/../package.json'])
      expect((await fetch(`${product.url}/${file}`)).status).toBe(404)
    const icon = await fetch(`${product.url}/favicon.ico`)
    expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  })

  test('Its links work behind any prefix, and the API link is for this machine only', async () => {
    await using product = await startProduct({ gateway: { sampleData: true } })
    const linksIn = (html: string) => [...html.matchAll(/<li><a href="([^"?]*)"/g)].map(([, link]) => link)
    const api = `${product.upstream.url}/docs`
    const { url } = product
    const page = async (host: string) => (await rawGet(url, { ...HTML, host })).body.toString()
    expect(linksIn(await page('localhost:4000'))).toEqual(['./graphql', './desk', api])
    expect(linksIn(await page('clinic.example'))).toEqual(['./graphql', './desk'])
    // As within a container, where a loopback name does not lead to the host.
    const request = new Request('http://localhost:4000/', { headers: HTML })
    expect(linksIn(await (await product.fetch(request)).text())).toEqual(['./graphql', './desk'])
  })

  test('It exists in development only, and on this machine only where callers are open', async () => {
    await using production = await startProduct({ gateway: { development: false } })
    expect(await (await fetch(production.url, { headers: HTML })).text()).not.toContain('The last operations')
    await using open = await startProduct({ gateway: { loopbackOnly: true } })
    expect(await statusFor(open, 'localhost:4000')).toBe(200)
    expect(await statusFor(open, 'elsewhere.example')).toBe(302)
    expect(await statusFor(open, 'localhost:4000', '//')).toBe(302)
  })

  test('Where callers send their own keys it shows no quota', async () => {
    await using product = await startProduct({ sandbox: { rateLimit: 1000 }, gateway: { key: null } })
    await product.query(
      '{ appointments(first: 1) { nodes { id } } }',
      {},
      {
        authorization: `Bearer ${product.upstream.key}`,
      },
    )
    const figures = await (await fetch(product.url)).json()
    expect([figures.quota, figures.totals.sent]).toEqual([null, 1])
  })
})
