import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRedis } from '../../src/shared/redis/redis.ts'
import type { SharedState } from '../../src/shared/shared.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'

describeWithRedis('A busy process', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('A long turn of the event loop is not taken for a slow Redis', async () => {
    const states: SharedState[] = []
    const { promise: up, resolve } = Promise.withResolvers<void>()
    const shared = createRedis({
      url: redis.url,
      prefix: 'busy:',
      secrets: [],
      eventsKept: 4,
      seenMs: 1000,
      lifeMs: 60_000,
      timeoutMs: 200,
      now: Date.now,
      monotonic: () => performance.now(),
      onChange(state) {
        states.push(state)
        resolve()
      },
    })
    await up
    for (let nth = 0; nth < 6; nth += 1) {
      const reading = shared.epochs.refresh('x', ['/a'])
      // The command has been given, and waits for the end of this turn to leave.
      await Promise.resolve()
      await Promise.resolve()
      const end = performance.now() + 250
      while (performance.now() < end);
      await reading
    }
    await shared.close()
    expect(states).toEqual(['up'])
  })
})
