import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { type Clock, startGateways, startInstances } from './instances.ts'

const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const RENAME = `mutation ($id: ID!, $title: String!) {
  updateAppointment(input: { id: $id, title: $title }) { appointment { restId } } }`
const QUOTA = 60
const NO_CACHE = { cacheTtlSeconds: 0, staleIfLimitedSeconds: 0 }

interface TestClock extends Clock {
  pass(ms: number): void
}

/** Starts at five past noon, and advances with real time. */
function clockOfTest(): TestClock {
  let offset = Date.parse('2026-01-05T12:05:00Z') - performance.now()
  const now = () => performance.now() + offset
  return {
    now,
    monotonic: now,
    pass(ms) {
      offset += ms
    },
  }
}

function codeOf({
  errors,
}: {
  readonly errors: readonly { readonly extensions: { readonly code: string } }[] | undefined
}) {
  return errors?.[0]?.extensions.code ?? 'answered'
}

describeWithRedis('The quota of several instances', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('With more demand than quota there is no 429, and no write is refused', async () => {
    const clock = clockOfTest()
    await using instances = await startInstances({
      redisUrl: redis.url,
      clock,
      sandbox: { rateLimit: QUOTA, clock: () => new Date(clock.now()) },
      gateway: NO_CACHE,
    })
    const { data } = await instances.at(0).query('{ appointments(first: 20) { nodes { restId } } }')
    const ids: string[] = data.appointments.nodes.map(({ restId }: { restId: string }) => restId)
    const outcomes: Record<string, number> = {}
    const demand = 1.6 * QUOTA
    // One operation after the other on each of the two; each twelfth is a write.
    async function drive(nth: number): Promise<void> {
      for (let turn = nth; turn < demand; turn += 2) {
        const isWrite = Math.floor(turn / 2) % 12 === 5
        const id = ids[turn % ids.length] as string
        const answer = await instances.at(turn).query(isWrite ? RENAME : ONE, { id, title: 'Renamed' })
        const outcome = `${isWrite ? 'write' : 'read'} ${codeOf(answer)}`
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      }
    }
    await Promise.all([drive(0), drive(1)])
    expect(instances.limited()).toBe(0)
    expect(Object.keys(outcomes).toSorted()).toEqual(['read RATE_LIMITED', 'read answered', 'write answered'])
    expect(outcomes['write answered']).toBe(8)
    expect(instances.takeRequests().length).toBeGreaterThanOrEqual(0.9 * QUOTA)
  })

  test('A pause that one instance learns stops the other one too', async () => {
    let isLimited = true
    await using upstream = await startScriptedUpstream(() =>
      isLimited
        ? {
            status: 429,
            headers: { 'retry-after': '60' },
            body: { data: null, error: { code: 'X', message: '-' } },
          }
        : { body: { data: { id: 'a', title: 'Open again' }, meta: {} } },
    )
    const clock = clockOfTest()
    await using instances = await startGateways({
      redisUrl: redis.url,
      upstream: { url: upstream.url, key: 'k' },
      clock,
      gateway: NO_CACHE,
    })
    expect(codeOf(await instances.at(0).query(ONE, { id: 'a' }))).toBe('RATE_LIMITED')
    const asked = upstream.requests.length
    for (let nth = 0; nth < 10; nth += 1)
      expect(codeOf(await instances.at(1).query(ONE, { id: `b${nth}` }))).toBe('RATE_LIMITED')
    expect(upstream.requests).toHaveLength(asked)
    isLimited = false
    clock.pass(61_000)
    expect(codeOf(await instances.at(1).query(ONE, { id: 'a' }))).toBe('answered')
    expect(codeOf(await instances.at(0).query(ONE, { id: 'a' }))).toBe('answered')
  })

  test('After a pause of unknown length one probe serves all instances', async () => {
    let isLimited = true
    const held: (() => void)[] = []
    await using upstream = await startScriptedUpstream(({ line }) => {
      if (isLimited) return { status: 429, body: { data: null, error: { code: 'X', message: '-' } } }
      return (response) =>
        void held.push(() =>
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ data: { id: line.split('/').at(-1), title: 'Open again' }, meta: {} })),
        )
    })
    const clock = clockOfTest()
    await using instances = await startGateways({
      redisUrl: redis.url,
      upstream: { url: upstream.url, key: 'k' },
      count: 3,
      clock,
      gateway: NO_CACHE,
    })
    expect(codeOf(await instances.at(0).query(ONE, { id: 'a' }))).toBe('RATE_LIMITED')
    const asked = upstream.requests.length
    isLimited = false
    clock.pass(30_000)
    const asking = Array.from({ length: 30 }, (_, nth) => instances.at(nth).query(ONE, { id: `b${nth}` }))
    await upstream.arrival(asked + 1)
    const answers = Promise.all(asking)
    // All others are refused while the probe is held.
    let refused = 0
    for (const each of asking)
      void each.then((answer) => {
        if (codeOf(answer) === 'RATE_LIMITED') refused += 1
      })
    while (refused < 29 && held.length < 2) await sleep(5)
    expect(held).toHaveLength(1)
    held[0]?.()
    expect((await answers).map(codeOf).filter((code) => code === 'answered')).toHaveLength(1)
    for (let nth = 0; nth < 3; nth += 1) {
      const answer = instances.at(nth).query(ONE, { id: 'a' })
      await upstream.arrival(asked + 2 + nth)
      held[1 + nth]?.()
      expect(codeOf(await answer)).toBe('answered')
    }
  })

  test('An instance without requests of its own knows the remaining quota', async () => {
    let remaining = 60
    const clock = clockOfTest()
    await using upstream = await startScriptedUpstream(() => {
      remaining -= 1
      return {
        body: { data: { id: 'a', title: 'Open' }, meta: {} },
        headers: {
          date: new Date(clock.now()).toUTCString(),
          'x-ratelimit-limit': '60',
          'x-ratelimit-remaining': String(remaining),
        },
      }
    })
    await using instances = await startGateways({
      redisUrl: redis.url,
      upstream: { url: upstream.url, key: 'k' },
      clock,
      gateway: NO_CACHE,
    })
    const left = async (nth: number) =>
      (await instances.at(nth).query('{ upstream { shared quota { remaining resetsAt } } }')).data.upstream
    expect(await left(1)).toEqual({ shared: 'UP', quota: null })
    for (const spent of [1, 2]) {
      await instances.at(0).query(ONE, { id: 'a' })
      const quota = { remaining: 60 - spent, resetsAt: '2026-01-05T13:00:00Z' }
      // The note of the quota is written to Redis while the answer is sent.
      await expect.poll(() => left(1)).toEqual({ shared: 'UP', quota })
      const { url } = instances.at(1)
      expect(await (await fetch(`${url}/ready`)).json()).toMatchObject({ shared: 'up', quota })
    }
    expect(upstream.requests).toHaveLength(2)
  })
})
