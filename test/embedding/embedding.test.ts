import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import fastify from 'fastify'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { AppointmentsDocument, createClient } from '../../src/client/index.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { createGateway, type GatewayOptions } from '../../src/server/gateway.ts'

async function startEmbedded(options: Partial<GatewayOptions> = {}) {
  const sandbox = await startSandbox({ rateLimit: 0 })
  const gateway = createGateway({ url: sandbox.url, key: sandbox.key, ...options })
  return {
    ...gateway,
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await sandbox.close()
    },
  }
}

async function askFirst(url: string, headers: Readonly<Record<string, string>> = {}) {
  const client = createClient({ url, headers })
  const { data, upstreamRequests } = await client.ask(AppointmentsDocument, { first: 3 })
  return { rows: data?.appointments?.nodes.length, upstreamRequests }
}

test('Hono passes its request to `gateway.fetch`', async () => {
  await using gateway = await startEmbedded()
  const app = new Hono()
  app.on(['GET', 'POST'], '/graphql', (context) => gateway.fetch(context.req.raw))
  app.get('/', (context) => context.text('the rest of the site'))
  const { promise, resolve } = Promise.withResolvers<AddressInfo>()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, resolve)
  const url = `http://127.0.0.1:${(await promise).port}`
  expect(await askFirst(`${url}/graphql`)).toEqual({ rows: 3, upstreamRequests: 1 })
  expect(await (await fetch(url)).text()).toBe('the rest of the site')
  await new Promise((done) => server.close(done))
})

test("Fastify passes Node's request and response to the handler, the body unread", async () => {
  await using gateway = await startEmbedded()
  const app = fastify()
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
    scope.route({
      method: ['GET', 'POST'],
      url: '/graphql',
      handler(request, reply) {
        reply.hijack()
        gateway.handler(request.raw, reply.raw)
      },
    })
  })
  app.post('/rest-of-the-site', async (request) => request.body)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  expect(await askFirst(`${url}/graphql`)).toEqual({ rows: 3, upstreamRequests: 1 })
  const echo = await fetch(`${url}/rest-of-the-site`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"read":true}',
  })
  expect(await echo.json()).toEqual({ read: true })
  await app.close()
})

test('Next.js exports `gateway.fetch` as the GET and POST of a route', async () => {
  await using gateway = await startEmbedded({ endpoint: '/api/graphql', development: true })
  const { fetch: GET, fetch: POST } = gateway
  const url = 'http://localhost/api/graphql'
  const answer = await POST(
    new Request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ appointments(first: 3) { nodes { id } } }' }),
    }),
  )
  expect(answer).toBeInstanceOf(Response)
  expect(answer.headers.get('x-upstream-requests')).toBe('1')
  expect((await answer.json()).data.appointments.nodes).toHaveLength(3)

  const page = await GET(new Request(url, { headers: { accept: 'text/html' } }))
  const asset = url + /\?graphiql=[\w-]+\.js/.exec(await page.text())?.[0]
  const script = await GET(new Request(asset))
  expect(script.headers.get('content-type')).toContain('javascript')
  const again = { 'if-none-match': script.headers.get('etag') ?? '' }
  expect((await GET(new Request(asset, { headers: again }))).status).toBe(304)
})
