import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { OperationLine } from '../../../src/server/gateway-options.ts'
import { compress } from '../../../src/server/operation/compression.ts'
import { createMemo } from '../../../src/server/operation/memo.ts'
import { deliver, eventBody, eventObject, SECRET } from '../../support/events.ts'
import { type GatewayTestOptions, startGateway } from '../../support/gateway.ts'
import { operationOf, startRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const NOON = Date.parse('2026-01-05T12:00:00Z')
const LIST = 'query L($first: Int) { appointments(first: $first) { nodes { restId title } totalCount } }'
const FIND = '{ appointment(id: "a") { title } }'
const RENAME = 'mutation { updateAppointment(input: { id: "a", title: "t" }) { appointment { restId } } }'

/** A gateway whose upstream responds to each request with another title, and the lines of its log. */
async function startCounting(options: GatewayTestOptions = {}) {
  let now = NOON
  const lines: OperationLine[] = []
  const upstream = await startScriptedUpstream(({ line }) => {
    const title = `v${upstream.requests.length}`
    if (line.includes('failing')) return { status: 500, body: '-' }
    const row = eventObject('a', { title })
    return { body: { data: line.includes('?') ? [row] : row, meta: { has_more: false } } }
  })
  const gateway = await startGateway({
    url: upstream.url,
    key: 'k',
    now: () => now,
    monotonic: () => now,
    logOperation: (line) => lines.push(line),
    ...options,
  })
  return {
    gateway,
    upstream,
    lines,
    pass: (ms: number) => {
      now += ms
    },
    /** The body of the answer, and whether it is a cached one. */
    async ask(query: string, variables: object = {}, headers: Record<string, string> = {}) {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      })
      const text = await response.text()
      return {
        text,
        data: JSON.parse(text).data,
        headers: response.headers,
        isRepeated: lines.at(-1)?.repeated,
      }
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('A repeated query', () => {
  test('It gets the same bytes without an execution, and reports its cost', async () => {
    await using counting = await startCounting()
    const first = await counting.ask(LIST, { first: 5 })
    const again = await counting.ask(LIST, { first: 5 })
    expect([first.isRepeated, again.isRepeated]).toEqual([false, true])
    expect(again.data).toEqual(first.data)
    expect(JSON.parse(again.text).extensions.upstream.requests).toBe(0)
    expect(again.headers.get('x-upstream-requests')).toBe('0')
    expect(counting.lines[1]).toMatchObject({ name: 'L', kind: 'query', requests: 0, remembered: 1 })
    expect(counting.upstream.requests).toHaveLength(1)
  })

  test('A write, an event and the end of its TTL each make it run again', async () => {
    await using counting = await startCounting({ webhooks: { secrets: [{ secret: SECRET }] } })
    const { ask, gateway, pass } = counting
    await ask(FIND)
    expect((await ask(FIND)).isRepeated).toBe(true)
    await ask(RENAME)
    const afterWrite = await ask(FIND)
    await ask(FIND)
    await deliver(gateway.url, eventBody({ created_at: '2026-01-05T12:30:00Z', object: eventObject('a') }), {
      at: NOON,
    })
    const afterEvent = await ask(FIND)
    pass(10_000)
    const afterTime = await ask(FIND)
    expect([afterWrite, afterEvent, afterTime].map(({ isRepeated }) => isRepeated)).toEqual([
      false,
      false,
      false,
    ])
    const titles = [afterWrite, afterEvent, afterTime].map(({ data }) => data.appointment.title)
    expect(new Set(titles).size).toBe(3)
  })

  test('An event of another appointment does not invalidate its answer', async () => {
    await using counting = await startCounting({ webhooks: { secrets: [{ secret: SECRET }] } })
    await counting.ask(FIND)
    await deliver(counting.gateway.url, eventBody({ object: eventObject('b') }), { at: NOON })
    expect((await counting.ask(FIND)).isRepeated).toBe(true)
  })

  test('Other variables, another name or another document are another query', async () => {
    await using counting = await startCounting()
    await counting.ask(LIST, { first: 5 })
    for (const [query, variables] of [
      [LIST, { first: 6 }],
      [LIST, {}],
      [LIST.replace('title', 'status'), { first: 5 }],
    ] as const)
      expect((await counting.ask(query, variables)).isRepeated).toBe(false)
  })

  test('An answer with an error, or without reads, is not cached', async () => {
    await using counting = await startCounting()
    const partly = '{ a: appointment(id: "a") { title } b: appointment(id: "failing") { title } }'
    for (const query of [partly, '{ __typename }']) {
      await counting.ask(query)
      expect((await counting.ask(query)).isRepeated).toBe(false)
    }
  })

  test('The bytes of compressed answers count towards the 64 MB of the cache', async () => {
    const answers = Array.from({ length: 24 }, (_, nth) => ({
      nth,
      noise: randomBytes(1.5e6).toString('base64'),
    }))
    const keptAfter = async (compressing: boolean) => {
      const memo = createMemo({ areFresh: () => true, refresh: () => undefined })
      const ask = async (variables: (typeof answers)[number]) => {
        const operation = operationOf()
        const execute = () => {
          operation.ledger.reads = [{ request: { method: 'GET', path: '/' }, token: {} }]
          return { data: variables }
        }
        const query = { text: '', operationName: undefined, variables: variables.nth, operation }
        const { stringify } = (await memo.answer(query, execute)) as { stringify(result: object): Buffer }
        const bytes = stringify({})
        if (compressing) await memo.compressed(operation, 'gzip', async () => bytes.toString())
        return operation.ledger.isRepeated
      }
      for (const each of answers) await ask(each)
      // The latest first, so that a new entry evicts none that is still to be read.
      const repeated: boolean[] = []
      for (const each of answers.toReversed()) repeated.push(await ask(each))
      return repeated.filter(Boolean).length
    }
    expect(await keptAfter(false)).toBe(24)
    // 2 MB and 1.5 MB each.
    expect(await keptAfter(true)).toBe(Math.floor((64 * 1024 * 1024) / 3.5e6))
  })

  test('Cached bytes take no more memory than their length', async () => {
    for (const coding of ['br', 'gzip'] as const) {
      const bytes = await compress('x'.repeat(5000), coding)
      expect(bytes.buffer.byteLength).toBe(bytes.length)
    }
  })

  test('A cached answer keeps no reply of the upstream in memory', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: eventObject('a', { title: 'Canary' }), meta: {} },
    }))
    await using rest = startRest(upstream.url)
    const by = operationOf()
    by.ledger.reads = []
    await rest.appointments.retrieve('a', by)
    expect(inspect(by.ledger.reads, { depth: null })).toContain('/appointments/a')
    expect(inspect(by.ledger.reads, { depth: null })).not.toContain('Canary')
  })

  test('No answer is cached where the cache is off', async () => {
    await using counting = await startCounting({ cacheTtlSeconds: 0 })
    await counting.ask(FIND)
    expect((await counting.ask(FIND)).isRepeated).toBe(false)
    expect(counting.upstream.requests).toHaveLength(2)
    const name = '{ location(id: "a") { name } }'
    await counting.ask(name)
    expect((await counting.ask(name)).isRepeated).toBe(false)
  })

  test.each([
    ['the quota is spent', 429],
    ['the upstream is down', 503],
  ])('A stale answer, because %s, is reported as stale each time', async (_name, status) => {
    let isAway = false
    await using upstream = await startScriptedUpstream(() =>
      isAway
        ? { status, headers: { 'retry-after': '60' }, body: '-' }
        : { body: { data: eventObject('a'), meta: {} } },
    )
    let now = NOON
    const clock = () => now
    await using gateway = await startGateway({ url: upstream.url, key: 'k', now: clock, monotonic: clock })
    await gateway.query(FIND)
    isAway = true
    now += 20_000
    for (let nth = 0; nth < 3; nth += 1) {
      const { extensions } = await gateway.query(FIND)
      expect(extensions.upstream).toHaveProperty('stale')
    }
  })

  test('Identity and limits are checked before the cache', async () => {
    let lag = 0
    await using counting = await startCounting({ tokens: TOKENS, maxLagMs: 100, lagMs: () => lag })
    const { ask, pass } = counting
    const headers = await bearer({ scope: 'appointments:read', exp: NOON / 1000 + 1 })
    await ask(FIND, {}, headers)
    expect((await ask(FIND, {}, headers)).isRepeated).toBe(true)
    lag = 101
    expect((await ask(FIND, {}, headers)).text).toContain('OVERLOADED')
    lag = 0
    pass(7_000)
    expect((await ask(FIND, {}, headers)).text).toContain('UNAUTHENTICATED')
    expect(counting.upstream.requests).toHaveLength(1)
  })

  test("No caller gets an answer from another caller's view", async () => {
    await using counting = await startCounting({ tokens: TOKENS })
    const callers = await Promise.all(
      [
        { scope: 'appointments:read' },
        { scope: 'appointments:read patients:read' },
        { scope: 'appointments:read', patient_id: 'pat_1' },
        { scope: 'appointments:read', patient_id: 'pat_2' },
        { scope: 'mail' },
      ].map((claims, nth) => bearer({ sub: String(nth), exp: NOON / 1000 + 60, ...claims })),
    )
    const anonymous = {}
    const alone = new Map<object, unknown>()
    for (const headers of [...callers, anonymous]) {
      await using fresh = await startCounting({ tokens: TOKENS })
      alone.set(headers, (await fresh.ask('{ appointment(id: "a") { status } }', {}, headers)).data)
    }
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...callers, anonymous), async (headers) => {
        const { data } = await counting.ask('{ appointment(id: "a") { status } }', {}, headers)
        expect(data).toEqual(alone.get(headers))
      }),
      { numRuns: 60 },
    )
  })
})
