import { createSchema, createYoga } from 'graphql-yoga'
import { describe, expect, test } from 'vitest'
import type { NodeContext } from '../../../src/server/http/node-handler.ts'
import { usePrivacy } from '../../../src/server/http/privacy.ts'
import { type Route, useRoutes } from '../../../src/server/http/routes.ts'
import { startGateway } from '../../support/gateway.ts'

const UPSTREAM = { url: 'http://127.0.0.1:9', key: 'k' }
const ORIGIN = 'https://clinic.test'
const HTML = { accept: 'text/html' }
const GUARD = { 'x-graphql-yoga-csrf': '1' }
const OPERATION = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"query":"{ __typename }"}',
}

/** The routes in front of a schema, without the other plugins of a gateway. */
function serve(...routes: readonly Route[]) {
  const schema = createSchema({ typeDefs: 'type Query { a: Int }' })
  const yoga = createYoga<NodeContext>({ schema, logging: false, plugins: [usePrivacy(), useRoutes(routes)] })
  return (path: string, init?: RequestInit) => yoga.fetch(new Request(`http://gateway.test${path}`, init))
}

function text(path: Route['path'], body: string | undefined, rest: Partial<Route> = {}): Route {
  const answer: Route['answer'] = ({ fetchAPI }) =>
    body === undefined ? undefined : new fetchAPI.Response(body)
  return { path, answer, ...rest }
}

describe('A route', () => {
  test('A text matches with a trailing slash too, a pattern only as it is', async () => {
    const get = serve(text('/text', 'text'), text(/^\/[ab]$/, 'pattern'))
    for (const path of ['/text', '/text/', '/text?query']) expect(await (await get(path)).text()).toBe('text')
    expect(await (await get('/a')).text()).toBe('pattern')
    for (const path of ['/text//', '/text/more', '/my/text', '/a/', '/TEXT'])
      expect((await get(path)).status).toBe(404)
  })

  test('Without an answer the request goes to the next route, and at last to GraphQL', async () => {
    const get = serve(
      text('/a', undefined),
      text('/a', 'second', { methods: ['GET'] }),
      text('/a', 'third'),
      text('/graphql', undefined),
    )
    expect(await (await get('/a')).text()).toBe('second')
    expect(await (await get('/a', { method: 'POST' })).text()).toBe('third')
    expect(await (await get('/graphql', OPERATION)).json()).toEqual({ data: { __typename: 'Query' } })
  })

  test('Its headers replace those of every response, and add to `vary`', async () => {
    const get = serve({
      path: '/page',
      answer({ fetchAPI, setHeaders }) {
        setHeaders({ vary: 'Accept', 'cache-control': 'no-cache' })
        return new fetchAPI.Response('page')
      },
    })
    const { headers } = await get('/page')
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(headers.get('vary')).toBe('Accept-Encoding, Origin, Accept')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect((await get('/other')).headers.get('cache-control')).toBe('private, no-store')
  })
})

describe('The routes of a gateway', () => {
  const webhooks = { secrets: [{ secret: `whsec_${'x'.repeat(32)}` }] }
  const metrics = async () => ({ text: 'up 1', contentType: 'text/plain' })
  const calendarSecrets = ['x'.repeat(32)]
  const ALL = { ...UPSTREAM, webhooks, metrics, calendarSecrets, corsOrigins: [ORIGIN] }
  const PATHS = [
    '/',
    '/health',
    '/ready',
    '/metrics',
    '/webhooks/appointments',
    '/calendar/token.ics',
    '/favicon.ico',
    '/graphql',
    '/desk',
  ]

  test.for(PATHS)('A preflight of %s is answered for a listed origin only', async (path) => {
    await using gateway = await startGateway(ALL)
    for (const [origin, allowed] of [
      [ORIGIN, ORIGIN],
      ['https://other.test', null],
    ] as const) {
      const response = await fetch(gateway.url + path, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, allowed])
    }
  })

  test('Pages are for GET, probes for any method, and other paths allow one method', async () => {
    await using gateway = await startGateway(ALL)
    const statuses = async (method: string) =>
      Object.fromEntries(
        await Promise.all(
          PATHS.map(async (path) => {
            const { status, headers } = await gateway.fetch(new Request(gateway.url + path, { method }))
            return [path, status === 405 ? `405 ${headers.get('allow')}` : status] as const
          }),
        ),
      )
    expect(await statuses('DELETE')).toEqual({
      '/': 404,
      '/health': 200,
      '/ready': 200,
      '/metrics': '405 GET',
      '/webhooks/appointments': '405 POST',
      '/calendar/token.ics': '405 GET',
      '/favicon.ico': 404,
      '/graphql': '405 GET, POST',
      '/desk': 404,
    })
  })

  test('No page is in the way of an operation where the endpoint is /', async () => {
    for (const development of [true, false]) {
      await using gateway = await startGateway({ ...UPSTREAM, development, endpoint: '/' })
      const answers = [
        await fetch(gateway.url, OPERATION),
        await fetch(`${gateway.url}/?query={__typename}`, { headers: GUARD }),
      ]
      for (const answer of answers)
        expect(await answer.json()).toMatchObject({ data: { __typename: 'Query' } })
      const page = await (await fetch(gateway.url, { headers: HTML })).text()
      expect(page.includes('explorer.js')).toBe(development)
    }
  })

  test('With an endpoint in a folder, its pages are in that folder, and the others stay', async () => {
    await using gateway = await startGateway({ ...UPSTREAM, development: false, graphiql: true, desk: true })
    await using nested = await startGateway({
      ...UPSTREAM,
      development: false,
      graphiql: true,
      desk: true,
      endpoint: '/api/graphql',
    })
    const read = async (url: string) => {
      const { status, headers } = await fetch(url, { headers: HTML, redirect: 'manual' })
      return [status, headers.get('location'), headers.get('content-type')]
    }
    for (const path of ['/graphql', '/desk', '/desk/'])
      expect(await read(`${nested.url}/api${path}`)).toEqual(await read(gateway.url + path))
    for (const path of ['/graphql', '/desk']) expect((await read(nested.url + path))[0]).toBe(404)
    expect(await read(nested.url)).toEqual([302, './api/graphql', null])
    expect(await read(`${nested.url}/health`)).toEqual(await read(`${gateway.url}/health`))
  })

  test('A fault in a route is answered without its stack, and reported once', async () => {
    const faults: unknown[] = []
    await using gateway = await startGateway({
      ...ALL,
      metrics: () => Promise.reject(new Error('secret')),
      tokens: null,
      reportFault: (fault) => faults.push(fault),
    })
    const response = await fetch(`${gateway.url}/metrics`, { headers: { authorization: 'Bearer k' } })
    expect([response.status, faults.length]).toEqual([500, 1])
    expect(await response.text()).not.toContain('secret')
  })
})
