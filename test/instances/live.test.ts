import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { subscribe, type TestStream } from '../support/stream.ts'
import { startInstances } from './instances.ts'

const LIVE = `query Day @live {
  appointments(first: 5, filter: { clinicianId: "cli_live" }) { nodes { restId title } } }`
const CREATE = `mutation ($input: CreateAppointmentInput!) {
  createAppointment(input: $input) { appointment { restId } } }`
const SLOT = { startTime: '2030-01-07T10:00:00Z', endTime: '2030-01-07T11:00:00Z', clinicianId: 'cli_live' }

async function titles(stream: TestStream): Promise<string[] | undefined> {
  const result = await stream.next()
  return result?.data?.appointments.nodes.map(({ title }: { readonly title: string }) => title)
}

describeWithRedis('Live queries on several instances', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('Each shows writes and events that another instance received', async () => {
    await using instances = await startInstances({
      redisUrl: redis.url,
      count: 3,
      live: true,
      sandbox: { seed: 0, faults: true },
    })
    const { gateways, at, upstream } = instances
    const streams = await Promise.all(gateways.map(({ url }) => subscribe(url, { query: LIVE })))
    for (const stream of streams) expect(await titles(stream)).toEqual([])
    await at(1).query(CREATE, { input: { title: 'Through one', ...SLOT } })
    for (const stream of streams) expect(await titles(stream)).toEqual(['Through one'])
    await bookElsewhere(upstream, '12')
    for (const stream of streams) expect(await titles(stream)).toEqual(['Through one', '12'])
    for (const stream of streams) stream.leave()
  })

  test('They continue after Redis restarts empty, and show missed changes', async () => {
    await using own = await startRedis()
    await using instances = await startInstances({
      redisUrl: own.url,
      count: 2,
      live: true,
      sandbox: { seed: 0 },
      gateway: { heartbeatMs: 50 },
    })
    await using stream = await subscribe(instances.at(0).url, { query: LIVE })
    expect(await titles(stream)).toEqual([])
    await own.restart()
    const { errors } = await instances.at(1).query(CREATE, { input: { title: 'Meanwhile', ...SLOT } })
    expect(errors).toBeUndefined()
    expect(await titles(stream)).toEqual(['Meanwhile'])
  })
  test('A live query that ends after Redis restarted empty does not run again', async () => {
    await using own = await startRedis()
    await using instances = await startInstances({
      redisUrl: own.url,
      count: 1,
      live: true,
      sandbox: { seed: 0, faults: true },
      gateway: { heartbeatMs: 50 },
    })
    const { url, state } = instances.at(0)
    await using stream = await subscribe(url, { query: LIVE })
    // A field that rows do not contain costs a request for each new appointment.
    const ending = await subscribe(url, { query: LIVE.replace('title', 'title description') })
    for (const each of [stream, ending]) expect(await titles(each)).toEqual([])
    await using changes = await subscribe(url, { query: 'subscription { appointmentChanged { sequence } }' })
    await own.restart()
    expect((await changes.next())?.errors?.[0]?.extensions.code).toBe('RESUME_EXPIRED')
    ending.leave()
    await expect.poll(() => state().streams, { timeout: 10_000 }).toBe(1)
    instances.takeRequests()
    for (const hour of ['11', '12', '13']) {
      await bookElsewhere(instances.upstream, hour)
      expect((await titles(stream))?.at(-1)).toBe(hour)
    }
    expect(instances.takeRequests().filter((line) => line.startsWith('GET /appointments/'))).toEqual([])
  })
})

/** The clinic's own screen books an appointment, with the hour as its title. */
async function bookElsewhere({ url }: { readonly url: string }, hour: string): Promise<void> {
  const [start_time, end_time] = [`2030-01-07T${hour}:00:00.000Z`, `2030-01-07T${hour}:30:00.000Z`]
  await fetch(`${url}/_elsewhere`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title: hour, clinician_profile_id: 'cli_live', start_time, end_time }),
  })
}
