import { describe, expect, test } from 'vitest'
import { operationOf, startRest } from '../../support/rest.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'

const ELEVEN = Date.parse('2026-01-05T11:00:00Z')
const MINUTE = 60_000
const LIMITED = { data: null, meta: {}, error: { code: 'RATE_LIMITED', message: 'Too many requests' } }

interface Answer {
  readonly remaining: number
  readonly limit?: number
  readonly status?: number
  /** The `Date` of the response, in milliseconds since the epoch. */
  readonly dated: number
  /** The time when the response arrives; the clock stands still until then. */
  readonly arrives?: number
}

/** An upstream and a gateway with one clock, which moves while a request is in flight. */
async function startHour(startsAt: number) {
  let now = startsAt
  const answers: Answer[] = []
  const upstream = await startScriptedUpstream((): ScriptedAnswer => {
    const { remaining, limit = 1_000, status = 200, dated, arrives = now } = answers.shift() ?? LATER(now)
    now = arrives
    return {
      status,
      body: status === 429 ? LIMITED : { data: { id: 'a', status: 'confirmed' }, meta: {} },
      headers: {
        date: new Date(dated).toUTCString(),
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(remaining),
      },
    }
  })
  const rest = startRest(upstream.url, { cacheTtlMs: 0, now: () => now })
  return {
    upstream,
    rest,
    read: () => rest.appointments.retrieve('a', operationOf()),
    cancel: () => rest.appointments.cancel('a', null, operationOf()),
    next: (answer: Answer) => void answers.push(answer),
    setTime(ms: number) {
      now = ms
    },
    async [Symbol.asyncDispose]() {
      await rest[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const LATER = (now: number): Answer => ({ remaining: 996, dated: now })

describe('The clock hour of a count', () => {
  test('A count of 10:59 in a response of 11:00 does not lock the new hour', async () => {
    await using hour = await startHour(ELEVEN - 100)
    hour.next({ remaining: 3, dated: ELEVEN, arrives: ELEVEN + 100 })
    await hour.read()
    for (let nth = 0; nth < 5; nth++) await hour.read()
    await hour.cancel()
    expect(hour.rest.rateLimit(operationOf())).toMatchObject({ remaining: 996 })
    expect(hour.upstream.requests).toHaveLength(7)
  })

  test('A 429 of 10:59 in a response of 11:00 pauses for a second, writes too', async () => {
    await using hour = await startHour(ELEVEN - 100)
    hour.next({ remaining: 0, status: 429, dated: ELEVEN, arrives: ELEVEN + 100 })
    await expect(hour.read()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await expect(hour.cancel()).rejects.toMatchObject({
      extensions: { resetsAt: '2026-01-05T11:00:01.100Z' },
    })
    hour.setTime(ELEVEN + 1_100)
    await hour.cancel()
    await hour.read()
    expect(hour.upstream.requests).toHaveLength(3)
  })

  test('A 429 of 10:59 that arrives after a 200 of 11:00 pauses nothing', async () => {
    let now = ELEVEN - 1_000
    const sent: ((answer: Answer) => void)[] = []
    await using upstream = await startScriptedUpstream(() => (response) => {
      sent.push(({ remaining, status = 200, dated }) => {
        const headers = {
          'content-type': 'application/json',
          date: new Date(dated).toUTCString(),
          'x-ratelimit-limit': '1000',
          'x-ratelimit-remaining': String(remaining),
        }
        const body = status === 429 ? LIMITED : { data: { id: 'a' }, meta: {} }
        response.writeHead(status, headers).end(JSON.stringify(body))
      })
    })
    await using rest = startRest(upstream.url, { cacheTtlMs: 0, now: () => now })
    const slow = rest.appointments.retrieve('slow', operationOf())
    await upstream.arrival(1)
    now = ELEVEN + 10
    const quick = rest.appointments.retrieve('a', operationOf()).catch(() => {})
    await upstream.arrival(2)
    sent[1]?.({ remaining: 999, dated: ELEVEN })
    await quick
    sent[0]?.({ remaining: 0, status: 429, dated: ELEVEN - 1_000 })
    await expect(slow).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    const next = rest.appointments.retrieve('a', operationOf())
    await upstream.arrival(3)
    sent[2]?.({ remaining: 998, dated: ELEVEN })
    await next
  })

  test('A higher count of a later request replaces a lower one immediately', async () => {
    await using hour = await startHour(ELEVEN + 10 * MINUTE)
    hour.next({ remaining: 2, dated: ELEVEN + 10 * MINUTE })
    await hour.read()
    await expect(hour.read()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    // A write may use the reserve, and the count in its response says that the quota is full again.
    await hour.cancel()
    await hour.read()
    expect(hour.upstream.requests).toHaveLength(3)
  })

  test('A lock on reads is probed after a minute, and after two more where it holds', async () => {
    await using hour = await startHour(ELEVEN)
    hour.next({ remaining: 2, dated: ELEVEN })
    await hour.read()
    hour.setTime(ELEVEN + MINUTE - 1)
    await expect(hour.read()).rejects.toMatchObject({ extensions: { resetsAt: '2026-01-05T12:00:00Z' } })
    expect(hour.upstream.requests).toHaveLength(1)
    hour.setTime(ELEVEN + MINUTE)
    hour.next({ remaining: 1, dated: ELEVEN + MINUTE })
    await hour.read()
    hour.setTime(ELEVEN + 3 * MINUTE - 1)
    await expect(hour.read()).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    hour.setTime(ELEVEN + 3 * MINUTE)
    await hour.read()
    await hour.read()
    expect(hour.upstream.requests).toHaveLength(4)
  })

  test('The gateway ignores a limit of 0', async () => {
    await using hour = await startHour(ELEVEN)
    for (let nth = 0; nth < 3; nth++) hour.next({ limit: 0, remaining: 0, dated: ELEVEN })
    await hour.read()
    await hour.cancel()
    await hour.read()
    expect(hour.rest.rateLimit(operationOf())).toBeNull()
  })
})

describe('Clocks that disagree', () => {
  test('The caller gets the reset on its own clock, whatever the upstream says', async () => {
    await using hour = await startHour(ELEVEN + 20 * MINUTE)
    // The upstream's clock is two days and a quarter of an hour ahead.
    hour.next({ remaining: 2, dated: ELEVEN + 35 * MINUTE + 48 * 60 * MINUTE })
    await hour.read()
    const resetsAt = '2026-01-05T11:45:00Z'
    expect(hour.rest.rateLimit(operationOf())).toMatchObject({ resetsAt })
    await expect(hour.read()).rejects.toMatchObject({ extensions: { resetsAt } })
  })

  test('A wall clock that steps back makes no stale answer fresh', async () => {
    let now = ELEVEN
    let monotonic = 0
    await using upstream = await startScriptedUpstream(() => ({ body: { data: { id: 'a' }, meta: {} } }))
    await using rest = startRest(upstream.url, {
      cacheTtlMs: 10_000,
      clock: { now: () => now, monotonic: () => monotonic },
    })
    await rest.appointments.retrieve('a', operationOf())
    now -= 20 * MINUTE
    monotonic += 10_000
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.requests).toHaveLength(2)
  })
})
