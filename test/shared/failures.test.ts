import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { startSandbox } from '../../src/sandbox/server.ts'
import { deliver, eventBody, eventObject } from '../support/events.ts'
import { describeWithRedis, type RedisServer, type RedisServerOptions, startRedis } from '../support/redis.ts'
import { subscribe, type TestStream } from '../support/stream.ts'
import { type Instance, type InstanceOptions, startInstance } from './instance.ts'

const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const RENAME =
  'mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { title } } }'
const CHANGES =
  'subscription ($after: String) { appointmentChanged(after: $after) { sequence appointment { id } } }'

/** Unhandled rejections: each would end the process. */
const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(() => {
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

interface Clinic {
  readonly redis: RedisServer
  readonly ids: readonly string[]
  /** The requests to the upstream so far. */
  readonly asked: () => number
  open(options?: Partial<InstanceOptions>): Promise<Instance>
}

/** An upstream and a Redis, for instances that a test opens. All end with the test. */
async function startClinic(options: RedisServerOptions = {}): Promise<Clinic> {
  let count = 0
  const redis = await startRedis(options)
  const upstream = await startSandbox({ rateLimit: 0, seed: 20, onExchange: () => (count += 1) })
  const instances: Instance[] = []
  onTestFinished(async () => {
    redis.thaw()
    for (const instance of instances) await instance[Symbol.asyncDispose]()
    await upstream.close()
    await redis[Symbol.asyncDispose]()
  })
  const open = async (given: Partial<InstanceOptions> = {}) => {
    const instance = await startInstance({ redis: redis.url, upstream, ...given })
    instances.push(instance)
    return instance
  }
  const first = await open()
  const { data } = await first.query('{ appointments(first: 20) { nodes { id } } }')
  return { redis, ids: data.appointments.nodes.map(({ id }: { id: string }) => id), asked: () => count, open }
}

async function titleAt(instance: Instance, id: string | undefined): Promise<string> {
  const { data, errors } = await instance.query(ONE, { id })
  expect(errors).toBeUndefined()
  return data.appointment.title
}

async function rename(instance: Instance, id: string | undefined, title: string): Promise<void> {
  const { errors } = await instance.query(RENAME, { input: { id, title } })
  expect(errors).toBeUndefined()
}

async function codeOf(stream: TestStream): Promise<unknown> {
  return (await stream.next())?.errors?.[0]?.extensions.code
}

async function sharedAt(instance: Instance): Promise<unknown> {
  const response = await fetch(`${instance.url}/ready`)
  return [response.status, ((await response.json()) as { shared: string }).shared]
}

/** Two instances that both find Redis. */
async function openTwo(
  clinic: Clinic,
  options?: Partial<InstanceOptions>,
): Promise<readonly [Instance, Instance]> {
  const [one, other] = [await clinic.open(options), await clinic.open(options)]
  await Promise.all([one.until('up'), other.until('up')])
  return [one, other]
}

describeWithRedis('A Redis that fails', () => {
  test('A frozen Redis delays one operation at most, and later reads see each write', async () => {
    const clinic = await startClinic()
    const [one, other] = await openTwo(clinic)
    const [id] = clinic.ids
    const title = await titleAt(other, id)
    clinic.redis.freeze()
    // This operation notices it: from then on no command is sent to Redis until a probe succeeds.
    expect(await titleAt(other, id)).toBe(title)
    expect(await sharedAt(other)).toEqual([200, 'down'])
    expect(other.shared.epochs.refresh('any', ['/a'])).toBeUndefined()
    await rename(one, id, 'Written while frozen')
    expect(await titleAt(one, id)).toBe('Written while frozen')
    expect(await titleAt(other, id)).toBe(title)
    clinic.redis.thaw()
    await Promise.all([one.until('up'), other.until('up')])
    expect(await titleAt(other, id)).toBe('Written while frozen')
    expect(one.states).toEqual(['up', 'down', 'up'])
  })

  test('A Redis that restarts empty loses cached answers only', async () => {
    const clinic = await startClinic()
    const [one, other] = await openTwo(clinic)
    const [id] = clinic.ids
    await Promise.all([titleAt(one, id), titleAt(other, id)])
    await clinic.redis.kill()
    await Promise.all([one.until('down'), other.until('down')])
    await rename(one, id, 'Written while killed')
    expect(await titleAt(one, id)).toBe('Written while killed')
    await titleAt(other, id)
    await clinic.redis.restart()
    await Promise.all([one.until('up'), other.until('up')])
    const before = clinic.asked()
    for (const instance of [one, other, one, other])
      expect(await titleAt(instance, id)).toBe('Written while killed')
    expect(clinic.asked() - before).toBe(2)
  })

  test('A killed Redis ends no stream; if its data is lost, each can subscribe anew', async () => {
    const clinic = await startClinic()
    const live = await clinic.open({ live: true })
    await live.until('up')
    await using stream = await subscribe(live.url, { query: CHANGES })
    const event = () =>
      deliver(live.url, eventBody({ object: eventObject('a', { title: `${Math.random()}` }) }))
    expect(await event()).toBe(204)
    const first = await stream.next()
    await clinic.redis.kill()
    await live.until('down')
    const body = eventBody({ object: eventObject('b') })
    expect(await deliver(live.url, body)).toBe(503)
    await using refused = await subscribe(live.url, { query: CHANGES })
    expect(await codeOf(refused)).toBe('OVERLOADED')
    await clinic.redis.restart()
    await live.until('up')
    expect(await codeOf(stream)).toBe('RESUME_EXPIRED')
    const after = first?.data.appointmentChanged.sequence
    await using resumed = await subscribe(live.url, { query: CHANGES, variables: { after } })
    expect(await codeOf(resumed)).toBe('RESUME_EXPIRED')
    await using anew = await subscribe(live.url, { query: CHANGES })
    // The upstream delivers a refused event again.
    expect(await deliver(live.url, body)).toBe(204)
    expect((await anew.next())?.data.appointmentChanged.appointment.id).toBeDefined()
  })

  test('A frozen Redis pauses streams, which then receive each change once', async () => {
    const clinic = await startClinic()
    const options = { live: true }
    const [one, other] = await openTwo(clinic, options)
    await using stream = await subscribe(other.url, { query: CHANGES })
    await deliver(one.url, eventBody({ object: eventObject('a') }))
    const first = await stream.next()
    clinic.redis.freeze()
    const body = eventBody({ object: eventObject('b') })
    expect(await deliver(one.url, body)).toBe(503)
    clinic.redis.thaw()
    await Promise.all([one.until('up'), other.until('up')])
    // Redis may have executed the command when it thawed.
    expect(await deliver(one.url, body)).toBe(204)
    expect(await deliver(one.url, eventBody({ object: eventObject('c') }))).toBe(204)
    const sequences = [first, await stream.next(), await stream.next()].map(
      (result) => result?.data.appointmentChanged.sequence,
    )
    expect(new Set(sequences).size).toBe(3)
  })

  test('A Redis that is flushed under load fails no operation, and no read is stale', async () => {
    const clinic = await startClinic()
    const [one, other] = await openTwo(clinic)
    let isOver = false
    const flushing = (async () => {
      while (!isOver) await clinic.redis.ask('FLUSHALL')
    })()
    for (let nth = 0; nth < 60; nth += 1) {
      const id = clinic.ids[nth % 5]
      const [writer, reader] = nth % 2 === 0 ? [one, other] : [other, one]
      await rename(writer, id, `Title ${nth}`)
      expect(await titleAt(reader, id)).toBe(`Title ${nth}`)
    }
    isOver = true
    await flushing
    expect(one.states).toEqual(['up'])
  })

  test('A Redis that evicts all keys fails no operation, and no read is stale', async () => {
    const clinic = await startClinic({
      args: ['--maxmemory', '3mb', '--maxmemory-policy', 'allkeys-lru'],
    })
    const [one, other] = await openTwo(clinic)
    for (let nth = 0; nth < 40; nth += 1) {
      const id = clinic.ids[nth % 5]
      const [writer, reader] = nth % 2 === 0 ? [one, other] : [other, one]
      await titleAt(reader, id)
      await rename(writer, id, `Title ${nth}`)
      // More than fits, so that Redis has to evict keys.
      for (let part = 0; part < 20; part += 1)
        await clinic.redis.ask('SET', `other:${nth}:${part}`, 'x'.repeat(100_000))
      expect(await titleAt(reader, id)).toBe(`Title ${nth}`)
    }
    expect(Number(/evicted_keys:(\d+)/.exec(String(await clinic.redis.ask('INFO', 'stats')))?.[1])).not.toBe(
      0,
    )
  })

  test('A full Redis counts as down, and no read is stale when that is noticed', async () => {
    const clinic = await startClinic()
    const [one, other] = await openTwo(clinic)
    const [id] = clinic.ids
    await rename(one, id, 'Before')
    expect(await titleAt(other, id)).toBe('Before')
    await clinic.redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await clinic.redis.ask('CONFIG', 'SET', 'maxmemory', '1')
    await rename(one, id, 'While full')
    expect(await titleAt(other, id)).toBe('While full')
    await Promise.all([one.until('down'), other.until('down')])
    await rename(one, id, 'Away')
    expect(await titleAt(one, id)).toBe('Away')
    await clinic.redis.ask('CONFIG', 'SET', 'maxmemory', '0')
    await Promise.all([one.until('up'), other.until('up')])
    expect(await titleAt(other, id)).toBe('Away')
    // The state did not flap while Redis was full.
    expect(one.states).toEqual(['up', 'down', 'up'])
  })

  test('A read-only Redis counts as down, also for instances that only read', async () => {
    const clinic = await startClinic()
    const [one, other] = await openTwo(clinic)
    await clinic.redis.ask('REPLICAOF', '127.0.0.1', '1')
    await Promise.all([one.until('down'), other.until('down')])
    await rename(one, clinic.ids[0], 'Read only')
    await clinic.redis.ask('REPLICAOF', 'NO', 'ONE')
    await Promise.all([one.until('up'), other.until('up')])
    expect(await titleAt(other, clinic.ids[0])).toBe('Read only')
  })

  test('An instance that is cut off returns, and the others do not notice', async () => {
    const clinic = await startClinic({ users: ['one on nopass ~* +@all'] })
    const one = await clinic.open({ redis: clinic.redis.urlAs('one', 'any') })
    const other = await clinic.open()
    await Promise.all([one.until('up'), other.until('up')])
    const [id] = clinic.ids
    await titleAt(one, id)
    await clinic.redis.ask('CLIENT', 'KILL', 'USER', 'one')
    await one.until('down')
    await rename(other, id, 'Written by another')
    await rename(one, clinic.ids[1], 'Written while cut off')
    await one.until('up')
    expect(await titleAt(one, id)).toBe('Written by another')
    expect(await titleAt(other, clinic.ids[1])).toBe('Written while cut off')
    expect(other.states).toEqual(['up'])
  })

  test('Answers that events keep fresh are not served after Redis was down', async () => {
    const clinic = await startClinic()
    let later = 0
    const clock = { now: () => Date.now() + later, monotonic: () => performance.now() + later }
    const live = await clinic.open({ live: true, gateway: clock })
    await live.until('up')
    await deliver(live.url, eventBody({ object: eventObject('a') }), { at: clock.now() })
    const costOf = async () => {
      const before = clinic.asked()
      await titleAt(live, clinic.ids[0])
      return clinic.asked() - before
    }
    expect(await costOf()).toBe(1)
    later += 60_000
    expect(await costOf()).toBe(0)
    await clinic.redis.ask('CLIENT', 'KILL', 'LADDR', new URL(clinic.redis.url).host)
    await live.until('down')
    await live.until('up')
    // Other instances may have written while Redis was unreachable.
    expect(await costOf()).toBe(1)
    await clinic.redis.kill()
    await live.until('down')
    later += 60_000
    expect([await costOf(), await costOf()]).toEqual([1, 0])
  })

  test('A Redis that is down at the start is logged once, and used once it is up', async () => {
    const clinic = await startClinic()
    await clinic.redis.kill()
    const [one, other] = [await clinic.open(), await clinic.open()]
    await Promise.all([one.until('down'), other.until('down')])
    expect(await sharedAt(one)).toEqual([200, 'down'])
    await rename(one, clinic.ids[0], 'Alone')
    await clinic.redis.restart()
    await Promise.all([one.until('up'), other.until('up')])
    expect(await titleAt(other, clinic.ids[0])).toBe('Alone')
    expect(one.states).toEqual(['down', 'up'])
  })

  test('A Redis that is frozen at the start is logged, and used once it answers', async () => {
    const clinic = await startClinic()
    clinic.redis.freeze()
    const one = await clinic.open()
    await one.until('down')
    await titleAt(one, clinic.ids[0])
    clinic.redis.thaw()
    await one.until('up')
    expect(one.states).toEqual(['down', 'up'])
  })

  test('With a wrong password operations continue, and the log has one line', async () => {
    const clinic = await startClinic({ users: ['gateway on >secret ~* +@all'] })
    const one = await clinic.open({ redis: clinic.redis.urlAs('gateway', 'wrong') })
    await one.until('down')
    await rename(one, clinic.ids[0], 'Alone')
    expect(await titleAt(one, clinic.ids[0])).toBe('Alone')
    await clinic.redis.ask('ACL', 'SETUSER', 'gateway', '>wrong')
    await one.until('up')
    expect(one.states).toEqual(['down', 'up'])
  })

  test('An instance that stops while Redis is frozen stops', async () => {
    const clinic = await startClinic()
    const one = await startInstance({
      redis: clinic.redis.url,
      upstream: { url: 'http://127.0.0.1:1', key: 'k' },
      live: true,
    })
    await one.until('up')
    clinic.redis.freeze()
    const asking = [one.query(ONE, { id: 'a' }), one.query(ONE, { id: 'b' })]
    await one[Symbol.asyncDispose]()
    expect((await Promise.allSettled(asking)).length).toBe(2)
  })
})
