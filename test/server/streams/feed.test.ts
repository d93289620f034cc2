import { describe, expect, test } from 'vitest'
import type { FeedState } from '../../../src/server/gateway-options.ts'
import { deliver, eventBody, eventObject, SECRET } from '../../support/events.ts'
import { startGateway } from '../../support/gateway.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { NOON } from './live.ts'

const FIND = '{ appointment(id: "a") { title } }'
const LIST = '{ appointments { nodes { title } } }'
const MINUTE = 60_000

/** A gateway with events, and an upstream with one appointment, which the test changes. */
async function startFed(cacheTtlSeconds = 10) {
  let now = NOON
  let version = 1
  let taken = 0
  const states: FeedState[] = []
  const row = () =>
    eventObject('a', { title: `v${version}`, updated_at: new Date(NOON + version * 1000).toISOString() })
  const upstream = await startScriptedUpstream(({ line }) => ({
    body: { data: line.includes('?') ? [row()] : row(), meta: { has_more: false } },
  }))
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    now: () => now,
    monotonic: () => now,
    cacheTtlSeconds,
    webhooks: { secrets: [{ secret: SECRET }] },
    logFeed: (state) => states.push(state),
  })
  async function send(body: string): Promise<void> {
    expect(await deliver(gateway.url, body, { at: now })).toBe(204)
    now += 1
  }
  return {
    gateway,
    states,
    pass: (ms: number) => {
      now += ms
    },
    /** How many upstream requests a query causes. */
    async cost(query: string): Promise<number> {
      await gateway.query(query)
      const count = upstream.requests.length - taken
      taken = upstream.requests.length
      return count
    },
    changeSilently: () => {
      version += 1
    },
    deliverEvent: () => send(eventBody({ created_at: new Date(now).toISOString(), object: row() })),
    deliverOtherEvent: () =>
      send(eventBody({ created_at: new Date(now).toISOString(), object: eventObject('x') })),
    test: () => send(eventBody({ type: 'webhook.test', object: {} })),
    async ready(): Promise<unknown> {
      return ((await (await fetch(`${gateway.url}/ready`)).json()) as { events: unknown }).events
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('How long answers are cached', () => {
  test('While events are healthy, an answer is cached for an hour', async () => {
    await using fed = await startFed()
    expect(await fed.ready()).toBe('waiting')
    await fed.test()
    expect(await fed.ready()).toBe('healthy')
    expect(await fed.cost(FIND)).toBe(1)
    for (let minute = 0; minute < 59; minute += 1) {
      fed.pass(MINUTE)
      if (minute % 10 === 0) await fed.test()
      expect(await fed.cost(FIND)).toBe(0)
    }
    fed.pass(MINUTE)
    expect(await fed.cost(FIND)).toBe(1)
  })

  test('An answer that is older than the first event is cached for ten seconds', async () => {
    await using fed = await startFed()
    expect(await fed.cost(FIND)).toBe(1)
    fed.pass(1000)
    await fed.test()
    fed.pass(9000)
    expect(await fed.cost(FIND)).toBe(1)
    fed.pass(10_000)
    expect(await fed.cost(FIND)).toBe(0)
  })

  test('A gateway without a cache does not cache with events either', async () => {
    await using fed = await startFed(0)
    await fed.test()
    expect([await fed.cost(FIND), await fed.cost(FIND)]).toEqual([1, 1])
  })

  test('When events fall silent, the TTL is ten seconds again, until the next event', async () => {
    await using fed = await startFed()
    await fed.test()
    expect(await fed.cost(FIND)).toBe(1)
    fed.pass(15 * MINUTE)
    expect(await fed.ready()).toBe('silent')
    expect(await fed.cost(FIND)).toBe(1)
    fed.pass(10_000)
    expect(await fed.cost(FIND)).toBe(1)
    await fed.deliverOtherEvent()
    expect(await fed.cost(FIND)).toBe(0)
    fed.pass(10_000)
    expect([await fed.cost(FIND), await fed.ready()]).toEqual([1, 'healthy'])
    fed.pass(10_000)
    expect(await fed.cost(FIND)).toBe(0)
    expect(fed.states).toEqual(['healthy', 'silent', 'healthy'])
  })

  test('When a read contradicts them, the TTL is ten seconds, until the next event', async () => {
    await using fed = await startFed()
    await fed.deliverEvent()
    fed.pass(1000)
    expect(await fed.cost(FIND)).toBe(1)
    fed.changeSilently()
    fed.pass(1000)
    expect(await fed.cost(LIST)).toBe(1)
    // The event may still be in flight.
    expect(await fed.ready()).toBe('healthy')
    fed.pass(30_000)
    expect(await fed.ready()).toBe('contradicted')
    expect(await fed.cost(FIND)).toBe(1)
    fed.pass(10_000)
    expect(await fed.cost(FIND)).toBe(1)
    await fed.deliverOtherEvent()
    expect(fed.states).toEqual(['healthy', 'contradicted', 'healthy'])
  })

  test('A late event does not count as lost', async () => {
    await using fed = await startFed()
    await fed.deliverEvent()
    fed.changeSilently()
    fed.pass(1000)
    expect(await fed.cost(LIST)).toBe(1)
    fed.pass(20_000)
    await fed.deliverEvent()
    fed.pass(20_000)
    expect(await fed.ready()).toBe('healthy')
    expect(fed.states).toEqual(['healthy'])
  })

  test('A lost event is found when the next one has unknown previous values', async () => {
    await using fed = await startFed()
    const at = (second: number) => new Date(NOON + second * 1000).toISOString()
    const eventOf = (second: number, title: string, before: string) =>
      eventBody({
        created_at: at(second),
        object: eventObject('y', { title, updated_at: at(second) }),
        previous: eventObject('y', { title: before }),
      })
    const send = (body: string) => deliver(fed.gateway.url, body, { at: NOON })
    await send(eventOf(1, 'B', 'A'))
    await send(eventOf(3, 'D', 'C'))
    fed.pass(30_000)
    expect(await fed.ready()).toBe('contradicted')
  })

  test('A repeated delivery does not count as activity', async () => {
    await using fed = await startFed()
    const body = eventBody({ object: eventObject('y') })
    const send = () => deliver(fed.gateway.url, body, { at: NOON })
    await send()
    fed.pass(14 * MINUTE)
    await send()
    fed.pass(MINUTE)
    expect(await fed.ready()).toBe('silent')
  })
})
