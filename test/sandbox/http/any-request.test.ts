import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sandboxFor } from '../client.ts'
import { type ApiDocument, responseSchema } from '../document.ts'

const ROUTES = [
  [/^\/appointments(\?|$)/, '/appointments'],
  [/^\/appointments\/[^/?]+(\?|$)/, '/appointments/{id}'],
  [/^\/appointments\/[^/?]+\/cancel(\?|$)/, '/appointments/{id}/cancel'],
  [/^\/clinician-profiles(\?|$)/, '/clinician-profiles'],
  [/^\/clinician-profiles\/[^/?]+(\?|$)/, '/clinician-profiles/{id}'],
  [/^\/patients(\?|$)/, '/patients'],
  [/^\/patients\/[^/?]+(\?|$)/, '/patients/{id}'],
  [/^\/webhooks(\?|$)/, '/webhooks'],
  [/^\/webhooks\/[^/?]+(\?|$)/, '/webhooks/{id}'],
  [/^\/webhooks\/[^/?]+\/test(\?|$)/, '/webhooks/{id}/test'],
] as const
const WORDS = [
  'limit',
  'offset',
  'patient_id',
  'status',
  'status_in',
  'date_gte',
  'date_lte',
  'title',
  'start_time',
  'end_time',
  'is_remote',
  'search',
  'first_name',
  'last_name',
  'date_of_birth',
  'url',
  'events',
  'is_active',
  'http://127.0.0.1:9/',
  '__proto__',
  'constructor',
  'pending',
  'confirmed',
  '10',
  '-1',
  '',
  '2025-01-20',
  '2025-01-20T14:00:00Z',
  '%00',
  '%',
  '%zz',
  '%f0%9f',
  '&&',
  '..',
  'ünï',
  "'; DROP TABLE appointments; --",
]

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string())
const path = fc.oneof(
  fc.constant('/appointments'),
  word.map((id) => `/appointments/${encodeURIComponent(id.toWellFormed())}`),
  word.map((id) => `/appointments/${encodeURIComponent(id.toWellFormed())}/cancel`),
  fc.constantFrom('/clinician-profiles', '/patients'),
  word.map((id) => `/patients/${encodeURIComponent(id.toWellFormed())}`),
  fc.constant('/webhooks'),
  word.map((id) => `/webhooks/${encodeURIComponent(id.toWellFormed())}`),
  word.map((id) => `/webhooks/${encodeURIComponent(id.toWellFormed())}/test`),
  fc.webPath(),
)
const query = fc.oneof(
  fc.constant(''),
  fc.array(fc.tuple(word, word), { maxLength: 4 }).map(
    (pairs) =>
      `?${encodeURI(
        pairs
          .map((pair) => pair.join('='))
          .join('&')
          .toWellFormed(),
      )}`,
  ),
  fc.webQueryParameters().map((parameters) => `?${parameters}`),
)
const body = fc.oneof(
  fc.constant(''),
  fc.json(),
  fc.string(),
  fc.dictionary(word, fc.oneof(word, fc.jsonValue()), { maxKeys: 6 }).map((value) => JSON.stringify(value)),
)
const anyRequest = fc.record({
  method: fc.constantFrom(
    'GET',
    'GET',
    'POST',
    'POST',
    'PATCH',
    'PUT',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'QUERY',
  ),
  target: fc.tuple(path, query).map((parts) => parts.join('')),
  headers: fc.record(
    {
      authorization: fc.oneof(
        { weight: 5, arbitrary: fc.constant('Bearer pk_test_sandbox') },
        fc.constantFrom('', 'Bearer', 'x y'),
      ),
      'content-type': fc.constantFrom(
        'application/json',
        'application/json; charset=utf-8',
        'text/plain',
        '',
        'application/json;;',
      ),
      'idempotency-key': fc.oneof(fc.uuid(), fc.constantFrom('', 'x')),
      'transfer-encoding': fc.constant('chunked'),
      expect: fc.constant('100-continue'),
      host: fc.constantFrom('localhost', 'x:99999', '[', 'a b'),
    },
    { requiredKeys: ['authorization'] },
  ),
  body,
})

test('The response to any request matches the OpenAPI document', async () => {
  const faults: unknown[] = []
  const { call, url } = await sandboxFor({ seed: 20, rateLimit: 0, onError: (error) => faults.push(error) })
  const document: ApiDocument = (await call('GET /openapi.json')).body
  await fc.assert(
    fc.asyncProperty(anyRequest, async ({ method, target, headers, body }) => {
      const sent = request(url + target, { method, headers: { host: new URL(url).host, ...headers } })
      sent.end(method === 'TRACE' || method === 'HEAD' ? undefined : body)
      const [response] = await once(sent, 'response')
      const received = await text(response)
      const status: number = response.statusCode
      expect(faults).toEqual([])
      expect(response.headers['x-request-id']).toMatch(/^req_/)
      if (method === 'HEAD') {
        expect(received).toBe('')
        return
      }
      const envelope = JSON.parse(received)
      expect(envelope.meta.request_id).toBe(response.headers['x-request-id'])
      // Two dots in place of an id resolve to the start page, which is not in the document.
      if (status === 200 && new URL(target, url).pathname === '/') {
        expect(Object.keys(envelope.data)).toEqual(['documentation', 'document', 'health'])
        return
      }
      const route = ROUTES.find(([pattern]) => pattern.test(target))?.[1]
      const schema = route && responseSchema(document, `${method} ${route}`, status)
      if (schema) {
        expect(schema.safeParse(envelope).error).toBeUndefined()
        return
      }
      // The request is malformed or for no endpoint.
      expect([400, 401, 404, 405]).toContain(status)
      expect(envelope).toMatchObject({
        data: null,
        error: { code: expect.any(String), message: expect.any(String) },
      })
    }),
    { numRuns: 500 },
  )
}, 30_000)

test.each([
  ['an invalid Host', 'GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n'],
  ['an invalid host in the target', 'GET http://[/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['a target without a slash', 'GET appointments HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a backslash in the target', 'GET /\\appointments HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ['a negative length', 'POST /appointments HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
  [
    'two kinds of length',
    'POST /appointments HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['a header of 20 kB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['CONNECT', 'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['other text', 'not http at all\r\n\r\n'],
  ['control characters', '\u0000\u0001\u0002\r\n\r\n'],
])('The server answers %s with a 4xx in the envelope', async (_name, bytes) => {
  const { call, url } = await sandboxFor()
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  const answer = await text(socket)
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
  expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
    data: null,
    error: { code: 'VALIDATION_ERROR' },
  })
  expect((await call('GET /appointments')).status).toBe(200)
})

test('A client that disconnects within its body creates nothing and no error', async () => {
  const faults: unknown[] = []
  const { call, url } = await sandboxFor({ onError: (error) => faults.push(error) })
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const head = 'POST /appointments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer pk_test_sandbox\r\n'
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"title":`)
  await once(socket, 'connect')
  socket.destroy()
  await once(socket, 'close')
  expect((await call('GET /appointments')).body.data).toEqual([])
  expect(faults).toEqual([])
})
