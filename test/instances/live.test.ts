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

  test('Each shows a write through another one, and a change that another was told of', async () => {
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
    await fetch(`${upstream.url}/_elsewhere`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        title: 'Elsewhere',
        clinician_profile_id: 'cli_live',
        start_time: '2030-01-07T12:00:00.000Z',
        end_time: '2030-01-07T13:00:00.000Z',
      }),
    })
    for (const stream of streams) expect(await titles(stream)).toEqual(['Through one', 'Elsewhere'])
    for (const stream of streams) stream.leave()
  })

  test('They go on when Redis comes back empty, and show what was missed', async () => {
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
})
