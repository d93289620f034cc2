import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { NOON, operationOf, startRest } from '../support/rest.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const FIRST_PAGE = { offset: 0, limit: 20 }
const LIST = 'GET /appointments?limit=20&offset=0'

/** Each title is the number of writes so far. Between `hold` and `release` the upstream delays its answers. */
async function startVersionedUpstream() {
  let version = 0
  const pending: (() => void)[] = []
  let isHolding = false
  const upstream = await startScriptedUpstream(({ line }) => {
    if (!line.startsWith('GET')) version += 1
    const item = { id: line.split(/[/?]/)[2] ?? 'n', title: `version ${version}` }
    const data = line.includes('limit=') ? [{ ...item, id: 'a' }] : item
    const body = JSON.stringify({ data, meta: { has_more: false } })
    const answer = (response: ServerResponse) => void response.end(body)
    return (response) => (isHolding ? void pending.push(() => answer(response)) : answer(response))
  })
  return {
    ...upstream,
    lines: () => upstream.requests.map(({ line }) => line),
    hold() {
      isHolding = true
    },
    release() {
      isHolding = false
      for (const answer of pending.splice(0)) answer()
    },
  }
}

describe('Equal reads in flight', () => {
  test('Forty equal reads send one request, which only the first operation counts', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    const viewers = Array.from({ length: 40 }, () => operationOf())
    const pages = await Promise.all(viewers.map((by) => rest.appointments.list({}, FIRST_PAGE, by)))
    expect(upstream.lines()).toEqual([LIST])
    expect(pages.every(({ rows }) => rows.length === 1)).toBe(true)
    expect(viewers.map(({ ledger }) => ledger.exchanges).filter((count) => count > 0)).toEqual([1])
    expect(viewers.filter(({ ledger }) => ledger.joined === 1)).toHaveLength(39)
  })

  test('The gateway shares and caches nothing across credentials', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    await Promise.all(['a', 'b'].map((caller) => rest.appointments.list({}, FIRST_PAGE, operationOf(caller))))
    await rest.appointments.list({}, FIRST_PAGE, operationOf('c'))
    expect(upstream.lines()).toEqual([LIST, LIST, LIST])
  })

  test('A shared request continues while at least one operation waits for it', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    upstream.hold()
    const [first, second] = [new AbortController(), new AbortController()]
    const left = rest.appointments.retrieve('a', operationOf('x', first.signal))
    const stayed = rest.appointments.retrieve('a', operationOf('x', second.signal))
    await upstream.arrival(1)
    first.abort()
    await expect(left).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    upstream.release()
    expect((await stayed).row.title).toBe('version 0')
    expect(upstream.lines()).toHaveLength(1)

    upstream.hold()
    const alone = new AbortController()
    const abandoned = rest.appointments.retrieve('b', operationOf('x', alone.signal))
    await upstream.arrival(2)
    alone.abort()
    await expect(abandoned).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    upstream.release()
    await rest.appointments.retrieve('b', operationOf('x'))
    expect(upstream.lines()).toHaveLength(3)
  })

  test('An operation that has ended sends nothing upstream', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    const ended = operationOf('x', AbortSignal.abort())
    await expect(rest.appointments.retrieve('a', ended)).rejects.toMatchObject({ code: 'UPSTREAM_TIMEOUT' })
    expect(ended.ledger.exchanges).toBe(0)
    expect((await rest.appointments.retrieve('a', operationOf('x'))).row.id).toBe('a')
    expect(upstream.lines()).toEqual(['GET /appointments/a'])
  })
})

describe('Cached reads', () => {
  test('The gateway serves an answer from the cache until its TTL ends', async () => {
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

  test('The TTL of a slow answer begins with its request, shared or not', async () => {
    for (const hasFirstLeft of [false, true]) {
      let now = NOON
      await using upstream = await startVersionedUpstream()
      await using rest = startRest(upstream.url, { now: () => now })
      const leaving = new AbortController()
      upstream.hold()
      const first = rest.appointments.retrieve('a', operationOf('x', leaving.signal)).catch(() => {})
      await upstream.arrival(1)
      now += 9_000
      const joined = rest.appointments.retrieve('a', operationOf('x'))
      if (hasFirstLeft) leaving.abort()
      upstream.release()
      await Promise.all([first, joined])
      now += 999
      await rest.appointments.retrieve('a', operationOf('x'))
      expect(upstream.lines()).toHaveLength(1)
      now += 1
      await rest.appointments.retrieve('a', operationOf('x'))
      expect(upstream.lines()).toHaveLength(2)
    }
  })

  test('With a TTL of 0 the gateway caches nothing', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url, { cacheTtlMs: 0 })
    await rest.appointments.retrieve('a', operationOf())
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.lines()).toHaveLength(2)
  })

  test('The gateway does not cache a failure', async () => {
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
    'A read after an answered %s never returns the state before it',
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
      const sent = upstream.lines().length
      const page = await rest.appointments.list({}, FIRST_PAGE, by)
      expect(page.rows).toMatchObject([{ title: 'version 1' }])
      const item = await rest.appointments.retrieve('a', by)
      expect(item.row.title).toBe(write === 'create' ? 'version 0' : 'version 1')
      await rest.appointments.retrieve('b', by)
      // What the write can't have changed is still cached.
      expect(upstream.lines().slice(sent)).toEqual(
        write === 'create' ? [LIST] : [LIST, 'GET /appointments/a'],
      )
    },
  )

  test('A failed write invalidates what a successful one does', async () => {
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.startsWith('GET')
        ? { body: { data: { id: 'a' }, meta: {} } }
        : { status: 500, body: { error: { code: 'INTERNAL_ERROR', message: '' } } },
    )
    await using rest = startRest(upstream.url)
    await rest.appointments.retrieve('a', operationOf())
    await rest.appointments.cancel('a', null, operationOf()).catch(() => {})
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.requests.map(({ line }) => line)).toEqual([
      'GET /appointments/a',
      'POST /appointments/a/cancel',
      // The gateway reads whether the cancel has succeeded.
      'GET /appointments/a',
      'GET /appointments/a',
    ])
  })

  test('The gateway neither joins nor caches a read that raced a write', async () => {
    await using upstream = await startVersionedUpstream()
    await using rest = startRest(upstream.url)
    upstream.hold()
    const racing = rest.appointments.retrieve('a', operationOf())
    await upstream.arrival(1)
    const write = rest.appointments.update('a', { title: 't' }, operationOf())
    await upstream.arrival(2)
    const during = rest.appointments.retrieve('a', operationOf())
    await upstream.arrival(3)
    upstream.release()
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

describe('A create', () => {
  const MONDAY = { startsFrom: '2026-01-05T00:00:00Z', startsTo: '2026-01-05T23:59:59Z' }
  const TIMES = { startTime: '2026-01-06T09:00:00Z', endTime: '2026-01-06T09:30:00Z' }

  /** Counts the lists before and after a create that the upstream answers with these fields; undefined = it refuses it. */
  async function listsAfterCreate(created: object | undefined): Promise<number> {
    await using upstream = await startScriptedUpstream(({ line }) => (response) => {
      const isCreate = line.startsWith('POST')
      if (isCreate && created === undefined) response.statusCode = 422
      const error = { error: { code: 'VALIDATION_ERROR', message: 'No' } }
      const answer = isCreate
        ? created === undefined
          ? error
          : { data: { id: 'n', ...created } }
        : { data: [] }
      response.end(JSON.stringify({ meta: {}, ...answer }))
    })
    await using rest = startRest(upstream.url)
    await rest.appointments.list(MONDAY, FIRST_PAGE, operationOf())
    await rest.appointments.create({ title: 'Visit', ...TIMES }, 'key', operationOf()).catch(() => {})
    await rest.appointments.list(MONDAY, FIRST_PAGE, operationOf())
    return upstream.requests.filter(({ line }) => line.startsWith('GET')).length
  }

  test('It does not invalidate lists that its appointment can not be in', async () => {
    expect(await listsAfterCreate({ start_time: '2026-01-06T09:00:00Z' })).toBe(1)
  })

  test('The fields of the answer decide which lists it invalidates', async () => {
    expect(await listsAfterCreate({ start_time: '2026-01-05T09:00:00Z' })).toBe(2)
    expect(await listsAfterCreate({})).toBe(2)
  })

  test('A refused create invalidates every list', async () => {
    expect(await listsAfterCreate(undefined)).toBe(2)
  })
})
