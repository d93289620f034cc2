import { describe, expect, test } from 'vitest'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'

const MINUTE = 60_000

/** An API key of an upstream with its own clock: `limit` requests an hour, of which `left` remain. */
interface KeyOptions {
  readonly limit?: number
  readonly left?: number
  readonly clock?: () => number
}

function startKey({ limit = 1_000, left, clock = () => NOON }: KeyOptions = {}) {
  let remaining = left ?? limit
  let refusing: ScriptedAnswer | undefined
  return {
    refuseWith(refusal: ScriptedAnswer | undefined) {
      refusing = refusal
    },
    refill(count: number) {
      remaining = count
    },
    start: () =>
      startScriptedUpstream(() => {
        if (refusing !== undefined) return refusing
        remaining -= 1
        return {
          body: { data: { id: 'a' }, meta: {} },
          headers: {
            date: new Date(clock()).toUTCString(),
            'x-ratelimit-limit': String(limit),
            'x-ratelimit-remaining': String(remaining),
          },
        }
      }),
  }
}

describe('The request budget', () => {
  test('The budget refuses nothing before a response carries rate headers', async () => {
    await using upstream = await startScriptedUpstream(() => ({ body: { data: { id: 'a' }, meta: {} } }))
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    const by = operationOf()
    for (let index = 0; index < 5; index++) await rest.appointments.retrieve('a', by)
    expect(rest.rateLimit(by)).toBeNull()
    expect(by.ledger.exchanges).toBe(5)
  })

  test('The budget reports the remaining requests and the next full hour', async () => {
    await using upstream = await startKey({ left: 42, clock: () => NOON + 20 * MINUTE }).start()
    await using rest = startRest(upstream.url, { now: () => NOON + 20 * MINUTE })
    const by = operationOf()
    await rest.appointments.retrieve('a', by)
    expect(rest.rateLimit(by)).toEqual({ limit: 1_000, remaining: 41, resetsAt: '2026-01-05T13:00:00Z' })
    expect(rest.rateLimit(operationOf('b'))).toBeNull()
  })

  test('The budget reserves its last requests for writes and the reads of writes', async () => {
    await using upstream = await startKey({ limit: 20, left: 5 }).start()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    for (let index = 0; index < 3; index++) await rest.appointments.retrieve('a', operationOf())
    const refused = operationOf()
    await expect(rest.appointments.retrieve('a', refused)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { resetsAt: '2026-01-05T13:00:00Z' },
    })
    expect(refused.ledger.exchanges).toBe(0)
    const writing = operationOf()
    writing.ledger.isMutation = true
    await rest.appointments.cancel('a', null, writing)
    await rest.appointments.retrieve('a', writing)
    await expect(rest.appointments.cancel('a', null, writing)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(upstream.requests).toHaveLength(5)
  })

  test('The budget counts requests in flight as spent', async () => {
    await using upstream = await startKey({ limit: 20, left: 6 }).start()
    await using rest = startRest(upstream.url)
    await rest.appointments.retrieve('first', operationOf()).catch(() => {})
    const reads = ['b', 'c', 'd', 'e', 'f'].map((id) => rest.appointments.retrieve(id, operationOf()))
    const answers = await Promise.allSettled(reads)
    const limited = answers.filter(
      (answer) => answer.status === 'rejected' && answer.reason.code === 'RATE_LIMITED',
    )
    expect(limited).toHaveLength(2)
    expect(upstream.requests).toHaveLength(4)
  })

  test('The budget is full two seconds after the hour, by the clock of the upstream', async () => {
    let now = NOON + 49.5 * MINUTE
    const ahead = 10 * MINUTE
    const key = startKey({ limit: 20, left: 1, clock: () => now + ahead })
    await using upstream = await key.start()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0, now: () => now })
    await rest.appointments.retrieve('a', operationOf())
    now = NOON + 50 * MINUTE + 1_999
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
    now += 1
    key.refill(20)
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.requests).toHaveLength(2)
  })

  test('The budget trusts a wrong upstream clock for an hour at most', async () => {
    let now = NOON + 30 * MINUTE
    let dated = Date.parse('2030-01-01T00:00:00Z')
    const key = startKey({ limit: 1_000, left: 500, clock: () => dated })
    await using upstream = await key.start()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0, now: () => now })
    await rest.appointments.retrieve('a', operationOf())
    now += 61 * MINUTE
    dated = now
    key.refill(6)
    await rest.appointments.retrieve('a', operationOf())
    expect(rest.rateLimit(operationOf())).toMatchObject({ remaining: 5, resetsAt: '2026-01-05T14:00:00Z' })
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
  })
})

const LIMITED = { data: null, meta: {}, error: { code: 'RATE_LIMITED', message: 'Too many requests' } }

describe('A 429 of the upstream', () => {
  test('A 429 with nothing remaining stops the key until the reset', async () => {
    let now = NOON + 30 * MINUTE
    const key = startKey({ clock: () => now })
    await using upstream = await key.start()
    await using rest = startRest(upstream.url, { now: () => now })
    const date = new Date(now).toUTCString()
    key.refuseWith({
      status: 429,
      headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '0', date },
      body: LIMITED,
    })
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      extensions: { resetsAt: '2026-01-05T13:00:00Z', status: 429 },
    })
    key.refuseWith(undefined)
    for (let index = 0; index < 10; index++)
      await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
        code: 'RATE_LIMITED',
      })
    await expect(rest.appointments.cancel('a', null, operationOf())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
    await rest.appointments.retrieve('a', operationOf('another'))
    expect(upstream.requests).toHaveLength(2)
    now = NOON + 60 * MINUTE + 2_000
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.requests).toHaveLength(3)
  })

  test('A 429 with Retry-After stops the key for that time', async () => {
    let now = NOON
    const key = startKey({ clock: () => now })
    await using upstream = await key.start()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0, now: () => now })
    const read = () => rest.appointments.retrieve('a', operationOf())
    key.refuseWith({ status: 429, headers: { 'retry-after': '7' }, body: LIMITED })
    await expect(read()).rejects.toMatchObject({ extensions: { resetsAt: '2026-01-05T12:00:07Z' } })
    key.refuseWith(undefined)
    now += 6_999
    await expect(read()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(upstream.requests).toHaveLength(1)
    now += 1
    await read()
  })

  test.each([
    {
      name: 'A long pause is probed after 1, 2, 4, 8 and 16 minutes, and a success ends it',
      refusal: { status: 429, headers: { 'retry-after': '999999' }, body: LIMITED },
      pausesMs: [1, 2, 4, 8, 16, 16].map((minutes) => minutes * MINUTE),
    },
    {
      name: 'A bare 429 stops the key for 1 s, doubled up to 30 s, and then allows one probe',
      refusal: { status: 429, body: LIMITED },
      pausesMs: [1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * 1_000),
    },
  ])('$name', async ({ refusal, pausesMs }) => {
    let now = NOON
    const key = startKey({ clock: () => now })
    await using upstream = await key.start()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0, now: () => now })
    const readTwice = () =>
      Promise.allSettled(['a', 'b'].map((id) => rest.appointments.retrieve(id, operationOf())))
    key.refuseWith(refusal)
    await rest.appointments.retrieve('a', operationOf()).catch(() => {})
    let sent = 1
    for (const pauseMs of pausesMs) {
      now += pauseMs - 1
      await readTwice()
      expect(upstream.requests).toHaveLength(sent)
      now += 1
      await readTwice()
      sent += 1
      expect(upstream.requests).toHaveLength(sent)
    }
    key.refuseWith(undefined)
    now += pausesMs.at(-1) ?? 0
    await rest.appointments.retrieve('a', operationOf())
    await readTwice()
    expect(upstream.requests).toHaveLength(sent + 3)
  })

  test('A query during a 429 gets stale data with its age, and a mutation an error', async () => {
    let now = NOON
    const key = startKey({ clock: () => now })
    await using upstream = await key.start()
    await using rest = startRest(upstream.url, { now: () => now })
    await rest.appointments.retrieve('a', operationOf())
    key.refuseWith({ status: 429, headers: { 'retry-after': '3600' }, body: LIMITED })
    now += 309_999
    expect((await rest.appointments.retrieve('a', operationOf())).staleSince).toBe('2026-01-05T12:00:00.000Z')
    const mutation = operationOf()
    mutation.ledger.isMutation = true
    await expect(rest.appointments.retrieve('a', mutation)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    now += 1
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
      code: 'RATE_LIMITED',
    })
  })
})
