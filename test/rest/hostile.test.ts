import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../support/scripted-upstream.ts'

const ROW = { id: 'a', title: 'A', status: 'pending', start_time: '2030-01-07T10:00:00Z' }
const ONE = '{ appointment(id: "a") { title } }'
const LIST =
  '{ appointments(first: 20) { nodes { restId title } edges { cursor } pageInfo { hasNextPage } totalCount } }'

function list(rows: readonly unknown[], meta: object): ScriptedAnswer {
  return { body: { data: rows, meta } }
}

type Script = ScriptedAnswer | ((response: ServerResponse) => void)

async function queryThrough(script: Script, document: string) {
  await using upstream = await startScriptedUpstream(() => script)
  await using gateway = await startGateway({ url: upstream.url, key: 'k', upstreamTimeoutMs: 5_000 })
  const answer = await gateway.query(document)
  const alive = await gateway.query('{ __typename }')
  expect(alive.data).toEqual({ __typename: 'Query' })
  return { ...answer, requests: upstream.requests.length }
}

describe('A hostile or broken upstream', () => {
  test.for<readonly [name: string, script: Script]>([
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<html></html>' }],
    ['HTML that says it is JSON', { body: '<html></html>' }],
    [
      'JSON that says it is HTML',
      { headers: { 'content-type': 'text/html' }, body: { data: ROW, meta: {} } },
    ],
    ['truncated JSON', { body: '{"data":{"id":"a"' }],
    ['null data', { body: { data: null, meta: {} } }],
    ['neither data nor an error', { body: {} }],
    ['an array', { body: [] }],
    ['a 204 without a body', { status: 204, body: '' }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' }],
    ['another appointment than the requested one', { body: { data: { ...ROW, id: 'b' }, meta: {} } }],
    [
      'a body of 64 MB',
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const chunk = Buffer.alloc(1024 * 1024, 0x20)
        let left = 64
        const more = () => {
          while (left-- > 0) if (!response.write(chunk)) return void response.once('drain', more)
          response.end()
        }
        response.on('error', () => {})
        more()
      },
    ],
  ])('The gateway reports UPSTREAM_INVALID_RESPONSE for %s after one request', async ([, script]) => {
    const { data, errors, requests } = await queryThrough(script, ONE)
    expect(data).toEqual({ appointment: null })
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['UPSTREAM_INVALID_RESPONSE'])
    expect(requests).toBe(1)
  })

  test('The gateway stops at an empty page that promises more rows', async () => {
    const { errors, requests } = await queryThrough(list([], { has_more: true, next_offset: 0 }), LIST)
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['UPSTREAM_INVALID_RESPONSE']),
    )
    expect(requests).toBeLessThanOrEqual(2)
  })

  test('The gateway bounds a count over an endless list', async () => {
    const { data, errors, requests } = await queryThrough(
      list([ROW], { has_more: true, next_offset: -5 }),
      LIST,
    )
    expect(data.appointments.nodes).toEqual([{ restId: 'a', title: 'A' }])
    expect(data.appointments.totalCount).toBeNull()
    expect(errors).toMatchObject([
      { path: ['appointments', 'totalCount'], extensions: { code: 'UPSTREAM_INVALID_RESPONSE' } },
    ])
    expect(requests).toBeLessThanOrEqual(33)
  })

  test('The gateway cuts a page with too many rows to the requested size', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => ({ ...ROW, id: `a${index}` }))
    const { data, errors } = await queryThrough(
      list(rows, { has_more: false }),
      '{ appointments(first: 20) { nodes { restId } } }',
    )
    expect(errors).toBeUndefined()
    expect(data.appointments.nodes).toHaveLength(20)
  })

  test('The gateway returns both rows of a duplicate id with distinct cursors', async () => {
    const { data } = await queryThrough(list([ROW, ROW], { has_more: false }), LIST)
    expect(data.appointments.nodes).toEqual([
      { restId: 'a', title: 'A' },
      { restId: 'a', title: 'A' },
    ])
    const [first, second] = data.appointments.edges
    expect(first.cursor).not.toBe(second.cursor)
  })

  test('An unreadable row fails alone, and an unreadable list fails its field alone', async () => {
    const { errors } = await queryThrough({ body: { data: { id: 'a' }, meta: {} } }, LIST)
    expect(errors?.[0]).toMatchObject({
      path: ['appointments'],
      extensions: { code: 'UPSTREAM_INVALID_RESPONSE' },
    })
    const odd = await queryThrough(
      list([ROW, null, 5, [], { id: '../x' }, { id: 7 }], { has_more: false }),
      LIST,
    )
    expect(odd.data.appointments.nodes).toEqual([{ restId: 'a', title: 'A' }, null, null, null, null, null])
  })
})

describe('A value that the schema can not hold', () => {
  const BEFORE = '0000-01-01T00:00:00+01:00'
  const BEHIND = '9999-12-31T23:30:00-01:00'

  test('An instant outside the years 0 to 9999 in UTC fails its own field only', async () => {
    const row = { ...ROW, start_time: BEFORE, created_at: BEHIND }
    const faults: unknown[] = []
    await using upstream = await startScriptedUpstream(({ line }) => ({
      body: line.includes('?') ? { data: [row], meta: { has_more: false } } : { data: row, meta: {} },
    }))
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      reportFault: (fault) => faults.push(fault),
    })
    const { data, errors } = await gateway.query(
      '{ one: appointment(id: "a") { title startTime } all: appointments { nodes { title createdAt } } }',
    )
    expect(data).toEqual({
      one: { title: 'A', startTime: null },
      all: { nodes: [{ title: 'A', createdAt: null }] },
    })
    expect(errors?.map(({ path, extensions: { code } }) => `${path?.join('.')}: ${code}`).sort()).toEqual([
      'all.nodes.0.createdAt: UPSTREAM_INVALID_RESPONSE',
      'one.startTime: UPSTREAM_INVALID_RESPONSE',
    ])
    expect([faults, JSON.stringify(errors).includes('9999')]).toEqual([[], false])
  })

  test('Invalid metadata of a cancel fails its own field only, and the cancel succeeds', async () => {
    const cancelled = { id: 'a', status: 'cancelled', cancellation_reason: null }
    const meta = { performed_at: BEHIND, performed_by: { name: 'Jane Doe' }, request_id: 'req_1' }
    const { data, errors, requests } = await queryThrough(
      { body: { data: cancelled, meta } },
      'mutation { cancelAppointment(input: { id: "a" }) { appointment { status } performedAt performedBy } }',
    )
    expect(data.cancelAppointment).toEqual({
      appointment: { status: 'CANCELLED' },
      performedAt: null,
      performedBy: null,
    })
    const extensions = { code: 'UPSTREAM_INVALID_RESPONSE', requestId: 'req_1' }
    expect(errors).toMatchObject([
      { path: ['cancelAppointment', 'performedAt'], extensions },
      { path: ['cancelAppointment', 'performedBy'], extensions },
    ])
    expect([requests, JSON.stringify(errors).includes('Jane')]).toEqual([1, false])
  })
})

describe('A time limit', () => {
  test('A response that drips past its timeout fails its own field only', async () => {
    await using upstream = await startScriptedUpstream(({ line }) => {
      if (!line.endsWith('/slow')) return { body: { data: ROW, meta: {} } }
      return (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const drip = setInterval(() => response.write(' '), 5)
        response.on('close', () => clearInterval(drip))
      }
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k', upstreamTimeoutMs: 60 })
    const { data, errors } = await gateway.query(
      '{ a: appointment(id: "a") { title } slow: appointment(id: "slow") { title } }',
    )
    expect(data).toEqual({ a: { title: 'A' }, slow: null })
    expect(errors).toMatchObject([{ path: ['slow'], extensions: { code: 'UPSTREAM_TIMEOUT' } }])
  })

  test('The gateway ends an operation after its own time limit', async () => {
    await using upstream = await startScriptedUpstream(() => () => {})
    await using gateway = await startGateway({ url: upstream.url, key: 'k', operationTimeoutMs: 40 })
    const { errors } = await gateway.query('{ appointment(id: "a") { title } }')
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_TIMEOUT' } }])
    expect(upstream.requests).toHaveLength(1)
  })

  test('The gateway cancels the reads of a client that disconnects, never its writes', async () => {
    const closed: string[] = []
    const { promise: readEnded, resolve: endRead } = Promise.withResolvers<void>()
    const { promise: writeReceived, resolve: keepWrite } = Promise.withResolvers<ServerResponse>()
    await using upstream = await startScriptedUpstream(({ line }) => (response) => {
      response.on('close', () => {
        if (response.writableFinished) return
        closed.push(line)
        endRead()
      })
      if (line.startsWith('POST')) keepWrite(response)
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const leaving = new AbortController()
    const post = (query: string) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
        signal: leaving.signal,
      }).catch(() => {})
    const read = post(ONE)
    const write = post('mutation { cancelAppointment(input: { id: "a" }) { clientMutationId } }')
    await upstream.arrival(2)
    leaving.abort()
    await Promise.all([read, write, readEnded])
    expect(closed).toEqual(['GET /appointments/a'])
    const answer = await writeReceived
    expect(answer.socket?.destroyed).toBe(false)
    answer
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ data: { id: 'a' }, meta: {} }))
  })
})
