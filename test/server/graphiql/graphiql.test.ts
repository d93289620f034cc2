import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { rawGet } from '../../support/raw.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

interface Tab {
  readonly query: string
  readonly variables: string
  readonly headers: string
}

const HTML = { accept: 'text/html,application/xhtml+xml' }

async function openPage(url: string) {
  const response = await fetch(`${url}/graphql`, { headers: HTML })
  const html = await response.text()
  const { tabs } = JSON.parse(/ id="explorer">(.*)<\/script>/.exec(html)?.[1] ?? '{"tabs":[]}') as {
    readonly tabs: readonly Tab[]
  }
  const assets = [...new Set(html.match(/\?graphiql=[\w-]+\.\w+/g))].map((query) => `${url}/graphql${query}`)
  return { response, html, tabs, assets }
}

describe('The page of GraphiQL', () => {
  test('The page costs one list of sample data, and nothing while that is cached', async () => {
    await using product = await startProduct({ gateway: { sampleData: true } })
    const first = await openPage(product.url)
    expect(product.takeRequests()).toEqual([
      expect.stringMatching(/^GET \/appointments\?date_gte=.*&date_lte=.*&limit=28&offset=0$/),
    ])
    expect(first.response.headers.get('x-upstream-requests')).toBe('1')
    const second = await openPage(product.url)
    expect(product.takeRequests()).toEqual([])
    expect(second.response.headers.get('x-upstream-requests')).toBe('0')
    expect(second.html).toBe(first.html)
  })

  test('With loopback names only, only requests to these get rows in the tour', async () => {
    await using product = await startProduct({ gateway: { sampleData: true, loopbackOnly: true } })
    const foreign = await rawGet(`${product.url}/graphql`, { ...HTML, host: 'elsewhere.test' })
    expect(foreign.body.toString()).toContain('the id of an appointment')
    expect(product.takeRequests()).toEqual([])
    const { html, response } = await openPage(product.url)
    expect(html).not.toContain('the id of an appointment')
    expect(response.headers.get('x-upstream-requests')).toBe('1')
  })

  test('Over real data the page costs nothing, and no tab can change anything as given', async () => {
    await using product = await startProduct()
    const { tabs } = await openPage(product.url)
    for (const { query, variables } of tabs.filter((tab) => tab.query.includes('mutation'))) {
      const { errors } = await product.query(query, JSON.parse(variables))
      expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']))
    }
    expect(product.takeRequests()).toEqual([])
  })

  test('The first tab runs without an error over an empty database', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 }, gateway: { sampleData: true } })
    const { tabs } = await openPage(product.url)
    const [day] = tabs
    const { data, errors } = await product.query(day?.query ?? '', JSON.parse(day?.variables ?? ''))
    expect([data.appointments.nodes, errors]).toEqual([[], undefined])
  })

  test('The gateway serves the page while the upstream is down', async () => {
    const upstream = await startScriptedUpstream(() => ({ body: {} }))
    await upstream[Symbol.asyncDispose]()
    await using gateway = await startGateway({ url: upstream.url, key: 'k', sampleData: true })
    const { response, tabs } = await openPage(gateway.url)
    expect([response.status, tabs.length]).toEqual([200, 8])
  })

  test('The page has a field for the key of the caller in pass-through mode only', async () => {
    await using open = await startProduct()
    await using passThrough = await startProduct({ gateway: { key: null } })
    const headersOf = async (url: string) => (await openPage(url)).tabs.map(({ headers }) => headers)
    expect(new Set(await headersOf(open.url))).toEqual(new Set(['']))
    const [headers] = await headersOf(passThrough.url)
    expect(JSON.parse(headers ?? '')).toEqual({ Authorization: 'Bearer <your key>' })
    // The placeholder is no valid credential, so the gateway does not send it upstream.
    const { errors } = await passThrough.query(
      '{ appointments { totalCount } }',
      {},
      JSON.parse(headers ?? ''),
    )
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(passThrough.takeRequests()).toEqual([])
  })

  test('The page may send requests to its own origin only, and forbids frames', async () => {
    await using product = await startProduct()
    const { response, html } = await openPage(product.url)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'; connect-src 'self'")
    expect(policy).toContain("script-src 'self'; ")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(html).not.toMatch(/(?:src|href)="https?:/)
  })

  test('The page is absent in production, and for a client that accepts JSON', async () => {
    await using production = await startProduct({ gateway: { development: false } })
    await using product = await startProduct()
    expect((await openPage(production.url)).html).not.toContain('explorer')
    const answer = await fetch(`${product.url}/graphql?query={__typename}`, {
      headers: { accept: 'application/json', 'x-graphql-yoga-csrf': '1' },
    })
    expect(await answer.json()).toMatchObject({ data: { __typename: 'Query' } })
  })
})

describe('The scripts of GraphiQL', () => {
  test('The gateway compresses the scripts for clients that accept gzip only', async () => {
    await using product = await startProduct()
    const { assets } = await openPage(product.url)
    expect(assets).toHaveLength(6)
    for (const url of [...assets, `${product.url}/graphql`]) {
      const packed = await rawGet(url, { ...HTML, 'accept-encoding': 'br, gzip' })
      expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding, Origin' })
      for (const refusal of [{}, { 'accept-encoding': 'gzip;q=0, *' }]) {
        const plain = await rawGet(url, { ...HTML, ...refusal })
        expect(plain.headers).not.toHaveProperty('content-encoding')
        expect(plain.body.equals(gunzipSync(packed.body))).toBe(true)
      }
    }
  })

  test('Browsers may cache a script for a year under the URL of its version', async () => {
    await using product = await startProduct()
    const { assets } = await openPage(product.url)
    const [asset = ''] = assets
    const { headers } = await fetch(asset)
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await fetch(asset.replace(/=./, '=_'))).status).toBe(404)
    const again = await fetch(asset, { headers: { 'if-none-match': headers.get('etag') ?? '' } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })
})
