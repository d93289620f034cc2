import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRedis, type RedisOptions } from '../../src/shared/redis/redis.ts'
import type { Shared } from '../../src/shared/shared.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { describeShared, entry, followAt } from './contract.ts'

const SECRETS = ['whsec_dGVzdC1zZWNyZXQ=']

let prefixes = 0

/** Opens the shared state on that server, and waits until it is up. Each has keys of its own unless `options` has a prefix. */
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
    // Long, because the machine may be busy.
    timeoutMs: 5000,
    now: Date.now,
    monotonic: () => performance.now(),
    onChange: (state) => state === 'up' && resolve(),
    ...options,
  })
  await up
  return shared
}

describeWithRedis('The state that is shared on Redis', () => {
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

  describeShared('In Redis', async () => {
    const faults: unknown[] = []
    return {
      shared: await open({ onFault: (thrown) => void faults.push(thrown) }),
      faults,
      // Timers of Node may be early, and the clock of Redis late.
      pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 20)),
    }
  })

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

  test('An instance of a version without doubts finds no description of them', async () => {
    const one = await open({ prefix: 'doubt:' })
    const read = async () => {
      await one.epochs.refresh('x', ['/a'])
      return one.epochs.of('x', '/a')
    }
    const start = await read()
    await one.epochs.advance('x', ['/a'], { doubted: null })
    await read()
    expect(one.epochs.certainSince('x', '/a', start)).toEqual([])
    const [[, fields] = ['', []]] = (await redis.ask('XRANGE', 'doubt:{x}:steps', '-', '+')) as [
      string,
      string[],
    ][]
    expect(fields.filter((_, nth) => nth % 2 === 0)).toEqual(['s', 'f', 't', 'q'])
  })

  test('No epoch is repeated after Redis has lost its data', async () => {
    const shared = await open({ prefix: 'lost:' })
    const seen = new Set<unknown>()
    for (let nth = 0; nth < 5; nth += 1) {
      await shared.epochs.refresh('x', ['/a'])
      seen.add(shared.epochs.of('x', '/a'))
      await redis.ask('FLUSHALL')
    }
    expect(seen.size).toBe(5)
  })

  test('A change that none of the secrets opens is replaced, and not missed silently', async () => {
    const one = await open({ prefix: 'secrets:', seenMs: 60_000 })
    const secrets = ['whsec_b3RoZXItc2VjcmV0']
    const other = await open({ prefix: 'secrets:', seenMs: 60_000, secrets })
    const { promise: lost, resolve } = Promise.withResolvers<void>()
    await other.events.follow('x', undefined, { change() {}, lost: resolve })
    await one.events.append('x', entry('a'))
    await lost
    expect(await other.events.latestChange('x', 'a')).toBeUndefined()
    expect(await other.events.append('x', entry('a'))).toBe('logged')
    expect((await other.events.latestChange('x', 'a'))?.now).toEqual({ id: 'a' })
  })

  test('A backlog of several pages is complete and in order', async () => {
    const shared = await open({ prefix: 'backlog:', eventsKept: 5000 })
    const { head } = await followAt(shared, 'x')
    const ids = Array.from({ length: 1201 }, (_, nth) => `a${nth}`)
    for (const id of ids) await shared.events.append('x', entry(id))
    expect((await followAt(shared, 'x', head)).backlog.map(({ now }) => now.id)).toEqual(ids)
  })

  test('Scopes that change while a backlog is sent are sent too', async () => {
    const one = await open({ prefix: 'debts:', url: redis.url })
    const other = await open({ prefix: 'debts:' })
    const read = async ({ epochs }: Shared) => {
      await epochs.refresh('x', ['/a'])
      return epochs.of('x', '/a')
    }
    for (let round = 0; round < 20; round += 1) {
      await redis.ask('CLIENT', 'KILL', 'LADDR', new URL(redis.url).host)
      while (one.state() === 'up') await new Promise(setImmediate)
      let before: unknown
      do {
        before = await read(other)
        await one.epochs.advance('x', ['/a'])
      } while (one.state() !== 'up')
      expect(await read(other)).not.toBe(before)
    }
  })

  test('A very long backlog is sent as one deletion, which changes every epoch', async () => {
    const one = await open({ prefix: 'many:' })
    const other = await open({ prefix: 'many:' })
    const scopes = Array.from({ length: 1500 }, (_, nth) => `/a/${nth}`)
    const read = async () => {
      await other.epochs.refresh('x', scopes)
      return scopes.map((scope) => other.epochs.of('x', scope))
    }
    const before = await read()
    await redis.ask('CLIENT', 'KILL', 'TYPE', 'normal')
    while (one.state() === 'up') await new Promise(setImmediate)
    for (const scope of scopes) await one.epochs.advance('x', [scope])
    expect(one.state()).toBe('down')
    while (one.state() !== 'up' || other.state() !== 'up') await new Promise(setImmediate)
    const after = await read()
    expect(after.filter((epoch, nth) => epoch === before[nth])).toEqual([])
  })

  test('A dead connection is replaced', async () => {
    await using line = await openLine(new URL(redis.url))
    const shared = await openRedis(line.url, { prefix: 'line:', timeoutMs: 50 })
    opened.push(shared)
    line.cut()
    while (shared.state() === 'up') await shared.epochs.advance('x', ['/a'])
    while (shared.state() !== 'up') await new Promise((resolve) => setTimeout(resolve, 50))
    expect(line.connections()).toBe(2)
  })

  describe('Shared answers', () => {
    const NAME = { account: 'x', scope: '/a', text: 'view /a?', credential: 'Bearer key' }
    /** Two instances, and an answer that one of them has stored. */
    async function openTwo(prefix: string, value: unknown = { title: 'Zebedee' }) {
      const one = await open({ prefix, replies: true })
      const other = await open({ prefix, replies: true })
      await one.epochs.refresh('x', ['/a'])
      const epoch = one.replies.epochOf('x', '/a') ?? ''
      one.replies.keep(NAME, { value, requestedAt: 1000, epoch }, 60_000)
      // Sent after the answer on the same connection, so that it waits for the answer to be stored.
      await one.epochs.refresh('x', ['/a'])
      return { one, other, epoch }
    }

    test('Another instance finds them, even before it has read an epoch', async () => {
      const { other } = await openTwo('found:')
      expect(await other.replies.find(NAME)).toEqual({
        value: { title: 'Zebedee' },
        requestedAt: 1000,
        changes: [],
      })
    })

    test('Another request, or one with another credential, does not find them', async () => {
      const { other } = await openTwo('else:')
      for (const part of [{ account: 'y' }, { text: 'view /b?' }, { credential: 'Bearer other' }])
        expect(await other.replies.find({ ...NAME, ...part })).toBeUndefined()
    })

    test('They have the changes since, and are not found after an unknown change', async () => {
      const { one, other } = await openTwo('changes:')
      const diff = { id: 'a', now: { id: 'a', title: 'Later' }, before: null }
      await one.epochs.advance('x', ['/a'], diff)
      expect((await other.replies.find(NAME))?.changes).toEqual([diff])
      await one.epochs.advance('x', ['/a'])
      await other.epochs.refresh('x', ['/a'])
      expect(await other.replies.find(NAME)).toBeUndefined()
      await one.epochs.refresh('x', ['/a'])
      expect(await one.replies.find(NAME)).toBeUndefined()
    })

    test('An answer is not replaced by one of an earlier request', async () => {
      const { one, other, epoch } = await openTwo('later:')
      for (const requestedAt of [3000, 2000])
        other.replies.keep(NAME, { value: requestedAt, requestedAt, epoch }, 60_000)
      await other.epochs.refresh('x', ['/a'])
      expect((await one.replies.find(NAME))?.value).toBe(3000)
    })

    test('An answer in place of another, or with another date, does not open', async () => {
      const { other } = await openTwo('moved:')
      const [key = ''] = (await redis.ask('KEYS', 'moved:*:reply:*')) as string[]
      const fields = (await redis.ask('HGETALL', key)) as string[]
      other.replies.keep({ ...NAME, text: 'second' }, { value: 'second', requestedAt: 1, epoch: 'e' }, 60_000)
      await other.epochs.refresh('x', ['/a'])
      const keys = (await redis.ask('KEYS', 'moved:*:reply:*')) as string[]
      const second = keys.find((each) => each !== key) ?? ''
      await redis.ask('HSET', second, ...fields)
      expect(await other.replies.find({ ...NAME, text: 'second' })).toBeUndefined()
      expect(await other.replies.find(NAME)).toBeDefined()
      await redis.ask('HSET', key, 't', '9999')
      expect(await other.replies.find(NAME)).toBeUndefined()
    })

    test('A very long answer is not shared', async () => {
      const { other } = await openTwo('long:', 'x'.repeat(400_000))
      expect(await other.replies.find(NAME)).toBeUndefined()
    })
  })
})

/** A proxy of Redis that can cut its connections. From then on it serves new connections only. */
async function openLine({ hostname, port }: URL) {
  const sockets: Socket[] = []
  let count = 0
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname)
    count += 1
    sockets.push(client, upstream)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.pipe(to)
      from.on('error', () => to.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => count,
    cut() {
      for (const socket of sockets.splice(0)) socket.unpipe().resume()
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
