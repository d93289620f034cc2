import { describe, expect, test } from 'vitest'
import { deliver, eventBody, eventObject, SECRET } from '../../support/events.ts'
import { startGateway } from '../../support/gateway.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { subscribe } from '../../support/stream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'
import { changeIn, NOON, startLive } from './live.ts'

const QUERY =
  'subscription ($after: String) { appointmentChanged(after: $after) { sequence movement kind appointment { restId title status cancellationReason } } }'
const EXP = NOON / 1000 + 3600

function caller(patient: string) {
  return bearer({ sub: patient, exp: EXP, scope: 'appointments:read', patient_id: patient })
}

/** A gateway that checks tokens, over an upstream with one appointment, which the test sets. */
async function startOne(row: { current: object; cancelled?: object }) {
  const upstream = await startScriptedUpstream(({ line }) => {
    if (line.endsWith('/cancel')) return { body: { data: row.cancelled, meta: {} } }
    return { body: { data: row.current, meta: {} } }
  })
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    now: () => NOON,
    tokens: TOKENS,
    webhooks: { secrets: [{ secret: SECRET }] },
  })
  return {
    gateway,
    upstream,
    open: (headers: Record<string, string>, variables = {}) =>
      subscribe(gateway.url, { query: QUERY, variables, headers }),
    async deliverEvent(second: number, object: object, previous?: object) {
      const created_at = new Date(NOON + second * 1000).toISOString()
      const body = eventBody({
        created_at,
        object: { ...object, updated_at: created_at },
        ...(previous && { previous }),
      })
      expect(await deliver(gateway.url, body, { at: NOON })).toBe(204)
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('Where an event does not contain the patient and the clinician', () => {
  test('Its new owner gets nothing of its earlier values', async () => {
    const others = { patient_id: 'pat_2', title: 'Not for you' }
    await using one = await startOne({ current: eventObject('x', { patient_id: 'pat_1', title: 'Mine' }) })
    const mine = await caller('pat_1')
    const start = await one.open(mine)
    const after = start.response.headers.get('x-resume-after')
    await start[Symbol.asyncDispose]()
    await one.deliverEvent(
      1,
      eventObject('x', { ...others, patient_id: undefined }),
      eventObject('x', others),
    )
    await one.deliverEvent(
      2,
      eventObject('x', { patient_id: 'pat_1', title: 'Mine' }),
      eventObject('x', others),
    )
    await using stream = await one.open(mine, { after })
    expect(changeIn(await stream.next())).toMatchObject({
      movement: 'ENTERED',
      appointment: { restId: 'x', title: 'Mine' },
    })
    expect(stream.text()).not.toContain('Not for you')
  })

  test('A write is announced to the current owner, whatever was cached', async () => {
    const cancelled = { id: 'x', status: 'cancelled', cancellation_reason: 'Not for you' }
    const moved = eventObject('x', { patient_id: 'pat_2', status: 'cancelled' })
    await using one = await startOne({
      current: { ...moved, cancellation_reason: 'Not for you' },
      cancelled,
    })
    await one.deliverEvent(1, eventObject('x', { patient_id: 'pat_1' }), eventObject('x'))
    await using mine = await one.open(await caller('pat_1'))
    await using theirs = await one.open(await caller('pat_2'))
    const staff = await bearer({ sub: 's', exp: EXP, scope: 'appointments:write' })
    const { errors } = await one.gateway.query(
      'mutation { cancelAppointment(input: { id: "x" }) { appointment { status } } }',
      {},
      staff,
    )
    expect(errors).toBeUndefined()
    expect(changeIn(await theirs.next())).toMatchObject({
      movement: 'ENTERED',
      appointment: { restId: 'x', cancellationReason: 'Not for you' },
    })
    expect((await mine.next())?.data.appointmentChanged).toMatchObject({
      movement: 'LEFT',
      appointment: { restId: 'x', cancellationReason: null },
    })
    expect(mine.text()).not.toContain('Not for you')
  })

  test('The appointment is read once, for any number of callers', async () => {
    const cancelled = { id: 'x', status: 'cancelled', cancellation_reason: null }
    const current = {
      ...eventObject('x', { status: 'cancelled', patient_id: 'pat_7' }),
      cancellation_reason: null,
    }
    await using one = await startOne({ current, cancelled })
    const callers = await Promise.all(Array.from({ length: 20 }, (_, nth) => caller(`pat_${nth}`)))
    const streams = await Promise.all(callers.map((each) => one.open(each)))
    const staff = await bearer({ sub: 's', exp: EXP, scope: 'appointments:write' })
    const cancel = 'mutation { cancelAppointment(input: { id: "x" }) { appointment { status } } }'
    await one.gateway.query(cancel, {}, staff)
    expect(changeIn(await streams[7]?.next()).appointment.restId).toBe('x')
    expect(one.upstream.requests.map(({ line }) => line)).toEqual([
      'POST /appointments/x/cancel',
      'GET /appointments/x',
    ])
    for (const stream of streams) await stream[Symbol.asyncDispose]()
  })

  test('Where the read fails, the stream of a narrowed caller ends, to be resumed', async () => {
    let status = 503
    await using upstream = await startScriptedUpstream(() =>
      status === 200
        ? { body: { data: eventObject('x', { title: 'Mine' }), meta: {} } }
        : { status, body: '-' },
    )
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      now: () => NOON,
      tokens: TOKENS,
      webhooks: { secrets: [{ secret: SECRET }] },
    })
    const headers = await caller('pat_1')
    await using stream = await subscribe(gateway.url, { query: QUERY, headers })
    const body = eventBody({ object: eventObject('x', { patient_id: undefined }) })
    await deliver(gateway.url, body, { at: NOON })
    const ended = await stream.next()
    const after = stream.response.headers.get('x-resume-after')
    expect(ended?.errors?.[0]?.extensions).toEqual({ code: 'STREAM_ENDED', resumeAfter: after })
    status = 200
    await using again = await subscribe(gateway.url, { query: QUERY, headers, variables: { after } })
    expect(changeIn(await again.next())).toMatchObject({ appointment: { restId: 'x', title: 'Mine' } })
  })

  test('Where the read fails, other callers get the change, with errors for its fields', async () => {
    await using live = await startLive()
    const query =
      'subscription { appointmentChanged(filter: { clinicianId: "cli_1" }) { movement appointment { restId title } } }'
    await using stream = await live.subscribe(query)
    await live.deliverEvent('failing', { now: { clinician_profile_id: undefined } })
    expect(await stream.next()).toMatchObject({
      data: { appointmentChanged: { movement: 'ENTERED', appointment: { restId: 'failing', title: null } } },
      errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }],
    })
  })
})

describe('Two changes within a second', () => {
  test('A change outside the fields of the event is announced, and cached reads dropped', async () => {
    await using live = await startLive()
    await using stream = await live.subscribe('subscription { appointmentChanged { sequence } }')
    const send = (created_at: string) =>
      deliver(
        live.url,
        eventBody({ created_at, object: eventObject('a'), previous: eventObject('a', { title: 'Before' }) }),
        { at: NOON },
      )
    await send('2026-01-05T12:00:00.100Z')
    await live.query('{ appointment(id: "a") { attendanceStatus } }')
    live.takeRequests()
    await send('2026-01-05T12:00:00.200Z')
    const sequences = [await stream.next(), await stream.next()].map((each) => changeIn(each).sequence)
    expect(new Set(sequences).size).toBe(2)
    await live.query('{ appointment(id: "a") { description } }')
    expect(live.takeRequests()).toEqual(['GET /appointments/a'])
  })

  test('Events that contain only an id are changes, each of them', async () => {
    await using live = await startLive()
    await using stream = await live.subscribe(
      'subscription { appointmentChanged { appointment { restId title } } }',
    )
    for (const second of [1, 2, 3]) {
      const created_at = new Date(NOON + second * 1000).toISOString()
      await deliver(live.url, eventBody({ created_at, object: { id: 'a' } }), { at: NOON })
      expect(changeIn(await stream.next()).appointment).toEqual({ restId: 'a', title: 'Visit' })
    }
  })
})

describe('What subscribers get of an appointment', () => {
  test('An event that is older than a read is announced to no subscriber', async () => {
    await using live = await startLive()
    await using stream = await live.subscribe(QUERY)
    await live.query('{ appointment(id: "a") { title } }')
    await live.deliverEvent('a', { second: -30, now: { title: 'Long ago' } })
    await live.deliverEvent('b')
    expect(changeIn(await stream.next()).appointment.restId).toBe('b')
  })

  test('The read for one change is not used for it again once there is a later change', async () => {
    let description = 'one'
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: { ...eventObject('a'), description }, meta: {} },
    }))
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      now: () => NOON,
      webhooks: { secrets: [{ secret: SECRET }] },
    })
    const query =
      'subscription ($after: String) { appointmentChanged(after: $after) { appointment { description } } }'
    const open = (after?: string | null) => subscribe(gateway.url, { query, variables: { after } })
    await using first = await open()
    const after = first.response.headers.get('x-resume-after')
    for (const [second, now] of [
      [1, 'two'],
      [2, 'three'],
    ] as const) {
      description = now
      const at = new Date(NOON + second * 1000).toISOString()
      const body = eventBody({ created_at: at, object: eventObject('a', { updated_at: at }) })
      await deliver(gateway.url, body, { at: NOON })
      expect(changeIn(await first.next()).appointment.description).toBe(now)
    }
    await using second = await open(after)
    for (let nth = 0; nth < 2; nth += 1)
      expect(changeIn(await second.next()).appointment.description).toBe('three')
  })

  test('A repeated old event invalidates nothing, and does not count as activity', async () => {
    await using live = await startLive()
    const old = eventBody({
      created_at: '2026-01-05T11:59:00Z',
      object: eventObject('a', { updated_at: '2026-01-05T11:59:00Z', title: 'Old' }),
    })
    await live.deliverEvent('a')
    await deliver(live.url, old, { at: NOON })
    await live.query('{ appointments { nodes { title } } }')
    live.takeRequests()
    await deliver(live.url, old, { at: NOON })
    await live.query('{ appointments { nodes { title } } }')
    expect(live.takeRequests()).toEqual([])
  })
})
