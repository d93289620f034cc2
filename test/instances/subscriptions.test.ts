import { afterAll, beforeAll, expect, test } from 'vitest'
import { seeded } from '../pagination/drift.ts'
import { deliver, eventBody, eventObject, SECRET } from '../support/events.ts'
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { type StreamResult, subscribe, type TestStream } from '../support/stream.ts'
import { type Gateways, startGateways } from './instances.ts'

const CHANGES = `subscription ($after: String) { appointmentChanged(after: $after) {
  sequence kind source appointment { restId title } } }`

let events = 0

/** The body of an event that is a second later than the one before. */
function nextEvent(id: string, title: string): string {
  events += 1
  const at = new Date(Date.parse('2026-01-05T12:00:00Z') + events * 1000).toISOString()
  const object = eventObject(id, { title, updated_at: at })
  return eventBody({ object, previous: eventObject(id, { title: 'before' }), created_at: at })
}

function titleOf(result: StreamResult | undefined): string {
  if (result?.data?.appointmentChanged == null) throw new Error(`No change: ${JSON.stringify(result)}`)
  return result.data.appointmentChanged.appointment.title
}

async function titlesOf(stream: TestStream, count: number): Promise<string[]> {
  const titles: string[] = []
  while (titles.length < count) titles.push(titleOf(await stream.next()))
  return titles
}

function subscribeAt({ at }: Gateways, nth: number, after?: string): Promise<TestStream> {
  return subscribe(at(nth).url, { query: CHANGES, variables: after === undefined ? {} : { after } })
}

/** An upstream that has every appointment, and answers a write with the written fields. */
function startUpstream() {
  return startScriptedUpstream(({ line, body }) => {
    const id = /\/appointments\/(\w+)/.exec(line)?.[1] ?? 'new'
    const fields = body === '' ? {} : (JSON.parse(body) as object)
    return { body: { data: { ...eventObject(id), updated_at: '2026-01-06T12:00:00Z', ...fields }, meta: {} } }
  })
}

describeWithRedis('Subscribers of any instance', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  const start = (upstream: { readonly url: string }) =>
    startGateways({ redisUrl: redis.url, upstream: { url: upstream.url, key: 'k' }, count: 3 })

  test('They receive each event once and in order, whichever instance accepts it', async () => {
    await using upstream = await startUpstream()
    await using instances = await start(upstream)
    const streams = await Promise.all([0, 1, 2, 1].map((nth) => subscribeAt(instances, nth)))
    const random = seeded(7)
    const any = () => instances.at(Math.floor(random() * 3)).url
    const titles = Array.from({ length: 200 }, (_, nth) => `Change ${nth}`)
    let duplicates = 0
    for (const title of titles) {
      const body = nextEvent(`apt${Math.floor(random() * 20)}`, title)
      expect(await deliver(any(), body)).toBe(204)
      if (random() >= 0.2) continue
      duplicates += 1
      expect(await deliver(any(), body)).toBe(204)
    }
    expect(duplicates).toBeGreaterThan(20)
    for (const stream of streams) {
      expect(await titlesOf(stream, titles.length)).toEqual(titles)
      await stream[Symbol.asyncDispose]()
    }
    expect(upstream.requests).toEqual([])
  })

  test('An event that two instances receive at the same time is published once', async () => {
    await using upstream = await startUpstream()
    await using instances = await start(upstream)
    await using stream = await subscribeAt(instances, 2)
    const titles = Array.from({ length: 50 }, (_, nth) => `Change ${nth}`)
    for (const title of titles) {
      const body = nextEvent('apt', title)
      const statuses = await Promise.all([0, 1, 2].map((nth) => deliver(instances.at(nth).url, body)))
      expect(statuses).toEqual([204, 204, 204])
    }
    expect(await titlesOf(stream, titles.length)).toEqual(titles)
  })

  test('A subscriber that reconnects to another instance resumes where it was', async () => {
    await using upstream = await startUpstream()
    await using instances = await start(upstream)
    const titles = Array.from({ length: 60 }, (_, nth) => `Change ${nth}`)
    let stream = await subscribeAt(instances, 0)
    let place = stream.response.headers.get('x-resume-after') ?? ''
    const got: string[] = []
    const tell = async (from: number, to: number) => {
      for (const [nth, title] of titles.slice(from, to).entries())
        await deliver(instances.at(from + nth).url, nextEvent(`apt${nth}`, title))
    }
    for (let round = 0; round < 6; round += 1) {
      // Of ten changes the subscriber reads four here, and the others from the next instance.
      await tell(10 * round, 10 * round + 5)
      for (let nth = 0; nth < 4; nth += 1) {
        const result = await stream.next()
        got.push(titleOf(result))
        place = result?.data.appointmentChanged.sequence
      }
      await stream[Symbol.asyncDispose]()
      await tell(10 * round + 5, 10 * round + 10)
      stream = await subscribeAt(instances, round + 1, place)
      for (let nth = 0; nth < 6; nth += 1) {
        const result = await stream.next()
        got.push(titleOf(result))
        place = result?.data.appointmentChanged.sequence
      }
    }
    await stream[Symbol.asyncDispose]()
    expect(got).toEqual(titles)
  })

  test('A sequence of one instance is known to another immediately', async () => {
    await using upstream = await startUpstream()
    await using instances = await start(upstream)
    for (let nth = 0; nth < 30; nth += 1) {
      await using stream = await subscribeAt(instances, nth)
      const titles = [`${nth} a`, `${nth} b`]
      for (const title of titles) await deliver(instances.at(nth).url, nextEvent('apt', title))
      const { sequence } = (await stream.next())?.data.appointmentChanged ?? {}
      await using other = await subscribeAt(instances, nth + 1, sequence)
      expect(titleOf(await other.next())).toBe(titles[1])
    }
  })

  test('A write through one is published by all, and its echo through another is not', async () => {
    await using upstream = await startUpstream()
    await using instances = await start(upstream)
    await using stream = await subscribeAt(instances, 1)
    for (let nth = 0; nth < 20; nth += 1) {
      const id = `own${nth}`
      const { errors } = await instances.at(0).query(
        `mutation ($id: ID!) { updateAppointment(input: { id: $id, title: "Renamed" }) {
          appointment { title } } }`,
        { id },
      )
      expect(errors).toBeUndefined()
      expect((await stream.next())?.data.appointmentChanged).toMatchObject({
        source: 'GATEWAY',
        appointment: { restId: id, title: 'Renamed' },
      })
      const updated = { title: 'Renamed', updated_at: '2026-01-06T12:00:00Z' }
      const echo = eventBody({ object: eventObject(id, updated), created_at: '2026-01-06T12:00:00.100Z' })
      expect(await deliver(instances.at(1 + (nth % 2)).url, echo)).toBe(204)
      await deliver(instances.at(2).url, nextEvent('marker', `Marker ${nth}`))
      expect(titleOf(await stream.next())).toBe(`Marker ${nth}`)
    }
  })

  test('An event forged with another secret is not published', async () => {
    await using upstream = await startUpstream()
    await using instances = await start(upstream)
    await using stream = await subscribeAt(instances, 1)
    const forged = nextEvent('apt', 'Forged')
    expect(await deliver(instances.at(0).url, forged, { secret: `${SECRET.slice(0, -2)}A=` })).toBe(401)
    await deliver(instances.at(2).url, nextEvent('apt', 'True'))
    expect(titleOf(await stream.next())).toBe('True')
  })
})
