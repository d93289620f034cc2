import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { NOON, operationOf, startRest } from '../support/rest.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const FIRST_PAGE = { offset: 0, limit: 20 }
const LIST = 'GET /appointments?limit=20&offset=0'

/** An upstream whose answers tell how many writes it has seen, and wait until they are let go where told so. */
async function startVersionedUpstream() {
  let version = 0
  const held: (() => void)[] = []
  let isHolding = false
  const upstream = await startScriptedUpstream(({ line }) => {
    if (!line.startsWith('GET')) version += 1
    const item = { id: line.split(/[/?]/)[2] ?? 'a', title: `version ${version}` }
    const data = line.includes('limit=') ? [{ ...item, id: 'a' }] : item
    const body = JSON.stringify({ data, meta: { has_more: false } })
    const answer = (response: ServerResponse) => void response.end(body)
    return (response) => (isHolding ? void held.push(() => answer(response)) : answer(response))
  })
  return {
    ...upstream,
    lines: () => upstream.requests.map(({ line }) => line),
    hold() {
      isHolding = true
    },
    /** What is held stays so. */
    goOn() {
      isHolding = false
    },
    letGo() {
      isHolding = false
      for (const answer of held.splice(0)) answer()
    },
  }
}

describe('reads that are shared', () => {
  test('equal reads in the air are one exchange, charged to the operation that began it', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    const viewers = Array.from({ length: 40 }, () => operationOf())
    const pages = await Promise.all(viewers.map((by) => rest.appointments.list({}, FIRST_PAGE, by)))
    expect(upstream.lines()).toEqual([LIST])
    expect(pages.every(({ rows }) => rows.length === 1)).toBe(true)
    expect(viewers.map(({ ledger }) => ledger.exchanges).filter((count) => count > 0)).toEqual([1])
    expect(viewers.filter(({ ledger }) => ledger.joined === 1)).toHaveLength(39)
  })

  test('one that takes long is still shared after any number of others have come and gone', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    upstream.hold()
    const long = rest.appointments.retrieve('long', operationOf())
    await upstream.arrival(1)
    upstream.goOn()
    for (let batch = 0; batch < 10; batch++)
      await Promise.all(
        Array.from({ length: 60 }, (_, nth) => rest.appointments.retrieve(`a${nth}`, operationOf())),
      )
    const late = operationOf()
    const joined = rest.appointments.retrieve('long', late)
    upstream.letGo()
    expect((await joined).row).toEqual((await long).row)
    expect(late.ledger).toMatchObject({ exchanges: 0, joined: 1 })
    expect(upstream.lines()).toHaveLength(601)
  })

  test('nothing is shared or remembered across credentials', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    await Promise.all(['a', 'b'].map((caller) => rest.appointments.list({}, FIRST_PAGE, operationOf(caller))))
    await rest.appointments.list({}, FIRST_PAGE, operationOf('c'))
    expect(upstream.lines()).toEqual([LIST, LIST, LIST])
  })

  test('a shared read goes on while anybody waits for it, and ends when nobody does', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    upstream.hold()
    const [first, second] = [new AbortController(), new AbortController()]
    const left = rest.appointments.retrieve('a', operationOf('x', first.signal))
    const stayed = rest.appointments.retrieve('a', operationOf('x', second.signal))
    await upstream.arrival(1)
    first.abort()
    await expect(left).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    upstream.letGo()
    expect((await stayed).row.title).toBe('version 0')
    expect(upstream.lines()).toHaveLength(1)

    upstream.hold()
    const alone = new AbortController()
    const given = rest.appointments.retrieve('b', operationOf('x', alone.signal))
    await upstream.arrival(2)
    alone.abort()
    await expect(given).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    upstream.letGo()
    await rest.appointments.retrieve('b', operationOf('x'))
    expect(upstream.lines()).toHaveLength(3)
  })

  test('an operation that has ended asks nothing more', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    const ended = operationOf('x', AbortSignal.abort())
    await expect(rest.appointments.retrieve('a', ended)).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    expect(ended.ledger.exchanges).toBe(0)
    expect((await rest.appointments.retrieve('a', operationOf('x'))).row.id).toBe('a')
    expect(upstream.lines()).toEqual(['GET /appointments/a'])
  })
})

describe('reads that are remembered', () => {
  test('an answer is given again until its time is over', async () => {
    let now = NOON
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url, { now: () => now })
    const read = (by = operationOf()) => rest.appointments.list({}, FIRST_PAGE, by).then(() => by.ledger)
    await read()
    now += 9_999
    expect(await read()).toMatchObject({ exchanges: 0, remembered: 1 })
    now += 1
    expect(await read()).toMatchObject({ exchanges: 1, remembered: 0 })
    expect(upstream.lines()).toEqual([LIST, LIST])
  })

  test('an answer that took long is as old as its question, whoever joined in waiting for it, and whoever left', async () => {
    for (const hasFirstLeft of [false, true]) {
      let now = NOON
      await using upstream = await startVersionedUpstream()
      await using rest = startRest(upstream.url, { now: () => now })
      const gone = new AbortController()
      upstream.hold()
      const first = rest.appointments.retrieve('a', operationOf('x', gone.signal)).catch(() => {})
      await upstream.arrival(1)
      now += 9_000
      const joined = rest.appointments.retrieve('a', operationOf('x'))
      if (hasFirstLeft) gone.abort()
      upstream.letGo()
      await Promise.all([first, joined])
      now += 999
      await rest.appointments.retrieve('a', operationOf('x'))
      expect(upstream.lines()).toHaveLength(1)
      now += 1
      await rest.appointments.retrieve('a', operationOf('x'))
      expect(upstream.lines()).toHaveLength(2)
    }
  })

  test('a time of 0 remembers nothing', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    await rest.appointments.retrieve('a', operationOf())
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.lines()).toHaveLength(2)
  })

  test('a failure is not remembered', async () => {
    let status = 500
    await using upstream = await startScriptedUpstream(() => ({
      status,
      body: { data: { id: 'a' }, meta: {} },
    }))
    await using rest = startRest(upstream.url)
    await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
    })
    status = 200
    expect((await rest.appointments.retrieve('a', operationOf())).row.id).toBe('a')
  })

  test.for(['update', 'cancel', 'create'] as const)(
    'a reader that asks after a %s was answered never sees the state before it',
    async (write) => {
      await using upstream = await startVersionedUpstream()
      await using rest = startRest(upstream.url)
      const by = operationOf()
      await Promise.all([
        rest.appointments.list({}, FIRST_PAGE, by),
        rest.appointments.retrieve('a', by),
        rest.appointments.retrieve('b', by),
      ])
      if (write === 'update') await rest.appointments.update('a', { title: 't' }, by)
      if (write === 'cancel') await rest.appointments.cancel('a', null, by)
      if (write === 'create') await rest.appointments.create({ title: 't' }, 'key', by)
      const asked = upstream.lines().length
      const page = await rest.appointments.list({}, FIRST_PAGE, by)
      expect(page.rows).toMatchObject([{ title: 'version 1' }])
      const item = await rest.appointments.retrieve('a', by)
      expect(item.row.title).toBe(write === 'create' ? 'version 0' : 'version 1')
      await rest.appointments.retrieve('b', by)
      // What the write could not have changed is remembered still.
      expect(upstream.lines().slice(asked)).toEqual(
        write === 'create' ? [LIST] : [LIST, 'GET /appointments/a'],
      )
    },
  )

  test('a write that failed is forgotten for like one that did not', async () => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.startsWith('GET')
        ? { body: { data: { id: 'a' }, meta: {} } }
        : { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: '' } } },
    )
    await using rest = startRest(upstream.url)
    await rest.appointments.retrieve('a', operationOf())
    await rest.appointments.cancel('a', null, operationOf()).catch(() => {})
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.requests).toHaveLength(3)
  })

  test('a read that raced a write is neither joined nor remembered', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    upstream.hold()
    const racing = rest.appointments.retrieve('a', operationOf())
    await upstream.arrival(1)
    const write = rest.appointments.update('a', { title: 't' }, operationOf())
    await upstream.arrival(2)
    const during = rest.appointments.retrieve('a', operationOf())
    await upstream.arrival(3)
    upstream.letGo()
    await Promise.all([racing, write, during])
    const after = await rest.appointments.retrieve('a', operationOf())
    expect(after.row.title).toBe('version 1')
    expect(upstream.lines()).toEqual([
      'GET /appointments/a',
      'PATCH /appointments/a',
      'GET /appointments/a',
      'GET /appointments/a',
    ])
  })
})
