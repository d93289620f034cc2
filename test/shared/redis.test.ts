import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRedis, type RedisOptions } from '../../src/shared/redis/redis.ts'
import type { Shared } from '../../src/shared/shared.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { describeShared } from './contract.ts'

const SECRETS = ['whsec_dGVzdC1zZWNyZXQ=']

let prefixes = 0

/** What is shared by that server, once it is there. Each has keys of its own unless it names their prefix. */
async function openRedis(url: string, options: Partial<RedisOptions> = {}): Promise<Shared> {
  const { promise: up, resolve } = Promise.withResolvers<void>()
  prefixes += 1
  const shared = createRedis({
    url,
    prefix: `test${prefixes}:`,
    secrets: SECRETS,
    eventsKept: 4,
    seenMs: 1000,
    lifeMs: 60_000,
    now: Date.now,
    monotonic: () => performance.now(),
    onChange: (state) => state === 'up' && resolve(),
    ...options,
  })
  await up
  return shared
}

describeWithRedis('What is shared through Redis', () => {
  let redis: RedisServer
  const opened: Shared[] = []
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(async () => {
    for (const shared of opened) await shared.close()
    await redis[Symbol.asyncDispose]()
  })

  async function open(options: Partial<RedisOptions> = {}): Promise<Shared> {
    const shared = await openRedis(redis.socket, options)
    opened.push(shared)
    return shared
  }

  describeShared('In Redis', async () => ({
    shared: await open(),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }))

  test("Two instances have the same epochs, and know each other's changes", async () => {
    const one = await open({ prefix: 'two:' })
    const other = await open({ prefix: 'two:' })
    const read = async ({ epochs }: Shared) => {
      await epochs.refresh('x', ['/a'])
      return epochs.of('x', '/a')
    }
    const start = await read(other)
    const diff = { id: 'a', now: { id: 'a', title: 'Zebedee' }, before: null }
    await one.epochs.advance('x', ['/a'], diff)
    expect(await read(other)).not.toBe(start)
    expect(other.epochs.changesSince('x', '/a', start)).toEqual([diff])
    await one.epochs.advance('x', ['/a'])
    await read(other)
    expect(other.epochs.changesSince('x', '/a', start)).toBeUndefined()
  })

  test('No epoch comes back when all that is in Redis is lost', async () => {
    const shared = await open({ prefix: 'lost:' })
    const seen = new Set<unknown>()
    for (let nth = 0; nth < 5; nth += 1) {
      await shared.epochs.refresh('x', ['/a'])
      seen.add(shared.epochs.of('x', '/a'))
      await redis.ask('FLUSHALL')
    }
    expect(seen.size).toBe(5)
  })
})
