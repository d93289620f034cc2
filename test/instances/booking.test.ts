import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { startInstances } from './instances.ts'
import { book, dayOf, feed, race } from './races.ts'

/** `npm run bench -- bookings` races a thousand. */
const PAIRS = 60
const LIVE = { live: true, sandbox: { seed: 0, faults: true } }
const LIST = '{ appointments(filter: { clinicianId: "cli_race" }) { nodes { id } } }'
const UPDATE = `mutation ($input: UpdateAppointmentInput!) {
  updateAppointment(input: $input) { clientMutationId } }`
const ONE_OF_EACH = { one: PAIRS, both: 0, otherwise: 0, mostExtraRequests: 1 }

describe('Pairs of bookings that race for one time on one instance', () => {
  test('One of each pair books, at one more request each', async () => {
    await using instances = await startInstances({ redisUrl: null, count: 1, ...LIVE })
    await feed(instances)
    expect(await race(instances, PAIRS)).toEqual(ONE_OF_EACH)
  })
})

describeWithRedis('Pairs of bookings that race for one time over four instances', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  test('One of each pair books, at one more request each', async () => {
    await using instances = await startInstances({ redisUrl: redis.url, count: 4, ...LIVE })
    await feed(instances)
    expect(await race(instances, PAIRS)).toEqual(ONE_OF_EACH)
  })

  test('A create sent again to another instance is the same booking, even if renamed', async () => {
    await using instances = await startInstances({ redisUrl: redis.url, count: 2, ...LIVE })
    await feed(instances)
    const day = dayOf(0)
    const slot = { startTime: `${day}T10:00:00Z`, endTime: `${day}T11:00:00Z`, idempotencyKey: 'key-4711' }
    expect((await book(instances, 0, slot)).end).toBe('booked')
    const { data } = await instances.at(1).query(LIST)
    const input = { id: data.appointments.nodes[0].id, title: 'Visit, fasting' }
    expect((await instances.at(1).query(UPDATE, { input })).errors).toBeUndefined()
    expect(await book(instances, 1, slot)).toEqual({ end: 'booked', extra: 1 })
    expect((await book(instances, 1, { ...slot, idempotencyKey: 'another' })).end).toBe('taken')
  })

  test('Redis contains no clinician and no key', async () => {
    await using instances = await startInstances({ redisUrl: redis.url, count: 2, ...LIVE })
    await feed(instances)
    const day = dayOf(0)
    const slot = { startTime: `${day}T10:00:00Z`, endTime: `${day}T11:00:00Z`, idempotencyKey: 'key-4711' }
    expect((await book(instances, 0, slot)).end).toBe('booked')
    const keys = (await redis.ask('KEYS', '*')) as string[]
    const leases = keys.filter((key) => key.includes(':lease:slot:'))
    expect(leases.length).toBeGreaterThan(0)
    expect(keys.join()).not.toContain('cli_race')
    const holders = await Promise.all(leases.map((key) => redis.ask('GET', key)))
    expect(holders.join()).not.toContain('4711')
  })
})

describeWithRedis('Two instances whose Redis is down', () => {
  test('Each reads again after its booking, and no two bookings remain', async () => {
    await using redis = await startRedis()
    await using instances = await startInstances({ redisUrl: redis.url, count: 2, ...LIVE })
    await feed(instances)
    await redis.stop()
    for (let round = 0; round < 8; round += 1) {
      const day = dayOf(round)
      const slot = { startTime: `${day}T10:00:00Z`, endTime: `${day}T11:00:00Z` }
      const answers = await Promise.all([0, 1].map((caller) => book(instances, caller, slot)))
      const booked = answers.filter(({ end }) => end === 'booked')
      expect(booked.length).toBeLessThanOrEqual(1)
      expect(answers.filter(({ end }) => end === 'taken')).toHaveLength(2 - booked.length)
      for (const { extra } of booked) expect(extra).toBe(2)
    }
  })
})

describe('Four instances that share nothing', () => {
  test('No two bookings remain: the one that finds another cancels itself', async () => {
    const options = { redisUrl: null, count: 4, sandbox: { seed: 0 }, gateway: { webhooks: null } }
    await using instances = await startInstances(options)
    const { upstream } = instances
    for (let round = 0; round < 25; round += 1) {
      const day = dayOf(round)
      const slot = { startTime: `${day}T10:00:00Z`, endTime: `${day}T11:00:00Z` }
      const answers = await Promise.all([0, 1, 2, 3].map((caller) => book(instances, caller, slot)))
      const booked = answers.filter(({ end }) => end === 'booked').length
      expect(answers.filter(({ end }) => end === 'taken')).toHaveLength(4 - booked)
      const query = `date_gte=${day}T00:00:00Z&date_lte=${day}T23:59:59Z&status=scheduled`
      const response = await fetch(`${upstream.url}/appointments?${query}`, {
        headers: { authorization: `Bearer ${upstream.key}` },
      })
      const { data } = (await response.json()) as { readonly data: readonly unknown[] }
      expect(data).toHaveLength(booked)
      expect(booked).toBeLessThanOrEqual(1)
    }
  })
})
