import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'

const JSON_BODY = { 'content-type': 'application/json' }
const QUERY = '{"query":"{ __typename }"}'

interface Refused {
  readonly path?: string
  readonly init: RequestInit
  readonly status: number
  readonly allow?: string
}

const REFUSED: Readonly<Record<string, Refused>> = {
  'another path': { path: '/nowhere', init: {}, status: 404 },
  'a POST to another path': {
    path: '/nowhere',
    init: { method: 'POST', headers: JSON_BODY, body: QUERY },
    status: 404,
  },
  'an unknown script of GraphiQL': { path: '/graphql?graphiql=x', init: {}, status: 404 },
  'another method': { init: { method: 'PUT', body: QUERY }, status: 405, allow: 'GET, POST' },
  'a mutation by GET': {
    path: '/graphql?query=mutation{x:__typename}',
    init: { headers: { 'x-graphql-yoga-csrf': '1' } },
    status: 405,
    allow: 'POST',
  },
  'another content type': {
    init: { method: 'POST', headers: { 'content-type': 'application/graphql' }, body: QUERY },
    status: 415,
  },
}

const ACCEPTED = ['application/json', 'application/graphql-response+json', '*/*'] as const

describe('A refusal of the HTTP request', () => {
  test.for(Object.keys(REFUSED))('It has a JSON body with a code: %s', async (name) => {
    const { path = '/graphql', init, status, allow = null } = REFUSED[name] as Refused
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    for (const accept of ACCEPTED) {
      const headers = { ...(init.headers as Record<string, string>), accept }
      const request = new Request(gateway.url + path, { ...init, headers })
      for (const response of [await gateway.fetch(request.clone()), await fetch(request)]) {
        const expectedType = accept === '*/*' ? response.headers.get('content-type')?.split(';')[0] : accept
        expect([response.status, response.headers.get('content-type')]).toEqual([
          status,
          `${expectedType}; charset=utf-8`,
        ])
        expect(response.headers.get('allow')).toBe(allow)
        const { errors } = await response.json()
        expect(errors).toEqual([{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }])
      }
    }
  })

  test.for(['text/html', 'application/json; charset=iso-8859-1', 'application/xml, image/*'])(
    'A write is not sent upstream where its Accept matches no response: %s',
    async (accept) => {
      await using product = await startProduct({ sandbox: { seed: 1 } })
      const { data } = (await product.rest('GET', '/appointments')).body
      const query = `mutation { cancelAppointment(input: { id: "${data[0].id}" }) { performedAt } }`
      const response = await fetch(`${product.url}/graphql`, {
        method: 'POST',
        headers: { ...JSON_BODY, accept },
        body: JSON.stringify({ query }),
      })
      expect([response.status, response.headers.get('cache-control')]).toEqual([406, 'private, no-store'])
      expect((await response.json()).errors).toEqual([
        { message: expect.stringContaining('application/json'), extensions: { code: 'BAD_REQUEST' } },
      ])
      expect(product.takeRequests()).toEqual([])
    },
  )

  test('A page of a listed origin may read the refusal', async () => {
    const origin = 'https://clinic.test'
    await using gateway = await startGateway({
      url: 'http://127.0.0.1:9',
      key: 'k',
      corsOrigins: [origin],
    })
    const response = await fetch(`${gateway.url}/nowhere`, { headers: { origin } })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([404, origin])
    expect((await response.json()).errors).toHaveLength(1)
  })
})
