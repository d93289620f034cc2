import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { AppointmentFilter } from '../../src/contract/field-names.ts'
import { NOON, operationOf, startRest, type TestRest } from '../support/rest.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../support/scripted-upstream.ts'

const HOUR = 3_600_000
const AS_OF_NOON = '2026-01-05T12:00:00.000Z'
const WITHOUT_WAITS = { retry: { wait: async () => {}, random: () => 0 } }
const ROW = { id: 'a', title: 't' }
const UNAVAILABLE = { code: 'UPSTREAM_UNAVAILABLE' }
const REFUSAL = {
  status: 409,
  body: { data: null, error: { code: 'INVALID_STATE_TRANSITION', message: 'It is cancelled already.' } },
}
const FIRST = { offset: 0, limit: 20 }

/**
 * How the upstream fails: with an error, without any response, or by closing the connection. Where only writes fail, or are
 * refused, reads succeed.
 */
type Outage = ScriptedAnswer | 'silence' | 'reset' | 'writes fail' | 'writes are refused'

function failing(status: number, body: unknown = '<html>no</html>'): ScriptedAnswer {
  return { status, body }
}

/** An upstream that a test takes down, and a client whose clock only a test moves. */
async function startOutage(options: Parameters<typeof startRest>[1] = {}) {
  let now = NOON
  let outage: Outage | undefined
  let row: object = ROW
  const pending: ServerResponse[] = []
  const upstream = await startScriptedUpstream(({ line }) => {
    if (outage === 'silence') return (response) => void pending.push(response)
    if (outage === 'reset') return (response) => void response.destroy()
    if (outage === 'writes fail' && !line.startsWith('GET')) return failing(503)
    if (outage === 'writes are refused' && !line.startsWith('GET')) return REFUSAL
    const rows = line.includes('patient_id=nobody') ? [] : [row]
    const data = line.includes('/appointments?') ? rows : row
    return typeof outage === 'object' ? outage : { body: { data, meta: { has_more: false } } }
  })
  const rest = startRest(upstream.url, { now: () => now, ...WITHOUT_WAITS, ...options })
  return {
    rest,
    upstream,
    advance: (ms: number) => {
      now += ms
    },
    goDown: (how: Outage) => {
      outage = how
    },
    comeBack: () => {
      outage = undefined
    },
    changeRow(changed: object) {
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
      for (const response of pending) response.destroy()
      await upstream[Symbol.asyncDispose]()
      await rest[Symbol.asyncDispose]()
    },
  }
}

describe('A read while the upstream does not answer', () => {
  test.for<Outage>([
    failing(500),
    failing(502),
    failing(503),
    failing(503, { error: { code: 'MAINTENANCE', message: 'Back at three.' } }),
    'reset',
    'silence',
  ])('It gets the stale answer, with its age: %j', async (how) => {
    await using clinic = await startOutage({ timeoutMs: 200 })
    await clinic.read()
    clinic.goDown(how)
    clinic.advance(10_000 + HOUR - 1)
    expect(await clinic.read()).toMatchObject({ row: { title: 't' }, staleSince: AS_OF_NOON })
    clinic.advance(1)
    await expect(clinic.read()).rejects.toThrow()
  })

  test('The age of a stale answer is the same at each read', async () => {
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

  test('It gets a 4xx of the upstream, and no stale answer', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    clinic.advance(10_000)
    for (const status of [400, 401, 403, 422]) {
      clinic.goDown(failing(status, { error: { code: 'NO', message: 'No.' } }))
      await expect(clinic.read()).rejects.toThrow()
    }
  })

  test('Its limit on stale answers is not that of a spent quota', async () => {
    await using clinic = await startOutage({ staleIfLimitedMs: 60_000, staleIfDownMs: 0 })
    await clinic.read()
    clinic.advance(10_000)
    clinic.goDown(failing(500))
    await expect(clinic.read()).rejects.toMatchObject(UNAVAILABLE)
    clinic.goDown({ status: 429, body: '-' })
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
  })

  test('A mutation gets no stale answer', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    clinic.advance(10_000)
    clinic.goDown(failing(500))
    const mutation = operationOf()
    mutation.ledger.isMutation = true
    await expect(clinic.read(mutation)).rejects.toMatchObject(UNAVAILABLE)
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
  })

  test('It gets no stale answer of another caller', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    clinic.advance(10_000)
    clinic.goDown(failing(500))
    await expect(clinic.read(operationOf('other'))).rejects.toMatchObject(UNAVAILABLE)
  })

  test('It gets a fresh answer once the upstream is back', async () => {
    await using clinic = await startOutage()
    await clinic.read()
    await clinic.openBreaker()
    clinic.advance(60_000)
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
    clinic.comeBack()
    clinic.advance(5_000)
    for (let nth = 0; nth < 3; nth += 1) expect((await clinic.read()).staleSince).toBeUndefined()
  })
})

describe('A write while the upstream does not answer', () => {
  const rename = ({ appointments }: TestRest) => {
    const by = operationOf()
    by.ledger.isMutation = true
    return appointments.update('a', { title: 'new' }, by)
  }

  test('It is refused without a request, and the error says since when', async () => {
    await using clinic = await startOutage()
    await clinic.openBreaker()
    const sent = clinic.lines().length
    clinic.advance(1_000)
    await expect(rename(clinic.rest)).rejects.toMatchObject({
      ...UNAVAILABLE,
      extensions: { since: '2026-01-05T12:00:00Z' },
    })
    expect(clinic.lines()).toHaveLength(sent)
  })

  test('A read is sent as its probe, and a silent upstream delays neither of them', async () => {
    // A read or write that waited for the probe would take longer than the test.
    await using clinic = await startOutage({ timeoutMs: 600_000 })
    await clinic.read()
    await clinic.openBreaker()
    clinic.goDown('silence')
    const sent = clinic.lines().length
    clinic.advance(60_000)
    await expect(rename(clinic.rest)).rejects.toMatchObject(UNAVAILABLE)
    expect(clinic.lines().slice(sent)).toEqual(['GET /appointments?limit=1'])
    // The probe is still in flight, and there is one at a time.
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
    expect(clinic.lines()).toHaveLength(sent + 1)
  })

  test('A read that probes a silent upstream gets the stale answer without waiting', async () => {
    await using clinic = await startOutage({ timeoutMs: 600_000 })
    await clinic.read()
    await clinic.openBreaker()
    clinic.goDown('silence')
    clinic.advance(60_000)
    expect((await clinic.read()).staleSince).toBe(AS_OF_NOON)
    expect(clinic.lines().at(-1)).toBe('GET /appointments/a')
  })

  test('The first write after the outage succeeds, and costs one probe', async () => {
    await using clinic = await startOutage()
    await clinic.openBreaker()
    clinic.comeBack()
    const sent = clinic.lines().length
    clinic.advance(5_000)
    await rename(clinic.rest)
    await rename(clinic.rest)
    expect(clinic.lines().slice(sent)).toEqual([
      'GET /appointments?limit=1',
      'PATCH /appointments/a',
      'PATCH /appointments/a',
    ])
  })

  test('A write that was never sent does not invalidate stale answers', async () => {
    let now = NOON
    const upstream = await startScriptedUpstream(({ line }) => {
      const data = line.includes('/appointments?') ? [ROW] : ROW
      return { body: { data, meta: { has_more: false } } }
    })
    await using rest = startRest(upstream.url, { now: () => now, ...WITHOUT_WAITS })
    const find = async () => (await rest.appointments.retrieve('a', operationOf())).staleSince
    const list = async () => (await rest.appointments.list({}, FIRST, operationOf())).staleSince
    expect([await find(), await list()]).toEqual([undefined, undefined])
    await upstream[Symbol.asyncDispose]()
    now += 10_000
    expect([await find(), await list()]).toEqual([AS_OF_NOON, AS_OF_NOON])
    // The first writes, also concurrent ones, get no connection, and the later ones meet an open breaker.
    for (let round = 0; round < 3; round += 1) {
      const writes = await Promise.allSettled(Array.from({ length: 5 }, () => rename(rest)))
      for (const write of writes) expect(write).toMatchObject({ status: 'rejected', reason: UNAVAILABLE })
      expect([await find(), await list()]).toEqual([AS_OF_NOON, AS_OF_NOON])
    }
  })

  test.for<Outage>([failing(503), 'silence'])(
    'A write with an unknown outcome does not invalidate stale answers: %j',
    async (how) => {
      await using clinic = await startOutage({ timeoutMs: 200 })
      await Promise.all([clinic.read(), clinic.list()])
      clinic.goDown(how)
      await expect(rename(clinic.rest)).rejects.toThrow()
      clinic.advance(1_000)
      expect([(await clinic.read()).staleSince, (await clinic.list()).staleSince]).toEqual([
        AS_OF_NOON,
        AS_OF_NOON,
      ])
      clinic.comeBack()
      clinic.advance(5_000)
      // The first reads meet the open breaker, or close it.
      await Promise.all([clinic.read(), clinic.list()])
      expect([(await clinic.read()).staleSince, (await clinic.list()).staleSince]).toEqual([
        undefined,
        undefined,
      ])
    },
  )

  test('While a write may still happen, a read gets the latest answer', async () => {
    await using clinic = await startOutage({ timeoutMs: 200 })
    await clinic.read()
    clinic.goDown('silence')
    await expect(rename(clinic.rest)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
    clinic.comeBack()
    clinic.changeRow({ title: 'later' })
    clinic.advance(5_000)
    const sent = clinic.lines().length
    for (let nth = 0; nth < 2; nth += 1)
      expect(await clinic.read()).toMatchObject({ row: { title: 'later' } })
    expect(clinic.lines().slice(sent)).toEqual(['GET /appointments/a', 'GET /appointments/a'])
    clinic.goDown(failing(500))
    expect(await clinic.read()).toMatchObject({
      row: { title: 'later' },
      staleSince: '2026-01-05T12:00:05.000Z',
    })
    clinic.comeBack()
    clinic.advance(60_000)
    expect((await clinic.read()).staleSince).toBeUndefined()
  })

  test('An answered write invalidates only the lists that it may have changed', async () => {
    await using clinic = await startOutage()
    const others = { patientId: 'nobody' }
    clinic.changeRow({ patient_id: 'p1' })
    await Promise.all([clinic.list(), clinic.list(others)])
    clinic.changeRow({ title: 'new' })
    await rename(clinic.rest)
    const sent = clinic.lines().length
    await Promise.all([clinic.list(), clinic.list(others)])
    expect(clinic.lines().slice(sent)).toEqual(['GET /appointments?limit=20&offset=0'])
    clinic.changeRow({ title: 'newer' })
    await rename(clinic.rest)
    clinic.advance(10_000)
    clinic.goDown(failing(503))
    expect((await clinic.list(others)).staleSince).toBe(AS_OF_NOON)
    await expect(clinic.list()).rejects.toMatchObject(UNAVAILABLE)
  })

  test('A refused write invalidates stale answers: the state has changed', async () => {
    await using clinic = await startOutage()
    await Promise.all([clinic.read(), clinic.list()])
    clinic.goDown('writes are refused')
    const cancel = clinic.rest.appointments.cancel('a', null, operationOf())
    await expect(cancel).rejects.toMatchObject({ code: 'INVALID_STATE_TRANSITION' })
    clinic.goDown(failing(503))
    await expect(clinic.read()).rejects.toMatchObject(UNAVAILABLE)
    await expect(clinic.list()).rejects.toMatchObject(UNAVAILABLE)
  })

  test('With a spent quota a write in doubt rules out the stale answer', async () => {
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
          clinic.changeRow({ title: 'new' })
          expect(await rename(clinic.rest)).toMatchObject({ title: 'new' })
        },
      ],
      [
        'a cancel',
        async (clinic) => {
          clinic.changeRow({ status: 'cancelled', cancellation_reason: null })
          expect(await clinic.rest.appointments.cancel('a', null, operationOf())).toMatchObject({
            row: { status: 'cancelled' },
          })
        },
      ],
    ]
  test.for(SETTLED)('A write that turns out to be done invalidates stale answers: %s', async ([, write]) => {
    await using clinic = await startOutage()
    await clinic.list()
    clinic.goDown('writes fail')
    await write(clinic)
    clinic.goDown(failing(503))
    await expect(clinic.list()).rejects.toMatchObject(UNAVAILABLE)
  })

  test('A change of a patient that turns out to be done invalidates stale answers', async () => {
    await using clinic = await startOutage()
    const { directory } = clinic.rest
    clinic.changeRow({ first_name: 'Ada' })
    const read = () => directory.retrieve('Patient', 'a', operationOf())
    expect(await read()).toMatchObject({ entry: { fields: { firstName: 'Ada' } } })
    clinic.goDown('writes fail')
    clinic.changeRow({ first_name: 'Grace' })
    await directory.updatePatient('a', { firstName: 'Grace' }, operationOf())
    clinic.goDown(failing(503))
    await expect(read()).rejects.toMatchObject(UNAVAILABLE)
  })
})
