import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../support/scripted-upstream.ts'

const ROW = { id: 'a', title: 'A', patient_id: null, start_time: '2030-01-07T10:00:00Z', status: 'pending' }

function refusal(status: number, code: string, details?: unknown): ScriptedAnswer {
  return {
    status,
    body: { data: null, meta: { request_id: 'req_1' }, error: { code, message: `It is ${code}.`, details } },
  }
}

describe('The errors of the gateway', () => {
  test('An error has the code, message, details and request id of the upstream', async () => {
    const details = { current_status: 'completed', attempted_action: 'cancel' }
    await using upstream = await startScriptedUpstream(() =>
      refusal(409, 'INVALID_STATE_TRANSITION', details),
    )
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data, errors } = await gateway.query(
      'mutation { cancelAppointment(input: { id: "a" }) { appointment { id } } }',
    )
    expect(data).toEqual({ cancelAppointment: null })
    expect(errors).toEqual([
      {
        message: 'It is INVALID_STATE_TRANSITION.',
        path: ['cancelAppointment'],
        locations: expect.any(Array),
        extensions: { code: 'INVALID_STATE_TRANSITION', details, requestId: 'req_1', status: 409 },
      },
    ])
  })

  test.for([
    [404, 'NOT_FOUND', 'NOT_FOUND'],
    [401, 'UNAUTHORIZED', 'UNAUTHENTICATED'],
    [403, 'NO_SCOPE', 'FORBIDDEN'],
    [400, 'VALIDATION_ERROR', 'VALIDATION_ERROR'],
    [409, 'CONFLICT', 'CONFLICT'],
    // The upstream may have cancelled it, and the read that checks this fails too.
    [500, 'INTERNAL_ERROR', 'OUTCOME_UNKNOWN'],
  ] as const)('The gateway reports HTTP %i %s as %s', async ([status, code, reported]) => {
    await using upstream = await startScriptedUpstream(() => refusal(status, code))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { errors } = await gateway.query(
      'mutation { cancelAppointment(input: { id: "a" }) { appointment { id } } }',
    )
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([reported])
  })

  test('RATE_LIMITED reports the time of the next full quota', async () => {
    const headers = {
      'x-ratelimit-limit': '1000',
      'x-ratelimit-remaining': '0',
      date: 'Thu, 01 Jan 2026 10:20:00 GMT',
    }
    await using upstream = await startScriptedUpstream(() => ({ ...refusal(429, 'RATE_LIMITED'), headers }))
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      now: () => Date.parse('2026-01-01T10:20:00Z'),
    })
    const { errors } = await gateway.query('{ appointments { nodes { id } } }')
    expect(errors?.[0]).toMatchObject({
      path: ['appointments'],
      extensions: { code: 'RATE_LIMITED', resetsAt: '2026-01-01T11:00:00Z' },
    })
  })

  test('A missing appointment is null without an error', async () => {
    await using upstream = await startScriptedUpstream(() => refusal(404, 'whatever_its_name'))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data, errors } = await gateway.query(
      '{ appointment(id: "a") { id } nodes(ids: ["QXBwb2ludG1lbnQ6YQ=="]) { id } }',
    )
    expect(data).toEqual({ appointment: null, nodes: [null] })
    expect(errors).toBeUndefined()
  })

  test('A bad id among several nodes fails its own item only', async () => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.endsWith('/a') ? { body: { data: ROW, meta: {} } } : refusal(500, 'INTERNAL_ERROR'),
    )
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const ids = ['Appointment:a', 'Patient:p', 'Appointment:b', '?'].map((id) =>
      Buffer.from(id).toString('base64'),
    )
    const { data, errors } = await gateway.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ... on Appointment { title } } }',
      { ids },
    )
    expect(data.nodes).toEqual([
      { __typename: 'Appointment', title: 'A' },
      { __typename: 'Patient' },
      null,
      null,
    ])
    expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual(
      expect.arrayContaining([
        [['nodes', 3], 'BAD_USER_INPUT'],
        [['nodes', 2], 'INTERNAL_ERROR'],
      ]),
    )
  })

  test('An unreadable row fails that row only, and a bad value that field only', async () => {
    const rows = [ROW, 'Jane Doe', { title: 'Jane Doe' }, { ...ROW, id: 'b', status: 'vanished', title: 'B' }]
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: rows, meta: { has_more: false, request_id: 'req_1' } },
    }))
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data, errors } = await gateway.query(
      '{ appointments { nodes { restId title status } edges { node { restId } } } }',
    )
    expect(data.appointments.nodes).toEqual([
      { restId: 'a', title: 'A', status: 'PENDING' },
      null,
      null,
      { restId: 'b', title: 'B', status: null },
    ])
    expect(data.appointments.edges).toEqual([
      { node: { restId: 'a' } },
      { node: null },
      { node: null },
      { node: { restId: 'b' } },
    ])
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual([
      'appointments.edges.1.node',
      'appointments.edges.2.node',
      'appointments.nodes.1',
      'appointments.nodes.2',
      'appointments.nodes.3.status',
    ])
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['UPSTREAM_INVALID_RESPONSE']),
    )
    expect(JSON.stringify(errors)).not.toContain('Jane')
  })

  test('A row whose other fields fail to load keeps the fields of the list', async () => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.includes('?')
        ? { body: { data: [ROW], meta: { has_more: false } } }
        : refusal(500, 'INTERNAL_ERROR'),
    )
    await using gateway = await startGateway({ url: upstream.url, key: 'k' })
    const { data, errors } = await gateway.query('{ appointments { nodes { title attendeeName } } }')
    expect(data.appointments.nodes).toEqual([{ title: 'A', attendeeName: null }])
    expect(errors).toMatchObject([
      { path: ['appointments', 'nodes', 0, 'attendeeName'], extensions: { code: 'INTERNAL_ERROR' } },
    ])
  })

  test('A closed port is UPSTREAM_UNAVAILABLE, and a late response UPSTREAM_TIMEOUT', async () => {
    await using silent = await startScriptedUpstream(() => (response) => void response.socket?.unref())
    await using late = await startGateway({ url: silent.url, key: 'k', upstreamTimeoutMs: 20 })
    await using closed = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    const document = '{ appointment(id: "a") { id } }'
    expect((await late.query(document)).errors?.[0]?.extensions.code).toBe('UPSTREAM_TIMEOUT')
    expect((await closed.query(document)).errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE')
  })

  test('The gateway masks its own fault and reports it under the id of the error', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      headers: { 'x-ratelimit-limit': '9', 'x-ratelimit-remaining': '8' },
      body: { data: ROW, meta: {} },
    }))
    let readings = 0
    const faults: { errorId: string; name: string; stack: string }[] = []
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      development: false,
      // The edge reads the clock first, and the cache second.
      now: () => {
        readings += 1
        if (readings === 2) throw new TypeError('Jane Doe')
        return 0
      },
      reportFault: (fault) => faults.push(fault),
    })
    const { data, errors } = await gateway.query('{ appointment(id: "a") { id } }')
    expect(data).toEqual({ appointment: null })
    expect(errors?.[0]?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', errorId: faults[0]?.errorId })
    expect(faults).toMatchObject([{ name: 'TypeError', stack: expect.stringContaining('rest/') }])
    expect(JSON.stringify([errors, faults])).not.toContain('Jane')
  })

  test.for([
    ['{ appointment(', 'GRAPHQL_PARSE_FAILED'],
    ['{ nothingLikeIt }', 'GRAPHQL_VALIDATION_FAILED'],
  ] as const)('The gateway answers %s with %s', async ([document, code]) => {
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    const { errors, extensions } = await gateway.query(document)
    expect(errors?.map((error) => error.extensions.code)).toEqual([code])
    expect(extensions.upstream.requests).toBe(0)
  })

  test('The gateway refuses malformed JSON without repeating any of it', async () => {
    await using gateway = await startGateway({ url: 'http://127.0.0.1:9', key: 'k' })
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query": "Jane Doe',
    })
    const text = await response.text()
    expect(JSON.parse(text).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' })
    expect(text).not.toContain('Jane')
  })
})
