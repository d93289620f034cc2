import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { type Instances, startInstances } from './instances.ts'

const RENAME = `mutation ($id: ID!, $title: String!) {
  updateAppointment(input: { id: $id, title: $title }) { appointment { restId title } } }`
const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const LIST = '{ appointments(first: 20, filter: { status: [CONFIRMED] }) { nodes { restId title } } }'
const ROUNDS = 150
/** With events, a read of an unreported change invalidates the cache of an instance, which would hide what this tests. */
const WITHOUT_EVENTS = { gateway: { webhooks: null } }

async function someIds({ at }: Instances): Promise<string[]> {
  const { data } = await at(0).query(LIST)
  return data.appointments.nodes.map(({ restId }: { restId: string }) => restId)
}

/** Writes through one of three instances, and reads through the others once the write is answered. Counts what is stale. */
async function writeAndRead({ at }: Instances, id: string): Promise<{ items: number; lists: number }> {
  const stale = { items: 0, lists: 0 }
  for (let nth = 0; nth < ROUNDS; nth += 1) {
    const title = `Title ${nth}`
    const { errors } = await at(nth).query(RENAME, { id, title })
    expect(errors).toBeUndefined()
    const others = [at(nth + 1), at(nth + 2)]
    const items = await Promise.all(others.map((other) => other.query(ONE, { id })))
    const lists = await Promise.all(others.map((other) => other.query(LIST)))
    stale.items += items.filter(({ data }) => data.appointment.title !== title).length
    stale.lists += lists.filter(({ data }) => titleIn(data, id) !== title).length
  }
  return stale
}

interface ListData {
  readonly appointments: { readonly nodes: readonly { readonly restId: string; readonly title: string }[] }
}

function titleIn({ appointments }: ListData, id: string): string | undefined {
  return appointments.nodes.find(({ restId }) => restId === id)?.title
}

/** Four writers and eight readers at once, each at any instance. A read must contain each write that was answered before it began. */
async function storm({ at }: Instances, ids: readonly string[]): Promise<{ reads: number; stale: number }> {
  const answered = new Map<string, number>()
  const counts = { reads: 0, stale: 0 }
  let isOver = false
  async function write(writer: number): Promise<void> {
    const id = ids[writer] as string
    for (let nth = 1; nth <= 40; nth += 1) {
      await at(writer + nth).query(RENAME, { id, title: `Version ${nth}` })
      answered.set(id, nth)
    }
  }
  async function read(reader: number): Promise<void> {
    const id = ids[reader % 4] as string
    for (let nth = 0; !isOver; nth += 1) {
      const least = answered.get(id) ?? 0
      const { data } = await at(reader + nth).query(ONE, { id })
      const version = Number(/^Version (\d+)$/.exec(data.appointment.title)?.[1] ?? 0)
      counts.reads += 1
      if (version < least) counts.stale += 1
    }
  }
  const readers = Array.from({ length: 8 }, (_, reader) => read(reader))
  await Promise.all([0, 1, 2, 3].map(write))
  isOver = true
  await Promise.all(readers)
  return counts
}

describeWithRedis('Reads on any instance', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('They contain each write that any instance has answered', async () => {
    await using instances = await startInstances({ redisUrl: redis.url, count: 3, ...WITHOUT_EVENTS })
    const [id = ''] = await someIds(instances)
    instances.takeRequests()
    expect(await writeAndRead(instances, id)).toEqual({ items: 0, lists: 0 })
    // Each of the other two instances reads both again, once.
    const item = `/appointments/${id}`
    const perRound = ['GET /appointments', 'GET /appointments', `GET ${item}`, `GET ${item}`, `PATCH ${item}`]
    const expected = Array.from({ length: ROUNDS }, () => perRound).flat()
    expect(instances.takeRequests()).toEqual(expected.toSorted())
  })

  test('In a storm none of them is older than an answered write', async () => {
    await using instances = await startInstances({ redisUrl: redis.url, count: 3, ...WITHOUT_EVENTS })
    const { reads, stale } = await storm(instances, await someIds(instances))
    expect(reads).toBeGreaterThan(100)
    expect(stale).toBe(0)
  })

  test('With shared answers each state is read once, and no older one is served', async () => {
    await using instances = await startInstances({
      redisUrl: redis.url,
      count: 3,
      replies: true,
      ...WITHOUT_EVENTS,
    })
    const ids = await someIds(instances)
    const [id = ''] = ids
    instances.takeRequests()
    expect(await writeAndRead(instances, id)).toEqual({ items: 0, lists: 0 })
    const perRound = ['GET /appointments', `GET /appointments/${id}`, `PATCH /appointments/${id}`]
    const expected = Array.from({ length: ROUNDS }, () => perRound).flat()
    expect(instances.takeRequests()).toEqual(expected.toSorted())
    const { reads, stale } = await storm(instances, ids.slice(1))
    expect(reads).toBeGreaterThan(100)
    expect(stale).toBe(0)
  })

  test('An unchanged list is read once by each instance', async () => {
    await using instances = await startInstances({ redisUrl: redis.url, count: 3, ...WITHOUT_EVENTS })
    const [id = ''] = await someIds(instances)
    instances.takeRequests()
    for (let nth = 0; nth < 30; nth += 1) await instances.at(nth).query(ONE, { id })
    expect(instances.takeRequests()).toEqual(Array(3).fill(`GET /appointments/${id}`))
  })
})

test('Control: instances that share nothing serve older states', async () => {
  await using instances = await startInstances({ redisUrl: null, count: 3, ...WITHOUT_EVENTS })
  const ids = await someIds(instances)
  const { items, lists } = await writeAndRead(instances, ids[0] ?? '')
  expect(items).toBeGreaterThan(ROUNDS / 2)
  expect(lists).toBeGreaterThan(ROUNDS / 2)
  // How many depends on how reads and writes fall.
  expect((await storm(instances, ids.slice(1))).stale).toBeGreaterThan(0)
})
