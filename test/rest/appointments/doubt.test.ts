import { describe, expect, test } from 'vitest'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { type ScriptedRequest, startScriptedUpstream } from '../../support/scripted-upstream.ts'

const BOOKING = { title: 'Check-up', startTime: '2030-01-07T10:00:00Z', endTime: '2030-01-07T10:30:00Z' }
const WITHOUT_WAITS = { retry: { wait: async () => {}, random: () => 0 } }
const ERROR = { data: null, meta: {}, error: { code: 'SOME_CODE', message: 'm' } }

/** An upstream with one appointment. It carries out every write, and answers it by a script. */
async function startOne(answerWrite: (nth: number) => { status: number; body?: unknown } | 'never') {
  let row: Record<string, unknown> = { id: 'a', title: 'Old', status: 'confirmed', cancellation_reason: null }
  let writes = 0
  function apply({ line, body }: ScriptedRequest): void {
    if (line.startsWith('PATCH')) row = { ...row, ...JSON.parse(body) }
    if (line.endsWith('/cancel')) row = { ...row, status: 'cancelled', ...JSON.parse(body) }
  }
  const late: (() => void)[] = []
  const upstream = await startScriptedUpstream((request) => {
    if (request.line.startsWith('GET')) return { body: { data: row, meta: {} } }
    const answer = answerWrite(writes++)
    if (answer === 'never') return () => void late.push(() => apply(request))
    apply(request)
    return { status: answer.status, body: answer.body ?? { data: row, meta: {} } }
  })
  return {
    ...upstream,
    lines: () => upstream.requests.map(({ line }) => line),
    /** Carries out the writes that it never answered. */
    doLate: () => late.splice(0).forEach((apply) => void apply()),
  }
}

describe('A write that was carried out, but answered with an error', () => {
  test.for([500, 502, 503, 504])('An update that was answered %i has succeeded', async (status) => {
    await using upstream = await startOne(() => ({ status, body: ERROR }))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    const row = await rest.appointments.update('a', { title: 'New' }, operationOf())
    expect(row.title).toBe('New')
    expect(upstream.lines()).toEqual(['PATCH /appointments/a', 'GET /appointments/a'])
  })

  test.for([500, 502, 503, 504])('A cancel that was answered %i has succeeded', async (status) => {
    await using upstream = await startOne(() => ({ status, body: ERROR }))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    const { row } = await rest.appointments.cancel('a', 'Ill', operationOf())
    expect(row).toMatchObject({ status: 'cancelled', cancellationReason: 'Ill' })
    expect(upstream.lines()).toEqual(['POST /appointments/a/cancel', 'GET /appointments/a'])
  })

  test.for([500, 502, 503, 504])('A create that was answered %i is repeated with its key', async (status) => {
    await using upstream = await startOne((nth) => (nth === 0 ? { status, body: ERROR } : { status: 201 }))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    await rest.appointments.create(BOOKING, 'key', operationOf())
    expect(upstream.requests.map(({ headers }) => headers['idempotency-key'])).toEqual(['key', 'key'])
  })

  test('A create whose every answer is a 500 has an unknown outcome', async () => {
    await using upstream = await startOne(() => ({ status: 500, body: ERROR }))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    await expect(rest.appointments.create(BOOKING, 'key', operationOf())).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      extensions: { check: { idempotencyKey: 'key' } },
    })
  })

  test('An update whose answer is unreadable has succeeded if the row has the change', async () => {
    await using upstream = await startOne(() => ({
      status: 200,
      body: { data: { nothing: true }, meta: {} },
    }))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    expect((await rest.appointments.update('a', { title: 'New' }, operationOf())).title).toBe('New')
  })
})

describe('The repeat of a create whose first answer was lost', () => {
  test.for([401, 403, 408, 409, 429])('Answered %i, it leaves the outcome unknown', async (status) => {
    await using upstream = await startOne((nth) => ({ status: nth === 0 ? 502 : status, body: ERROR }))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    await expect(rest.appointments.create(BOOKING, 'key', operationOf())).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      extensions: { check: { idempotencyKey: 'key' } },
    })
  })

  test.for([400, 404, 413, 422])('Answered %i, it proves that nothing was created', async (status) => {
    await using upstream = await startOne((nth) => ({ status: nth === 0 ? 502 : status, body: ERROR }))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    await expect(rest.appointments.create(BOOKING, 'key', operationOf())).rejects.toMatchObject({
      code: 'SOME_CODE',
    })
  })
})

describe('A write that is slower than the timeout', () => {
  test('The outcome of an update that may still happen is unknown', async () => {
    await using upstream = await startOne(() => 'never')
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, timeoutMs: 30 })
    await expect(rest.appointments.update('a', { title: 'New' }, operationOf())).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      extensions: { check: { appointmentId: 'a' } },
    })
  })

  test('The outcome of a cancel that may still happen is unknown', async () => {
    await using upstream = await startOne(() => 'never')
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, timeoutMs: 30 })
    await expect(rest.appointments.cancel('a', null, operationOf())).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      extensions: { check: { appointmentId: 'a' } },
    })
  })

  test('For a minute the gateway caches nothing that the late write may change', async () => {
    let now = NOON
    await using upstream = await startOne(() => 'never')
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, timeoutMs: 30, now: () => now })
    const read = async () => (await rest.appointments.retrieve('a', operationOf())).row.title
    await rest.appointments.update('a', { title: 'New' }, operationOf()).catch(() => {})
    expect(await read()).toBe('Old')
    upstream.doLate()
    expect(await read()).toBe('New')
    now += 60_000
    const sent = upstream.requests.length
    await read()
    await read()
    expect(upstream.requests).toHaveLength(sent + 1)
  })
})

describe('What the upstream stores of a change', () => {
  test.for([
    [{ title: '  New ' }, { title: 'New' }],
    [{ startTime: '2030-01-07T10:00:00.123456Z' }, { start_time: '2030-01-07T10:00:00.123Z' }],
    [{ startTime: '2030-01-07T10:00:00.123456Z' }, { start_time: '2030-01-07T10:00:00Z' }],
  ] as const)('The gateway recognises its change %j as %j', async ([changes, stored]) => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.startsWith('GET')
        ? { body: { data: { id: 'a', ...stored }, meta: {} } }
        : (response) => void response.destroy(),
    )
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    expect((await rest.appointments.update('a', changes, operationOf())).id).toBe('a')
  })

  test('A different stored value means that the change did not happen', async () => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.startsWith('GET')
        ? { body: { data: { id: 'a', start_time: '2030-01-07T10:00:00.124Z' }, meta: {} } }
        : (response) => void response.destroy(),
    )
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    const changes = { startTime: '2030-01-07T10:00:00.123Z' }
    await expect(rest.appointments.update('a', changes, operationOf())).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
  })
})

test('The gateway caches that an appointment is missing, until a write to it', async () => {
  let now = NOON
  await using upstream = await startScriptedUpstream(({ line }) =>
    line.startsWith('GET')
      ? { status: 404, body: { data: null, meta: {}, error: { code: 'NOT_FOUND', message: 'm' } } }
      : { body: { data: { id: 'a', status: 'cancelled' }, meta: {} } },
  )
  await using rest = startRest(upstream.url, { now: () => now })
  const by = operationOf()
  const read = () => rest.appointments.retrieve('a', by).catch(({ code }) => code)
  expect([await read(), await read(), await read()]).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND'])
  expect(by.ledger).toMatchObject({ exchanges: 1, remembered: 2 })
  await rest.appointments.cancel('a', null, operationOf())
  await read()
  expect(upstream.requests).toHaveLength(3)
  now += 10_000
  await read()
  expect(upstream.requests).toHaveLength(4)
})
