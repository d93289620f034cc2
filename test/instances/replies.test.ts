import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../support/tokens.ts'
import { type Instances, startGateways, startInstances } from './instances.ts'

const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const DAY = `query ($gte: DateTime!, $lte: DateTime!) {
  appointments(first: 50, filter: { startTime: { gte: $gte, lte: $lte } }) { nodes { title } } }`
const BOOK = `mutation ($title: String!, $start: DateTime!, $end: DateTime!) {
  createAppointment(input: { title: $title, startTime: $start, endTime: $end }) { appointment { restId } } }`
const MONDAY = { gte: '2030-01-07T00:00:00Z', lte: '2030-01-07T23:59:59Z' }

/** A clock that a test moves on. */
function clockOfTest() {
  let time = Date.parse('2026-01-05T12:00:00Z')
  const now = () => time
  return {
    now,
    monotonic: now,
    pass(ms: number) {
      time += ms
    },
  }
}

async function idsOf({ at, takeRequests }: Instances): Promise<string[]> {
  const { data } = await at(0).query('{ appointments(first: 20) { nodes { restId } } }')
  takeRequests()
  return data.appointments.nodes.map(({ restId }: { restId: string }) => restId)
}

function bookingOn(day: string, title: string) {
  return { title, start: `${day}T10:00:00Z`, end: `${day}T10:30:00Z` }
}

describeWithRedis('Answers that instances share', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  const start = (options: Partial<Parameters<typeof startInstances>[0]> = {}) =>
    startInstances({ redisUrl: redis.url, count: 3, replies: true, ...options })

  test('All instances serve what one has read, for its lifetime', async () => {
    const clock = clockOfTest()
    await using instances = await start({ clock, gateway: { webhooks: null } })
    const [id = ''] = await idsOf(instances)
    await instances.at(0).query(ONE, { id })
    // Two of the ten seconds are what the clocks of two machines may differ by.
    clock.pass(7_900)
    expect((await instances.at(1).query(ONE, { id })).extensions.upstream.requests).toBe(0)
    expect(instances.takeRequests()).toEqual([`GET /appointments/${id}`])
    clock.pass(200)
    await instances.at(2).query(ONE, { id })
    expect(instances.takeRequests()).toEqual([`GET /appointments/${id}`])
  })

  test('Equal reads on all instances at the same time are one request', async () => {
    await using instances = await start()
    const ids = await idsOf(instances)
    for (const id of ids) {
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, nth) => instances.at(nth).query(ONE, { id })),
      )
      expect(new Set(answers.map(({ data }) => data.appointment.title)).size).toBe(1)
    }
    expect(instances.takeRequests()).toEqual(ids.map((id) => `GET /appointments/${id}`).toSorted())
  })

  test('A list outlives unrelated changes, and is read once after one that affects it', async () => {
    await using instances = await start()
    const titlesAt = async (nth: number): Promise<string[]> => {
      const { data } = await instances.at(nth).query(DAY, MONDAY)
      return data.appointments.nodes.map(({ title }: { title: string }) => title)
    }
    expect(await titlesAt(0)).toEqual([])
    await instances.at(1).query(BOOK, bookingOn('2030-01-08', 'On Tuesday'))
    instances.takeRequests()
    expect(await titlesAt(2)).toEqual([])
    expect(instances.takeRequests()).toEqual([])
    await instances.at(1).query(BOOK, bookingOn('2030-01-07', 'On Monday'))
    instances.takeRequests()
    for (const nth of [2, 0, 1, 2]) expect(await titlesAt(nth)).toEqual(['On Monday'])
    expect(instances.takeRequests()).toEqual(['GET /appointments'])
  })

  test('A caller with another key receives none of them', async () => {
    await using upstream = await startScriptedUpstream(({ headers }) => ({
      body: { data: { id: 'a', title: `For ${headers.authorization}` }, meta: {} },
    }))
    await using instances = await startGateways({
      redisUrl: redis.url,
      upstream: { url: upstream.url, key: 'unused' },
      replies: true,
      gateway: { key: null, webhooks: null },
    })
    for (const [nth, name] of ['one', 'other', 'one', 'other'].entries()) {
      const { data } = await instances
        .at(nth >> 1)
        .query(ONE, { id: 'a' }, { authorization: `Bearer ${name}` })
      expect(data.appointment.title).toBe(`For Bearer ${name}`)
    }
    expect(upstream.requests).toHaveLength(2)
  })

  test('A narrowed caller and others share no answers', async () => {
    await using instances = await start({ gateway: { tokens: TOKENS } })
    const everyone = await bearer({ sub: 's', scope: 'appointments:write' })
    const { data } = await instances
      .at(0)
      .query('{ appointments(first: 50) { nodes { restId patient { restId } } } }', {}, everyone)
    const [row] = data.appointments.nodes
    const foreign = await bearer({ sub: 'p', scope: 'appointments:write', patient_id: 'pat_of_nobody' })
    const own = await bearer({ sub: 'q', scope: 'appointments:write', patient_id: row.patient.restId })
    instances.takeRequests()
    const id = row.restId
    const titleFor = async (nth: number, caller: Readonly<Record<string, string>>) =>
      (await instances.at(nth).query(ONE, { id }, caller)).data.appointment?.title
    const title = await titleFor(0, everyone)
    expect(title).toBeDefined()
    expect(await titleFor(1, foreign)).toBeUndefined()
    expect(await titleFor(2, own)).toBe(title)
    expect(await titleFor(0, own)).toBe(title)
    expect(await titleFor(1, everyone)).toBe(title)
    // One request for each of the three views.
    expect(instances.takeRequests()).toEqual(Array(3).fill(`GET /appointments/${id}`))
    // The read that decides whether a write is allowed bypasses shared answers.
    const rename =
      'mutation ($id: ID!) { updateAppointment(input: { id: $id, title: "T" }) { clientMutationId } }'
    expect((await instances.at(1).query(rename, { id }, own)).errors).toBeUndefined()
    expect(instances.takeRequests()).toEqual([`GET /appointments/${id}`, `PATCH /appointments/${id}`])
  })

  test('An instance that never answers delays the others for a moment only', async () => {
    await using upstream = await startScriptedUpstream(() => {
      const isFirst = upstream.requests.length === 1
      return isFirst ? () => {} : { body: { data: { id: 'a', title: 'Answered' }, meta: {} } }
    })
    await using instances = await startGateways({
      redisUrl: redis.url,
      upstream: { url: upstream.url, key: 'k' },
      replies: true,
    })
    const gone = new AbortController()
    const hanging = fetch(`${instances.at(0).url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: ONE, variables: { id: 'a' } }),
      signal: gone.signal,
    }).catch(() => {})
    await upstream.arrival(1)
    expect((await instances.at(1).query(ONE, { id: 'a' })).data.appointment.title).toBe('Answered')
    expect(upstream.requests).toHaveLength(2)
    gone.abort()
    await hanging
  })

  test('After a write in doubt its reads are not shared', async () => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.startsWith('PATCH') ? () => {} : { body: { data: { id: 'a', title: 'Read' }, meta: {} } },
    )
    await using instances = await startGateways({
      redisUrl: redis.url,
      upstream: { url: upstream.url, key: 'k' },
      replies: true,
      gateway: { webhooks: null, upstreamTimeoutMs: 100 },
    })
    const update = 'mutation { updateAppointment(input: { id: "a", title: "T" }) { clientMutationId } }'
    expect((await instances.at(0).query(update)).errors).toBeDefined()
    const asked = upstream.requests.length
    const costs: number[] = []
    for (const nth of [0, 1, 1, 0]) {
      const before = upstream.requests.length
      await instances.at(nth).query(ONE, { id: 'a' })
      costs.push(upstream.requests.length - before)
    }
    expect([asked > 0, costs]).toEqual([true, [1, 1, 0, 1]])
  })
})
