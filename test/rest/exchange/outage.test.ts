import { describe, expect, test } from 'vitest'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'

const FINE: ScriptedAnswer = { body: { data: { id: 'a', title: 't' }, meta: {} } }
const WITHOUT_WAITS = { cacheTtlMs: 0, retry: { wait: async () => {}, random: () => 0 } }

type Fault = ScriptedAnswer | 'reset' | 'truncated'

/** An upstream that answers its first requests with these faults and all later ones with success. */
function startFaultyUpstream(faults: readonly Fault[]) {
  const left = [...faults]
  return startScriptedUpstream(() => {
    const fault = left.shift()
    if (fault === 'reset') return (response) => void response.destroy()
    if (fault === 'truncated')
      return (response) => {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('{"data":', () => response.destroy())
      }
    return fault ?? FINE
  })
}

function failing(status: number, headers: Readonly<Record<string, string>> = {}): ScriptedAnswer {
  return { status, headers, body: '<html>no</html>' }
}

describe('The retry', () => {
  test.for<Fault>(['reset', 'truncated', failing(502), failing(503), failing(504)])(
    'The gateway repeats a read after %j, twice at most',
    async (fault) => {
      await using twice = await startFaultyUpstream([fault, fault])
      await using rest = startRest(twice.url, WITHOUT_WAITS)
      expect((await rest.appointments.retrieve('a', operationOf())).row.title).toBe('t')
      expect(twice.requests).toHaveLength(3)

      await using lasting = await startFaultyUpstream([fault, fault, fault])
      await using other = startRest(lasting.url, WITHOUT_WAITS)
      await expect(other.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
      })
      expect(lasting.requests).toHaveLength(3)
    },
  )

  test('The ledger counts every attempt', async () => {
    await using upstream = await startFaultyUpstream(['reset'])
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    const by = operationOf()
    await rest.appointments.retrieve('a', by)
    expect(by.ledger.exchanges).toBe(2)
  })

  test.for<Fault>([
    failing(500),
    { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: '' } } },
    { status: 429, body: { error: { code: 'RATE_LIMITED', message: '' } } },
    { status: 404, body: { error: { code: 'NOT_FOUND', message: '' } } },
    { body: '<html>welcome</html>' },
  ])('The gateway does not retry after %j', async (fault) => {
    await using upstream = await startFaultyUpstream([fault])
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toThrow()
    expect(upstream.requests).toHaveLength(1)
  })

  test('The gateway never repeats a PATCH', async () => {
    await using upstream = await startFaultyUpstream([
      failing(503),
      { body: { data: { id: 'a', title: 'old' }, meta: {} } },
    ])
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    await expect(rest.appointments.update('a', { title: 'new' }, operationOf())).rejects.toThrow()
    expect(upstream.requests.map(({ line }) => line)).toEqual([
      'PATCH /appointments/a',
      'GET /appointments/a',
    ])
  })

  test('The gateway waits with jitter, twice as long each time, or for Retry-After', async () => {
    const waits: number[] = []
    const retry = { random: () => 0.5, wait: async (ms: number) => void waits.push(ms) }
    let now = NOON
    await using upstream = await startFaultyUpstream([failing(502), failing(502)])
    await using rest = startRest(upstream.url, { cacheTtlMs: 0, retry, now: () => now })
    await rest.appointments.retrieve('a', operationOf())
    expect(waits).toEqual([100, 200])

    await using busy = await startFaultyUpstream([failing(503, { 'retry-after': '2' })])
    const patient = {
      ...retry,
      wait: async (ms: number) => {
        waits.push(ms)
        now += ms
      },
    }
    await using polite = startRest(busy.url, { cacheTtlMs: 0, retry: patient, now: () => now })
    await polite.appointments.retrieve('a', operationOf())
    expect(waits.slice(2)).toEqual([2_000])
  })

  test('The gateway fails instead of waiting for a long Retry-After, until it is over', async () => {
    let now = NOON
    await using upstream = await startFaultyUpstream([failing(503, { 'retry-after': '20' })])
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, now: () => now })
    const read = () => rest.appointments.retrieve('a', operationOf())
    await expect(read()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    now += 19_999
    await expect(read()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect(upstream.requests).toHaveLength(1)
    now += 1
    await read()
  })

  test('Every read that waits for the same Retry-After gets its retry', async () => {
    let now = NOON
    let waiting = 0
    const { promise: allWait, resolve: wake } = Promise.withResolvers<void>()
    await using upstream = await startFaultyUpstream(Array(5).fill(failing(503, { 'retry-after': '1' })))
    await using rest = startRest(upstream.url, {
      cacheTtlMs: 0,
      now: () => now,
      retry: {
        random: () => 0,
        wait: async (ms) => {
          waiting += 1
          if (waiting === 5) wake()
          await allWait
          now = NOON + ms
        },
      },
    })
    const reads = ['a', 'b', 'c', 'd', 'e'].map((id) =>
      rest.appointments.retrieve(id, operationOf()).catch((error) => error.code),
    )
    // The upstream answers every read with row `a`, so only the first read gets its own row.
    expect((await Promise.all(reads)).filter((code) => code === 'UPSTREAM_UNAVAILABLE')).toEqual([])
    expect(upstream.requests).toHaveLength(10)
  })

  test('Retries add a fifth to the requests at most in a lasting outage', async () => {
    let count = 0
    await using upstream = await startScriptedUpstream(() => (count++ % 2 === 0 ? failing(503) : FINE))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    for (let index = 0; index < 200; index++)
      await rest.appointments.retrieve(`a${index}`, operationOf()).catch(() => {})
    expect(upstream.requests.length).toBeGreaterThan(205)
    expect(upstream.requests.length).toBeLessThanOrEqual(240)
  })
})

describe('The circuit breaker', () => {
  test('The breaker opens after ten failures, probes every five seconds and closes', async () => {
    let now = NOON
    let isDown = true
    await using upstream = await startScriptedUpstream(() => (isDown ? failing(500) : FINE))
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, now: () => now })
    const read = (caller = 'a') => rest.appointments.retrieve('a', operationOf(caller))
    for (let index = 0; index < 12; index++)
      await expect(read()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect(upstream.requests).toHaveLength(10)
    await expect(read('another')).rejects.toThrow()
    expect(upstream.requests).toHaveLength(11)
    now += 4_999
    await expect(read()).rejects.toThrow()
    expect(upstream.requests).toHaveLength(11)
    now += 1
    await Promise.allSettled([read(), rest.appointments.retrieve('b', operationOf('a'))])
    expect(upstream.requests).toHaveLength(12)
    isDown = false
    now += 5_000
    expect((await read()).row.id).toBe('a')
    expect((await read()).row.id).toBe('a')
    expect(upstream.requests).toHaveLength(14)
  })

  test('The breaker stays closed for refusals and for failures that are not in a row', async () => {
    const refusal = { status: 400, body: { error: { code: 'VALIDATION_ERROR', message: '' } } }
    const internal = { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: '' } } }
    const faults = [
      ...Array(15).fill(refusal),
      ...Array(15).fill(internal),
      // The fifteen are about one record, so they count as one failure.
      ...Array(8).fill(failing(500)),
      refusal,
    ]
    await using upstream = await startFaultyUpstream([...faults, ...Array(9).fill(failing(500))])
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    for (let index = 0; index < 48; index++)
      await rest.appointments.retrieve('a', operationOf()).catch(() => {})
    expect((await rest.appointments.retrieve('a', operationOf())).row.id).toBe('a')
  })

  test('Ten different requests answered 500 in an envelope open the breaker', async () => {
    let now = NOON
    let isDown = true
    const internal = { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: '' } } }
    await using upstream = await startScriptedUpstream(() => (isDown ? internal : FINE))
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, now: () => now })
    const read = (id: string) => rest.appointments.retrieve(id, operationOf())
    for (let index = 0; index < 12; index++) await read(`a${index}`).catch(() => {})
    expect(upstream.requests).toHaveLength(10)
    now += 5_000
    await expect(read('a1')).rejects.toMatchObject({ code: 'INTERNAL_ERROR' })
    await expect(read('a2')).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    expect(upstream.requests).toHaveLength(11)
    isDown = false
    now += 5_000
    expect((await read('a')).row.id).toBe('a')
  })

  test('Three timeouts open the breaker', async () => {
    await using upstream = await startScriptedUpstream(() => () => {})
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, timeoutMs: 50 })
    for (let index = 0; index < 3; index++)
      await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
        code: 'UPSTREAM_TIMEOUT',
      })
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
    expect(upstream.requests).toHaveLength(3)
  })

  test('The gateway reports an open breaker for as long as requests probe it', async () => {
    let now = NOON
    await using upstream = await startScriptedUpstream(() => failing(500))
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, now: () => now })
    for (let index = 0; index < 10; index++)
      await rest.appointments.retrieve('a', operationOf()).catch(() => {})
    now += 60_000
    expect(rest.keyStates()).toMatchObject([{ isBreakerOpen: true }])
    now += 10_000
    expect(rest.keyStates()).toEqual([])
    await rest.appointments.retrieve('a', operationOf()).catch(() => {})
    expect(rest.keyStates()).toMatchObject([{ isBreakerOpen: true }])
    expect(upstream.requests).toHaveLength(11)
  })
})

describe('A write after a failure', () => {
  test('The gateway sends a read first, and no write where the read fails too', async () => {
    let isDown = false
    await using upstream = await startScriptedUpstream(() => (isDown ? failing(500) : FINE))
    await using rest = startRest(upstream.url, WITHOUT_WAITS)
    const rename = () => rest.appointments.update('a', { title: 't' }, operationOf())
    await rename()
    isDown = true
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toThrow()
    await expect(rename()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' })
    isDown = false
    await rename()
    await rename()
    const sent = upstream.requests.map(({ line }) => line)
    const probe = 'GET /appointments?limit=1'
    const write = 'PATCH /appointments/a'
    expect(sent).toEqual([write, 'GET /appointments/a', probe, probe, write, write])
  })

  test('A write to a silent upstream is refused within a second', async () => {
    let isSilent = false
    await using upstream = await startScriptedUpstream(() => (isSilent ? () => {} : failing(500)))
    await using rest = startRest(upstream.url, { ...WITHOUT_WAITS, timeoutMs: 1_500 })
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toThrow()
    isSilent = true
    const refused = await rest.appointments.update('a', { title: 't' }, operationOf()).catch((error) => error)
    expect([refused.code, refused.progress]).toEqual(['UPSTREAM_UNAVAILABLE', 'notSent'])
    expect(upstream.requests.map(({ line }) => line)).toEqual([
      'GET /appointments/a',
      'GET /appointments?limit=1',
    ])
  })
})

test('A client that disconnects does not make the upstream count as failing', async () => {
  const { promise: received, resolve: receive } = Promise.withResolvers<void>()
  await using upstream = await startScriptedUpstream(({ line }) =>
    line.endsWith('/slow') ? () => receive() : FINE,
  )
  await using rest = startRest(upstream.url, WITHOUT_WAITS)
  await rest.appointments.retrieve('a', operationOf())
  const leaving = new AbortController()
  const reading = rest.appointments.retrieve('slow', { ...operationOf(), signal: leaving.signal })
  await received
  leaving.abort()
  await expect(reading).rejects.toThrow()
  expect(await rest.upstreamOf(null)).toMatchObject({ state: 'answering' })
})
