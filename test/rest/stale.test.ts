import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { AppointmentFilter } from '../../src/contract/field-names.ts'
import { NOON, operationOf, startRest, type TestRest } from '../support/rest.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../support/scripted-upstream.ts'

const HOUR = 3_600_000
const AS_OF_NOON = '2026-01-05T12:00:00.000Z'
const AT_ONCE = { retry: { wait: async () => {}, random: () => 0 } }
const ROW = { id: 'a', title: 't' }
const UNAVAILABLE = { code: 'UPSTREAM_UNAVAILABLE' }
const REFUSAL = {
  status: 409,
  body: { data: null, error: { code: 'INVALID_STATE_TRANSITION', message: 'It is cancelled already.' } },
}
const FIRST = { offset: 0, limit: 20 }

/**
 * What the upstream does instead of answering: an answer of its own, no word at all, or the end of the connection. Where writes
 * fail, or are refused, reads are answered.
 */
type Outage = ScriptedAnswer | 'silence' | 'reset' | 'writes fail' | 'writes are refused'

function failing(status: number, body: unknown = '<html>no</html>'): ScriptedAnswer {
  return { status, body }
}

/** An upstream that can be taken down, and a client with a clock that stands still. */
async function startOutage(options: Parameters<typeof startRest>[1] = {}) {
  let now = NOON
  let outage: Outage | undefined
  let row: object = ROW
  const held: ServerResponse[] = []
  const upstream = await startScriptedUpstream(({ line }) => {
    if (outage === 'silence') return (response) => void held.push(response)
    if (outage === 'reset') return (response) => void response.destroy()
    if (outage === 'writes fail' && !line.startsWith('GET')) return failing(503)
    if (outage === 'writes are refused' && !line.startsWith('GET')) return REFUSAL
    const rows = line.includes('patient_id=nobody') ? [] : [row]
    const data = line.includes('/appointments?') ? rows : row
    return typeof outage === 'object' ? outage : { body: { data, meta: { has_more: false } } }
  })
  const rest = startRest(upstream.url, { now: () => now, ...AT_ONCE, ...options })
  return {
    rest,
    upstream,
    pass: (ms: number) => {
      now += ms
    },
    goDown: (how: Outage) => {
      outage = how
    },
    comeBack: () => {
      outage = undefined
    },
    becomes(changed: object) {
      row = { ...row, ...changed }
    },
    lines: () => upstream.requests.map(({ line }) => line),
    read: (by = operationOf()) => rest.appointments.retrieve('a', by),
    list: (filter: AppointmentFilter = {}) => rest.appointments.list(filter, FIRST, operationOf()),
    async openBreaker() {
      outage = failing(500)
      for (let nth = 0; nth < 10; nth += 1)
        await rest.appointments.retrieve('unseen', operationOf()).catch(() => {})
    },
    async [Symbol.asyncDispose]() {
      for (const response of held) response.destroy()
      await upstream[Symbol.asyncDispose]()
      await rest[Symbol.asyncDispose]()
    },
  }
}

describe('Where the upstream does not answer', () => {
  test.for<Outage>([
    failing(500),
    failing(502),
    failing(503),
    failing(503, { error: { code: 'MAINTENANCE', message: 'Back at three.' } }),
    'reset',
    'silence',
  ])('A read gets what was seen before, with its age: %j', async (how) => {
    await using clinic = await startOutage({ timeoutMs: 200 })
    await clinic.read()
    clinic.goDown(how)
    clinic.pass(10_000 + HOUR - 1)
    expect(await clinic.read()).toMatchObject({ row: { title: 't' }, staleSince: AS_OF_NOON })
    clinic.pass(1)
    await expect(clinic.read()).rejects.toThrow()
  })

  test('The age reads the same each time, between two milliseconds too', async () => {
    let time = NOON + 0.5
    await using clinic = await startOutage({
      clock: { now: () => Math.floor(time), monotonic: () => time - NOON },
    })
    await clinic.read()
    clinic.goDown(failing(500))
    const ages = new Set<string | null | undefined>()
    for (time += 20_000; time < NOON + 20_003; time += 0.3) ages.add((await clinic.read()).staleSince)
    expect(ages.size).toBe(1)
  })

  test('An error of the upstream that is an answer stays one', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    clinic.pass(10_000)
    for (const status of [400, 401, 403, 422]) {
      clinic.goDown(failing(status, { error: { code: 'NO', message: 'No.' } }))
      await expect(clinic.read()).rejects.toThrow()
    }
  })

  test('The time is another one than that of a spent quota', async () => {
    await using clinic = await startOutage({ staleIfLimitedMs: 60_000, staleIfDownMs: 0 })
    await clinic.read()
    clinic.pass(10_000)
    clinic.goDown(failing(500))
    await expect(clinic.read()).rejects.toMatchObject(UNAVAILABLE)
    clinic.goDown({ status: 429, body: '-' })
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
  })

  test('A mutation never reads what is stale', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    clinic.pass(10_000)
    clinic.goDown(failing(500))
    const mutation = operationOf()
    mutation.ledger.isMutation = true
    await expect(clinic.read(mutation)).rejects.toMatchObject(UNAVAILABLE)
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
  })

  test('Nobody gets what another caller has seen', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    clinic.pass(10_000)
    clinic.goDown(failing(500))
    await expect(clinic.read(operationOf('other'))).rejects.toMatchObject(UNAVAILABLE)
  })

  test('Once it is back the answer is new, and not stale', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    await clinic.openBreaker()
    clinic.pass(60_000)
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
    clinic.comeBack()
    clinic.pass(5_000)
    for (let nth = 0; nth < 3; nth += 1) expect((await clinic.read()).staleSince).toBeUndefined()
  })
})

describe('A write while the upstream does not answer', () => {
  const rename = ({ appointments }: TestRest) => {
    const by = operationOf()
    by.ledger.isMutation = true
    return appointments.update('a', { title: 'new' }, by)
  }

  test('It is refused at once, nothing is sent, and it says since when', async () => {
    await using clinic = await startOutage()
    await clinic.openBreaker()
    const asked = clinic.lines().length
    clinic.pass(1_000)
    await expect(rename(clinic.rest)).rejects.toMatchObject({
      ...UNAVAILABLE,
      extensions: { since: '2026-01-05T12:00:00Z' },
    })
    expect(clinic.lines()).toHaveLength(asked)
  })

  test('A read probes for it, and what is silent holds neither of them up', async () => {
    // Whoever waited for the probe would wait for longer than the test.
    await using clinic = await startOutage({ timeoutMs: 600_000 })
    await clinic.read()
    await clinic.openBreaker()
    clinic.goDown('silence')
    const asked = clinic.lines().length
    clinic.pass(60_000)
    await expect(rename(clinic.rest)).rejects.toMatchObject(UNAVAILABLE)
    expect(clinic.lines().slice(asked)).toEqual(['GET /appointments?limit=1'])
    // The probe is still under way, and there is one at a time.
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
    expect(clinic.lines()).toHaveLength(asked + 1)
  })

  test('A read that probes what is silent gets what was seen before, and does not wait', async () => {
    await using clinic = await startOutage({ timeoutMs: 600_000 })
    await clinic.read()
    await clinic.openBreaker()
    clinic.goDown('silence')
    clinic.pass(60_000)
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
    expect(clinic.lines().at(-1)).toBe('GET /appointments/a')
  })

  test('The first one after the outage is done, at the cost of the probe', async () => {
    await using clinic = await startOutage()
    await clinic.openBreaker()
    clinic.comeBack()
    const asked = clinic.lines().length
    clinic.pass(5_000)
    await rename(clinic.rest)
    await rename(clinic.rest)
    expect(clinic.lines().slice(asked)).toEqual([
      'GET /appointments?limit=1',
      'PATCH /appointments/a',
      'PATCH /appointments/a',
    ])
  })

  test('What was seen before outlives a write that was never sent', async () => {
    let now = NOON
    const upstream = await startScriptedUpstream(({ line }) => {
      const data = line.includes('/appointments?') ? [ROW] : ROW
      return { body: { data, meta: { has_more: false } } }
    })
    await using rest = startRest(upstream.url, { now: () => now, ...AT_ONCE })
    const find = async () => (await rest.appointments.retrieve('a', operationOf())).staleSince
    const list = async () => (await rest.appointments.list({}, FIRST, operationOf())).staleSince
    expect([await find(), await list()]).toEqual([undefined, undefined])
    await upstream[Symbol.asyncDispose]()
    now += 10_000
    expect([await find(), await list()]).toEqual([AS_OF_NOON, AS_OF_NOON])
    // The first ones find no connection, side by side too, and the later ones an open breaker.
    for (let round = 0; round < 3; round += 1) {
      const writes = await Promise.allSettled(Array.from({ length: 5 }, () => rename(rest)))
      for (const write of writes) expect(write).toMatchObject({ status: 'rejected', reason: UNAVAILABLE })
      expect([await find(), await list()]).toEqual([AS_OF_NOON, AS_OF_NOON])
    }
  })

  test.for<Outage>([failing(503), 'silence'])(
    'One that was sent, and may have been done, leaves what was seen before: %j',
    async (how) => {
      await using clinic = await startOutage({ timeoutMs: 200 })
      await Promise.all([clinic.read(), clinic.list()])
      clinic.goDown(how)
      await expect(rename(clinic.rest)).rejects.toThrow()
      clinic.pass(1_000)
      expect([(await clinic.read()).staleSince, (await clinic.list()).staleSince]).toEqual([
        AS_OF_NOON,
        AS_OF_NOON,
      ])
      clinic.comeBack()
      clinic.pass(5_000)
      // The first ones find the breaker open, or close it.
      await Promise.all([clinic.read(), clinic.list()])
      expect([(await clinic.read()).staleSince, (await clinic.list()).staleSince]).toEqual([
        undefined,
        undefined,
      ])
    },
  )

  test('While it may still happen, what was seen last is what is given', async () => {
    await using clinic = await startOutage({ timeoutMs: 200 })
    await clinic.read()
    clinic.goDown('silence')
    await expect(rename(clinic.rest)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    clinic.comeBack()
    clinic.becomes({ title: 'later' })
    clinic.pass(5_000)
    const asked = clinic.lines().length
    for (let nth = 0; nth < 2; nth += 1)
      expect(await clinic.read()).toMatchObject({ row: { title: 'later' } })
    expect(clinic.lines().slice(asked)).toEqual(['GET /appointments/a', 'GET /appointments/a'])
    clinic.goDown(failing(500))
    expect(await clinic.read()).toMatchObject({
      row: { title: 'later' },
      staleSince: '2026-01-05T12:00:05.000Z',
    })
    clinic.comeBack()
    clinic.pass(60_000)
    expect((await clinic.read()).staleSince).toBeUndefined()
  })

  test('One that was answered takes what it may have changed, and leaves other lists', async () => {
    await using clinic = await startOutage()
    const others = { patientId: 'nobody' }
    clinic.becomes({ patient_id: 'p1' })
    await Promise.all([clinic.list(), clinic.list(others)])
    clinic.becomes({ title: 'new' })
    await rename(clinic.rest)
    const asked = clinic.lines().length
    await Promise.all([clinic.list(), clinic.list(others)])
    expect(clinic.lines().slice(asked)).toEqual(['GET /appointments?limit=20&offset=0'])
    clinic.becomes({ title: 'newer' })
    await rename(clinic.rest)
    clinic.pass(10_000)
    clinic.goDown(failing(503))
    expect((await clinic.list(others)).staleSince).toBe(AS_OF_NOON)
    await expect(clinic.list()).rejects.toMatchObject(UNAVAILABLE)
  })

  test('One that was refused has found another state: nothing of before is given', async () => {
    await using clinic = await startOutage()
    await Promise.all([clinic.read(), clinic.list()])
    clinic.goDown('writes are refused')
    const cancel = clinic.rest.appointments.cancel('a', null, operationOf())
    await expect(cancel).rejects.toMatchObject({ code: 'INVALID_STATE_TRANSITION' })
    clinic.goDown(failing(503))
    await expect(clinic.read()).rejects.toMatchObject(UNAVAILABLE)
    await expect(clinic.list()).rejects.toMatchObject(UNAVAILABLE)
  })

  test('Where the quota is spent, what a doubt may have changed is not given', async () => {
    await using clinic = await startOutage()
    await clinic.list()
    clinic.goDown(failing(503))
    await expect(rename(clinic.rest)).rejects.toThrow()
    clinic.goDown({ status: 429, body: '-' })
    await expect(clinic.list()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
  })

  const SETTLED: readonly [string, (clinic: Awaited<ReturnType<typeof startOutage>>) => Promise<unknown>][] =
    [
      [
        'a change of an appointment',
        async (clinic) => {
          clinic.becomes({ title: 'new' })
          expect(await rename(clinic.rest)).toMatchObject({ title: 'new' })
        },
      ],
      [
        'a cancel',
        async (clinic) => {
          clinic.becomes({ status: 'cancelled', cancellation_reason: null })
          expect(await clinic.rest.appointments.cancel('a', null, operationOf())).toMatchObject({
            row: { status: 'cancelled' },
          })
        },
      ],
    ]
  test.for(SETTLED)('Where it turns out to be done, nothing of before is given: %s', async ([, write]) => {
    await using clinic = await startOutage()
    await clinic.list()
    clinic.goDown('writes fail')
    await write(clinic)
    clinic.goDown(failing(503))
    await expect(clinic.list()).rejects.toMatchObject(UNAVAILABLE)
  })

  test("Where a change of a patient's record turns out to be done, neither", async () => {
    await using clinic = await startOutage()
    const { directory } = clinic.rest
    clinic.becomes({ first_name: 'Ada' })
    const read = () => directory.retrieve('Patient', 'a', operationOf())
    expect(await read()).toMatchObject({ entry: { fields: { firstName: 'Ada' } } })
    clinic.goDown('writes fail')
    clinic.becomes({ first_name: 'Grace' })
    await directory.updatePatient('a', { firstName: 'Grace' }, operationOf())
    clinic.goDown(failing(503))
    await expect(read()).rejects.toMatchObject(UNAVAILABLE)
  })
})
