import { describe, expect, test } from 'vitest'
import { type GatewayClient, startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'

const GUARD = { 'x-graphql-yoga-csrf': '1' }

const PROBED: readonly (readonly [what: string, path: string, headers: Record<string, string>])[] = [
  ['/health', '/health', {}],
  ['/ready', '/ready', {}],
  ['a query', '/graphql?query={__typename}', GUARD],
  ['a query without the header of the guard', '/graphql?query={__typename}', {}],
  ['the icon', '/favicon.ico', {}],
  ['GraphiQL', '/graphql', { accept: 'text/html' }],
  ['another path', '/nowhere', {}],
]

/** The two ways into the gateway. */
function waysInto(gateway: GatewayClient) {
  return [(request: Request) => fetch(request), gateway.fetch]
}

async function read(response: Response) {
  const { status, headers } = response
  return { status, type: headers.get('content-type'), body: await response.text() }
}

describe('A probe', () => {
  test.for(PROBED)('HEAD answers as GET does, without the body: %s', async ([, path, headers]) => {
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    for (const ask of waysInto(gateway)) {
      const get = await read(await ask(new Request(gateway.url + path, { headers })))
      const head = await read(await ask(new Request(gateway.url + path, { method: 'HEAD', headers })))
      expect(head).toEqual({ ...get, body: '' })
    }
  })

  test.for(PROBED)('A trailing slash of the path changes nothing: %s', async ([, path, headers]) => {
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    const withSlash = path.replace(/^[^?]+/, '$&/')
    for (const ask of waysInto(gateway))
      for (const method of ['GET', 'HEAD']) {
        const plain = await read(await ask(new Request(gateway.url + path, { method, headers })))
        expect(await read(await ask(new Request(gateway.url + withSlash, { method, headers })))).toEqual(
          plain,
        )
      }
  })

  test('A probe may have a query string, and a query may end as the path of a probe', async () => {
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    for (const path of ['/health', '/ready'])
      expect((await fetch(`${gateway.url}${path}?from=balancer`)).status).toBe(200)
    const query = await fetch(`${gateway.url}/graphql?query={__typename}&from=/health`, {
      headers: GUARD,
    })
    expect(await query.json()).toMatchObject({ data: { __typename: 'Query' } })
  })

  test('HEAD runs no mutation', async () => {
    await using product = await startProduct({ sandbox: { seed: 1 } })
    const { data } = (await product.rest('GET', '/appointments')).body
    const query = `mutation{cancelAppointment(input:{id:"${data[0].id}"}){performedAt}}`
    for (const ask of waysInto(product)) {
      const url = `${product.url}/graphql?query=${encodeURIComponent(query)}`
      const response = await ask(new Request(url, { method: 'HEAD', headers: GUARD }))
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    }
    expect(product.takeRequests()).toEqual([])
  })
})
