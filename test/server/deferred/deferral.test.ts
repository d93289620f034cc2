import { describe, expect, test } from 'vitest'
import type { OperationLine } from '../../../src/server/gateway-options.ts'
import { startProduct } from '../../support/product.ts'
import { ROWS, startManualClinic } from './manual-clinic.ts'
import { EVENT_STREAM, MULTIPART, merged, queryInParts } from './parts.ts'

const LIST = `{ appointments(first: 3) {
  nodes { restId title ... @defer(label: "who") { attendeeName } } pageInfo { hasNextPage } } }`
const ITEMS = ['a', 'b', 'c'].map((id) => `GET /appointments/${id}`)

describe('A query with @defer', () => {
  test.each([
    ['multipart', MULTIPART, 'multipart/mixed; boundary="-"; deferSpec=20220824'],
    ['server-sent events', EVENT_STREAM, 'text/event-stream; charset=utf-8'],
  ])(
    'Its list arrives after one request, and each fragment when it is ready: %s',
    async (_name, accept, type) => {
      await using clinic = await startManualClinic()
      await using answer = await queryInParts(clinic.url, { query: LIST, accept })
      expect(answer.response.headers.get('content-type')).toBe(type)
      expect(answer.response.headers.get('x-upstream-requests')).toBeNull()
      expect(await answer.next()).toEqual({
        data: {
          appointments: {
            nodes: ROWS.map(({ id, title }) => ({ restId: id, title })),
            pageInfo: { hasNextPage: false },
          },
        },
        hasNext: true,
      })
      await clinic.upstream.arrival(4)
      expect(clinic.lines()).toEqual(['GET /appointments', ...ITEMS])
      clinic.answer('b')
      expect(await answer.next()).toEqual({
        incremental: [{ data: { attendeeName: 'Name b' }, path: ['appointments', 'nodes', 1], label: 'who' }],
        hasNext: true,
      })
      clinic.answer('a')
      clinic.answer('c')
      const rest = await answer.rest()
      expect(rest.flatMap(({ incremental = [] }) => incremental)).toHaveLength(2)
      expect(rest.map(({ hasNext }) => hasNext).at(-1)).toBe(false)
      expect(rest.map(({ extensions }) => extensions?.upstream.requests).filter((each) => each)).toEqual([4])
    },
  )

  test('In an outage a part with stale data says so', async () => {
    let now = Date.parse('2026-01-05T12:00:00Z')
    await using clinic = await startManualClinic({ now: () => now, monotonic: () => now })
    const inFull = clinic.query('{ appointment(id: "a") { attendeeName } }')
    await clinic.upstream.arrival(1)
    clinic.answer('a')
    await inFull
    now += 20_000
    await using answer = await queryInParts(clinic.url, { query: LIST })
    expect((await answer.next())?.extensions).toBeUndefined()
    await clinic.upstream.arrival(5)
    for (const id of ['a', 'b', 'c']) clinic.answer(id, {}, 500)
    const parts = await answer.rest()
    const shown = parts.flatMap(({ incremental = [] }) => incremental)
    expect(shown.find(({ path }) => path[2] === 0)?.data).toEqual({ attendeeName: 'Name a' })
    expect(shown.filter(({ errors }) => errors !== undefined)).toHaveLength(2)
    expect(parts.at(-1)?.extensions?.upstream).toMatchObject({
      stale: [{ path: ['appointments', 'nodes', 0, 'attendeeName'], asOf: '2026-01-05T12:00:00.000Z' }],
    })
  })

  test.each([
    ['accepts JSON only', 'application/json'],
    ['accepts anything', '*/*'],
    ['names another version of the format', 'multipart/mixed;incrementalSpec=v0.2, application/json'],
    ['names a later spec', 'multipart/mixed;deferSpec=20290101, application/json'],
    ['refuses the format', 'text/event-stream;q=0, application/json'],
  ])('A client that %s gets one JSON answer', async (_name, accept) => {
    await using product = await startProduct()
    await using answer = await queryInParts(product.url, { query: LIST, accept })
    expect(answer.response.headers.get('content-type')).toMatch(/^application\//)
    const [complete, ...more] = await answer.rest()
    expect([complete?.data.appointments.nodes.length, complete?.hasNext, more]).toEqual([3, undefined, []])
    expect(Object.keys(complete?.data.appointments.nodes[0])).toEqual(['restId', 'title', 'attendeeName'])
    expect(answer.response.headers.get('x-upstream-requests')).toBe('4')
  })

  test('Cached fragments are in the initial result: one answer, or one part', async () => {
    await using product = await startProduct()
    await (await queryInParts(product.url, { query: LIST })).rest()
    product.takeRequests()
    await using one = await queryInParts(product.url, { query: LIST })
    expect(one.response.headers.get('content-type')).toMatch(/^application\//)
    const [complete, ...more] = await one.rest()
    expect([complete?.data.appointments.nodes[2].attendeeName, more]).toEqual([expect.any(String), []])
    await using events = await queryInParts(product.url, { query: LIST, accept: EVENT_STREAM })
    const parts = await events.rest()
    expect(parts).toEqual([{ ...complete, hasNext: false }])
    expect(product.takeRequests()).toEqual([])
  })

  test.each([
    ['false', { later: false }, false],
    ['null', { later: null }, false],
    ['true', { later: true }, true],
  ])('Its condition decides: %s', async (_name, variables, isLater) => {
    await using product = await startProduct()
    const query = LIST.replace('{', 'query ($later: Boolean = true) {').replace(
      '@defer(label: "who")',
      '@defer(if: $later)',
    )
    const parts = await (await queryInParts(product.url, { query, variables })).rest()
    expect(parts.length > 1).toBe(isLater)
    expect(JSON.stringify(merged(parts).data)).toContain('attendeeName')
  })

  test.each([
    [
      'twice in one operation',
      '{ ... @defer(label: "a") { a: __typename } ... @defer(label: "a") { b: __typename } }',
    ],
    [
      'in an operation and a fragment',
      '{ ... @defer(label: "a") { ...F } } fragment F on Query { ... @defer(label: "a") { __typename } }',
    ],
    ['by a variable', 'query ($l: String) { ... @defer(label: $l) { __typename } }'],
  ])('A label %s is refused', async (_name, query) => {
    await using product = await startProduct()
    const parts = await (await queryInParts(product.url, { query, variables: { l: 'a' } })).rest()
    expect(parts.map(({ errors }) => errors?.map(({ extensions }) => extensions.code))).toEqual([
      ['GRAPHQL_VALIDATION_FAILED'],
    ])
  })

  test('A mutation, and a query by GET, are answered in one part', async () => {
    await using product = await startProduct({ gateway: { cacheTtlSeconds: 0 } })
    const { body } = await product.rest('GET', '/appointments?limit=1&status=scheduled')
    const query = `mutation { cancelAppointment(input: { id: "${body.data[0].id}" }) {
      appointment { id ... @defer { attendeeName } } } }`
    const written = await (await queryInParts(product.url, { query })).rest()
    expect(written).toHaveLength(1)
    expect(written[0]?.data.cancelAppointment.appointment.attendeeName).toEqual(expect.any(String))
    const response = await fetch(`${product.url}/graphql?query=${encodeURIComponent(LIST)}`, {
      headers: { accept: MULTIPART, 'x-graphql-yoga-csrf': '1' },
    })
    expect(response.headers.get('content-type')).toMatch(/^application\//)
    expect(await response.text()).toContain('attendeeName')
  })

  test('A fault fails its own fragment, and is worded like any error', async () => {
    await using clinic = await startManualClinic()
    await using answer = await queryInParts(clinic.url, { query: LIST })
    await answer.next()
    await clinic.upstream.arrival(4)
    clinic.answer('a')
    clinic.answer('b', { data: null, error: { code: 'GONE', message: 'Moved away' } }, 410)
    clinic.answer('c', { data: { id: 'c', attendee_name: { not: 'a name' } }, meta: {} })
    const parts = (await answer.rest()).flatMap(({ incremental = [] }) => incremental)
    const outcome = Object.fromEntries(
      parts.map(({ path, data, errors }) => [
        path.at(-1),
        [data, errors?.map((error) => error.extensions.code)],
      ]),
    )
    expect(outcome).toEqual({
      0: [{ attendeeName: 'Name a' }, undefined],
      1: [{ attendeeName: null }, ['GONE']],
      2: [{ attendeeName: null }, ['UPSTREAM_INVALID_RESPONSE']],
    })
    expect(parts.find(({ path }) => path.at(-1) === 1)?.errors?.[0]?.path).toEqual([
      'appointments',
      'nodes',
      1,
      'attendeeName',
    ])
    expect(JSON.stringify(parts)).not.toContain('http')
  })

  test('A fragment above the ceiling of requests has the error with its code', async () => {
    await using product = await startProduct({ gateway: { maxUpstreamRequests: 1 } })
    const { data, errors } = merged(await (await queryInParts(product.url, { query: LIST })).rest())
    expect(JSON.stringify(data).match(/"title":"[^"]+","attendeeName":null/g)).toHaveLength(3)
    expect(errors).toMatchObject(Array(3).fill({ extensions: { code: 'QUERY_TOO_COSTLY' } }))
    expect(product.takeRequests()).toHaveLength(1)
  })

  test('The deadline ends the pending reads, and the answer', async () => {
    await using clinic = await startManualClinic({ operationTimeoutMs: 300 })
    const parts = await (await queryInParts(clinic.url, { query: LIST })).rest()
    expect(parts.at(-1)?.hasNext).toBe(false)
    expect(merged(parts).errors).toMatchObject(Array(3).fill({ extensions: { code: 'UPSTREAM_TIMEOUT' } }))
  })

  test('Its reads end when the client disconnects, and one log line states its cost', async () => {
    const { promise, resolve } = Promise.withResolvers<OperationLine>()
    const lines: OperationLine[] = []
    await using clinic = await startManualClinic({
      logOperation(line) {
        lines.push(line)
        resolve(line)
      },
    })
    await using answer = await queryInParts(clinic.url, { query: LIST.replace('{', 'query Day {') })
    await answer.next()
    await clinic.upstream.arrival(4)
    expect(lines).toEqual([])
    await answer.leave()
    expect(await promise).toMatchObject({
      name: 'Day',
      kind: 'query',
      requests: 4,
      codes: ['UPSTREAM_TIMEOUT'],
    })
    expect(lines).toHaveLength(1)
  })

  test('It takes a slot of the streams; without a free slot it is answered in one part', async () => {
    await using clinic = await startManualClinic({ limits: { MAX_STREAMS: 1 } })
    await using first = await queryInParts(clinic.url, { query: LIST })
    await first.next()
    await clinic.upstream.arrival(4)
    const second = queryInParts(clinic.url, { query: LIST })
    // The second query shares the reads of the first one, or sends them again: the test can't tell when it waits for them.
    for (const id of ['a', 'b', 'c']) clinic.answer(id)
    const complete = await (await second).rest()
    expect(complete).toHaveLength(1)
    expect(JSON.stringify(complete)).toContain('Name c')
    expect((await first.rest()).at(-1)?.hasNext).toBe(false)
  })

  test('The gateway closes once its last part is written', async () => {
    const clinic = await startManualClinic()
    const answer = await queryInParts(clinic.url, { query: LIST })
    await answer.next()
    await clinic.upstream.arrival(4)
    const closing = clinic[Symbol.asyncDispose]()
    for (const id of ['a', 'b', 'c']) clinic.answer(id)
    expect((await answer.rest()).at(-1)?.hasNext).toBe(false)
    await closing
  })

  test('An estimate counts its fields, and sends no upstream request', async () => {
    await using product = await startProduct()
    const headers = { 'x-estimate-only': '1' }
    const [estimate] = await (await queryInParts(product.url, { query: LIST, headers })).rest()
    expect(estimate?.extensions).toMatchObject({ estimate: { min: 1, max: 4 } })
    expect(product.takeRequests()).toEqual([])
  })

  test('A variable of the wrong type is refused as in any query', async () => {
    await using product = await startProduct()
    const query = LIST.replace('{', 'query ($n: Int!) {').replace('first: 3', 'first: $n')
    for (const accept of [MULTIPART, 'application/json']) {
      const [refused] = await (await queryInParts(product.url, { query, accept })).rest()
      expect(refused?.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'n' } }])
    }
  })

  test.each([
    [334, true],
    [333, false],
  ])('Three fragments in a list of %i are answered in one part: %s', async (first, isComplete) => {
    await using clinic = await startManualClinic()
    const query = `query ($n: Int) { appointments(first: $n) { nodes { ...F ...F @defer } } }
      fragment F on Appointment { ... @defer { attendeeName } }`
    const asking = queryInParts(clinic.url, { query, variables: { n: first } })
    await clinic.upstream.arrival(4)
    for (const { id } of ROWS) clinic.answer(id)
    await using answer = await asking
    expect(answer.response.headers.get('content-type')?.startsWith('application/')).toBe(isComplete)
    expect(JSON.stringify(merged(await answer.rest()).data)).toContain('Name c')
  })

  test('The log has the error codes of an answer in one part', async () => {
    const { promise, resolve } = Promise.withResolvers<OperationLine>()
    await using clinic = await startManualClinic({ logOperation: resolve })
    const query = '{ ... @defer { nodes(ids: ["x"]) { id } } }'
    const parts = await (await queryInParts(clinic.url, { query, accept: EVENT_STREAM })).rest()
    expect(merged(parts).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    expect(await promise).toMatchObject({ codes: ['BAD_USER_INPUT'] })
  })

  test('A null argument in a deferred fragment is refused as in any query', async () => {
    const faults: unknown[] = []
    await using clinic = await startManualClinic({ reportFault: (fault) => void faults.push(fault) })
    const query = `query ($s: AppointmentStatus = SCHEDULED) { appointments(first: 3) { nodes { title ... @defer {
      attendeeName patient { appointments(filter: { status: [$s] }) { nodes { id } } } } } } }`
    await using answer = await queryInParts(clinic.url, { query, variables: { s: null } })
    await answer.next()
    await clinic.upstream.arrival(4)
    for (const id of ['a', 'b', 'c'])
      clinic.answer(id, { data: { id, attendee_name: 'N', patient_id: 'p' }, meta: {} })
    const late = (await answer.rest()).flatMap(({ incremental = [] }) => incremental)
    const codes = late.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions))
    expect(codes).toEqual(Array(3).fill({ code: 'BAD_USER_INPUT', argument: 'filter.status.0' }))
    expect(faults).toEqual([])
  })

  test('A fragment that an error nulls leaves no gap in one JSON answer', async () => {
    await using product = await startProduct({ gateway: { limits: { MAX_NODE_IDS: 1 } } })
    const query = '{ __typename ... @defer { nodes(ids: ["x", "y"]) { id } } }'
    const [complete, ...more] = await (await queryInParts(product.url, { query })).rest()
    const [plain] = await (await queryInParts(product.url, { query, accept: 'application/json' })).rest()
    expect([complete?.data, complete?.errors, more]).toEqual([plain?.data, plain?.errors, []])
    expect(complete?.errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED' } }])
  })
})
