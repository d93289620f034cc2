import { describe, expect, test } from 'vitest'
import type { OperationLine } from '../../../src/server/gateway-options.ts'
import { type Clinic, type ClinicRow, startClinic, startFedClinic } from '../../rest/booking/clinic.ts'
import { deliver, eventBody } from '../../support/events.ts'
import { startGateway } from '../../support/gateway.ts'
import { startProduct } from '../../support/product.ts'
import { subscribe, type TestStream } from '../../support/stream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const DAY = `query Day($day: Date = "2030-01-07") @live {
  appointments(first: 50, filter: { clinicianId: "cli_1", day: $day, timeZone: "UTC" }) {
    nodes { restId status startTime } } }`
const READ = 'GET /appointments'

function watch({ url }: { readonly url: string }, query = DAY, options: object = {}): Promise<TestStream> {
  return subscribe(url, { query, ...options })
}

async function idsIn(stream: TestStream): Promise<readonly string[] | undefined> {
  const result = await stream.next()
  return result?.data?.appointments.nodes.map(({ restId }: { readonly restId: string }) => restId)
}

/** Books outside of the gateway, and delivers the event. */
async function bookElsewhere(clinic: Clinic, row: Partial<ClinicRow> = {}): Promise<ClinicRow> {
  const booked = clinic.bookElsewhere(row)
  await clinic.sendEvent(booked)
  return booked
}

async function cancelElsewhere(clinic: Clinic, row: ClinicRow): Promise<void> {
  const cancelled = { ...row, status: 'cancelled' }
  clinic.rows[clinic.rows.indexOf(row)] = cancelled
  const at = new Date(Date.now() + 2000).toISOString()
  const object = { ...cancelled, updated_at: at }
  await deliver(
    clinic.url,
    eventBody({ type: 'appointment.cancelled', created_at: at, object, previous: row }),
  )
}

describe('A live query', () => {
  test('It answers immediately, and again when its result has changed', async () => {
    await using clinic = await startFedClinic()
    const first = clinic.bookElsewhere()
    await using stream = await watch(clinic)
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await idsIn(stream)).toEqual([first.id])
    const second = await bookElsewhere(clinic, { start_time: '2030-01-07T12:00:00Z' })
    expect(await idsIn(stream)).toEqual([first.id, second.id])
    await cancelElsewhere(clinic, first)
    const { data } = (await stream.next()) ?? {}
    expect(data.appointments.nodes.map(({ status }: { readonly status: string }) => status)).toEqual([
      'CANCELLED',
      'SCHEDULED',
    ])
  })

  test('A change outside its result costs nothing, and writes nothing', async () => {
    await using clinic = await startFedClinic()
    await using stream = await watch(clinic)
    expect(await idsIn(stream)).toEqual([])
    clinic.takeRequests()
    await bookElsewhere(clinic, { clinician_profile_id: 'cli_2' })
    await bookElsewhere(clinic, { start_time: '2030-01-08T10:00:00Z' })
    expect(clinic.takeRequests()).toEqual([])
    const shown = await bookElsewhere(clinic)
    expect(await idsIn(stream)).toEqual([shown.id])
  })

  test('A write through the gateway is in its result immediately', async () => {
    await using clinic = await startFedClinic()
    await using stream = await watch(clinic)
    await stream.next()
    const input =
      '{ title: "t", clinicianId: "cli_1", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T11:00:00Z" }'
    await clinic.query(`mutation { createAppointment(input: ${input}) { appointment { id } } }`)
    expect(await idsIn(stream)).toEqual(['apt_2'])
  })

  test('Two hundred clients with the same query cost one run for each change', async () => {
    const lines: OperationLine[] = []
    await using clinic = await startFedClinic({
      logOperation: (line) => lines.push(line),
      limits: { MAX_STREAMS_OF_CALLER: 200 },
    })
    const streams = await Promise.all(Array.from({ length: 200 }, () => watch(clinic)))
    for (const stream of streams) expect(await idsIn(stream)).toEqual([])
    expect(clinic.takeRequests()).toEqual([READ])
    const runs = () => lines.splice(0).filter(({ kind, requests }) => kind === 'query' && requests > 0)
    expect(runs()).toHaveLength(1)
    const booked = await bookElsewhere(clinic)
    for (const stream of streams) expect(await idsIn(stream)).toEqual([booked.id])
    expect(runs().length).toBeLessThanOrEqual(1)
    expect(clinic.takeRequests().length).toBeLessThanOrEqual(1)
    for (const stream of streams) stream.leave()
  })

  test('Clients with other variables, or another text, have separate results', async () => {
    await using clinic = await startFedClinic()
    const booked = clinic.bookElsewhere({ start_time: '2030-01-08T10:00:00Z' })
    await using one = await watch(clinic)
    await using other = await watch(clinic, DAY, { variables: { day: '2030-01-08' } })
    expect(await idsIn(one)).toEqual([])
    expect(await idsIn(other)).toEqual([booked.id])
  })

  test('Without a client, a change runs no query', async () => {
    await using clinic = await startFedClinic()
    const stream = await watch(clinic)
    await stream.next()
    clinic.takeRequests()
    stream.leave()
    await using other = await watch(clinic, DAY.replace('cli_1', 'cli_2'))
    await other.next()
    await bookElsewhere(clinic)
    const shown = await bookElsewhere(clinic, { clinician_profile_id: 'cli_2' })
    expect(await idsIn(other)).toEqual([shown.id])
    expect(clinic.takeLists().filter((line) => line.includes('cli_1'))).toEqual([])
  })

  test('It reports the cost of each of its results', async () => {
    await using clinic = await startFedClinic()
    await using stream = await watch(clinic)
    expect((await stream.next())?.extensions?.upstream.requests).toBe(1)
  })
})

describe('How a live query is answered', () => {
  test.for([
    'application/json',
    'application/graphql-response+json',
    '*/*',
    'application/json, text/event-stream;q=0',
    'multipart/mixed;deferSpec=20220824, application/json',
  ])('Once to a client that accepts %s, as without the directive', async (accept) => {
    await using clinic = await startClinic({ webhooks: null })
    const { data, errors, status } = await clinic.query(DAY, {}, { accept })
    expect(errors).toBeUndefined()
    expect({ status, data }).toEqual({ status: 200, data: { appointments: { nodes: [] } } })
  })

  test('Once, where its condition is false', async () => {
    await using clinic = await startFedClinic()
    const query = DAY.replace('@live', '@live(if: $on)').replace('$day', '$on: Boolean!, $day')
    const headers = { accept: 'text/event-stream, application/json' }
    expect((await clinic.query(query, { on: false }, headers)).data.appointments.nodes).toEqual([])
    await using stream = await watch(clinic, query, { variables: { on: true } })
    expect(await idsIn(stream)).toEqual([])
  })

  test('As multipart, where the client names that', async () => {
    await using clinic = await startFedClinic()
    const response = await fetch(`${clinic.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'multipart/mixed, application/json' },
      body: JSON.stringify({ query: DAY }),
    })
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="-"')
    const reader = response.body?.getReader()
    let text = ''
    while (!text.includes('"nodes":[]')) text += new TextDecoder().decode((await reader?.read())?.value)
    await reader?.cancel()
    expect(text).toContain('Content-Type: application/json; charset=utf-8')
  })

  test('With a code, where there are no events', async () => {
    await using clinic = await startClinic({ webhooks: null })
    const headers = { accept: 'application/json, text/event-stream' }
    const { errors } = await clinic.query(DAY, {}, headers)
    expect(errors?.[0]?.extensions.code).toBe('EVENTS_UNAVAILABLE')
    expect(clinic.takeRequests()).toEqual([])
  })

  test.for([
    ['a mutation', 'mutation M @live { __typename }'],
    ['a subscription', 'subscription S @live { appointmentChanged { sequence } }'],
    ['a query with @defer', 'query Q @live { __typename ... @defer { __typename } }'],
    [
      'a query with @defer in a fragment',
      'query Q @live { ...F } fragment F on Query { ... @defer { __typename } }',
    ],
  ] as const)('Not at all, as %s', async ([, query]) => {
    await using clinic = await startFedClinic()
    for (const accept of ['application/json', 'text/event-stream, application/json']) {
      const { errors } = await clinic.query(query, {}, { accept })
      expect(errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
    }
  })

  test('Not above the limits of streams', async () => {
    await using clinic = await startFedClinic({ limits: { MAX_STREAMS: 1 } })
    await using first = await watch(clinic)
    await using second = await watch(clinic)
    expect([first.response.status, second.response.status]).toEqual([200, 503])
  })

  test('Not to a caller without a credential', async () => {
    await using clinic = await startFedClinic()
    await using gateway = await startGateway({ url: clinic.url })
    const headers = { accept: 'text/event-stream, application/json' }
    expect((await gateway.query(DAY, {}, headers)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })
})

describe('How a live query ends', () => {
  test('With an error that says so, when the gateway stops', async () => {
    const clinic = await startFedClinic()
    const stream = await watch(clinic)
    await stream.next()
    await clinic[Symbol.asyncDispose]()
    const last = await stream.next()
    expect(last?.errors?.[0]?.extensions).toEqual({ code: 'STREAM_ENDED' })
    expect(await stream.next()).toBeUndefined()
  })

  test("When its caller's token expires", async () => {
    let now = Date.now()
    await using clinic = await startFedClinic({ tokens: TOKENS, now: () => now, heartbeatMs: 20 })
    const headers = await bearer({ sub: 'a', scope: 'appointments:read' })
    await using stream = await watch(clinic, DAY, { headers })
    await stream.next()
    now += 3_700_000
    expect((await stream.next())?.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    expect(await stream.next()).toBeUndefined()
  })
})

describe('A live query that fails', () => {
  test('Its errors are worded, and the gateway retries it', async () => {
    let now = 0
    await using clinic = await startFedClinic({ monotonic: () => now, heartbeatMs: 20 })
    clinic.hooks.list = () => ({ status: 400, body: 'a patient named Zebedee' })
    await using stream = await watch(clinic)
    const failed = await stream.next()
    expect(failed?.errors?.[0]).toMatchObject({
      path: ['appointments'],
      extensions: { code: expect.any(String) },
    })
    expect(stream.text()).not.toContain('Zebedee')
    clinic.hooks.list = () => undefined
    now += 60_000
    expect(await idsIn(stream)).toEqual([])
  })

  test('The same error is written once, however often the query is retried', async () => {
    const time = { at: 0 }
    const failures = counter()
    await using clinic = await startCounting(time, failures)
    clinic.hooks.list = () => ({ status: 400, body: 'x' })
    await using stream = await watch(clinic)
    expect((await stream.next())?.errors).toHaveLength(1)
    for (const [nth, waitMs] of [15_000, 30_000, 60_000].entries()) {
      time.at += waitMs
      await failures.reach(nth + 2)
    }
    clinic.hooks.list = () => undefined
    time.at += 120_000
    expect(await idsIn(stream)).toEqual([])
  })

  test('An error with another request id counts as the same', async () => {
    const time = { at: 0 }
    const failures = counter()
    await using clinic = await startCounting(time, failures)
    clinic.hooks.list = (nth) => ({
      status: 500,
      body: {
        data: null,
        meta: { request_id: `req_${nth}` },
        error: { code: 'INTERNAL_ERROR', message: '-' },
      },
    })
    await using stream = await watch(clinic)
    expect((await stream.next())?.errors?.[0]?.extensions.requestId).toBeDefined()
    time.at += 15_000
    await failures.reach(2)
    clinic.hooks.list = () => undefined
    time.at += 120_000
    expect(await idsIn(stream)).toEqual([])
  })
})

describe('A live query of narrowed callers', () => {
  test('Callers with the same document each see their own appointments', async () => {
    await using clinic = await startFedClinic({ tokens: TOKENS })
    const query = 'query Mine @live { appointments(first: 5) { nodes { restId } } }'
    const callers = await Promise.all(
      ['pat_1', 'pat_2'].map((patient_id) => bearer({ sub: 'p', scope: 'appointments:read', patient_id })),
    )
    const [one, two] = await Promise.all(callers.map((headers) => watch(clinic, query, { headers })))
    expect(await idsIn(one as TestStream)).toEqual([])
    expect(await idsIn(two as TestStream)).toEqual([])
    const mine = await bookElsewhere(clinic, { patient_id: 'pat_1' })
    expect(await idsIn(one as TestStream)).toEqual([mine.id])
    const theirs = await bookElsewhere(clinic, { patient_id: 'pat_2' })
    expect(await idsIn(two as TestStream)).toEqual([theirs.id])
    one?.leave()
    two?.leave()
  })
})

describe('A live query with names', () => {
  test("A new name is in its result after the person's event", async () => {
    await using product = await startProduct({ live: true, sandbox: { seed: 20 } })
    const { body } = await product.rest('GET', '/patients?limit=1')
    const { id } = body.data[0]
    const query = `query Who @live { patient(id: "${id}") { lastName } }`
    await using stream = await watch(product, query)
    await stream.next()
    await product.rest('PATCH', `/patients/${id}`, { last_name: 'Renamed' })
    await deliver(product.url, eventBody({ type: 'patient.updated', object: { id } }))
    expect((await stream.next())?.data).toEqual({ patient: { lastName: 'Renamed' } })
  })

  test('While events are healthy, names are not read again at each change', async () => {
    let passed = 0
    await using product = await startProduct({
      live: true,
      sandbox: { seed: 20 },
      gateway: { monotonic: () => performance.now() + passed },
    })
    const { body } = await product.rest('GET', '/patients?limit=1')
    const [{ id, last_name: lastName }] = body.data
    const query = `query Who @live {
      appointments(first: 20, filter: { clinicianId: "cli_live" }) { nodes { title patient { lastName } } } }`
    await using stream = await watch(product, query)
    await stream.next()
    const slot = { start_time: '2030-01-07T10:00:00Z', end_time: '2030-01-07T11:00:00Z' }
    for (const title of ['First', 'Second', 'Third']) {
      // Longer than the TTL of a patient.
      passed += 60_000
      product.takeRequests()
      const row = { title, patient_id: id, clinician_profile_id: 'cli_live', ...slot }
      await product.rest('POST', '/appointments', row)
      const nodes = (await stream.next())?.data.appointments.nodes
      expect(nodes).toContainEqual({ title, patient: { lastName } })
      const patients = product.takeRequests().filter((line) => line.includes('/patients/'))
      expect(patients).toHaveLength(title === 'First' ? 1 : 0)
    }
  })
})

describe('A reader that is too slow', () => {
  test('It gets the latest result, and few of the earlier ones', async () => {
    const runs = counter()
    await using clinic = await startFedClinic({ logOperation: () => runs.count() })
    const query = DAY.replace('restId', 'restId title')
    const response = await clinic.fetch(
      new Request('http://localhost/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query }),
      }),
    )
    await runs.reach(2)
    const CHANGES = 12
    for (let nth = 1; nth <= CHANGES; nth += 1) {
      await bookElsewhere(clinic, { title: 'x'.repeat(100_000) })
      await runs.reach(2 + nth)
    }
    const counts: number[] = []
    let text = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      const events = text.split('\n\n')
      text = events.pop() ?? ''
      for (const event of events)
        if (event.startsWith('event: next')) counts.push(event.split('restId').length - 1)
      if (counts.at(-1) === CHANGES) break
    }
    expect(counts.length).toBeLessThan(CHANGES / 2)
  })
})

/** A clinic with a clock that the test sets, and a count of its failed operations. */
function startCounting(time: { readonly at: number }, failures: ReturnType<typeof counter>): Promise<Clinic> {
  return startFedClinic({
    monotonic: () => time.at,
    heartbeatMs: 20,
    logOperation: ({ codes }) => codes.length > 0 && failures.count(),
  })
}

/** A counter, and a wait for a count. */
function counter() {
  let so = 0
  const waiting: { readonly until: number; readonly resolve: () => void }[] = []
  return {
    count() {
      so += 1
      for (const { until, resolve } of waiting) if (so >= until) resolve()
    },
    reach: (until: number) =>
      so >= until ? Promise.resolve() : new Promise<void>((resolve) => void waiting.push({ until, resolve })),
  }
}
