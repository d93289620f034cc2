import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { startInstances } from './instances.ts'

const BOOK = `mutation ($key: String!) {
  createAppointment(input: { title: "Once", startTime: "2030-01-07T10:00:00Z", idempotencyKey: $key,
    endTime: "2030-01-07T10:30:00Z" }) { appointment { restId } } }`
const COUNT = '{ appointments(filter: { startTime: { gte: "2030-01-07T00:00:00Z" } }) { totalCount } }'

describeWithRedis('A repeated create', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('With the same key it stays one appointment, on any instance', async () => {
    await using instances = await startInstances({ redisUrl: redis.url, count: 3 })
    const idOf = async (nth: number, key: string): Promise<string> => {
      const { data, errors } = await instances.at(nth).query(BOOK, { key })
      expect(errors).toBeUndefined()
      return data.createAppointment.appointment.restId
    }
    const ids = new Set<string>()
    for (let nth = 0; nth < 20; nth += 1) {
      const key = `key-${nth}-of-this-booking`
      const first = await idOf(nth, key)
      ids.add(first)
      expect(await idOf(nth + 1, key)).toBe(first)
      expect(await idOf(nth + 2, key)).toBe(first)
    }
    expect(ids.size).toBe(20)
    for (let nth = 0; nth < 3; nth += 1) {
      const { data } = await instances.at(nth).query(COUNT)
      expect(data.appointments.totalCount).toBe(20)
    }
  })
})
