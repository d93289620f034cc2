import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { operationOf, startRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const READ_CONNECTIONS = 64

/** An upstream that answers a request when it is released, oldest first. */
async function startSlowUpstream() {
  const waiting: (() => void)[] = []
  const upstream = await startScriptedUpstream(({ line }) => (response: ServerResponse) => {
    const data = { id: line.split('/')[2], status: 'cancelled' }
    waiting.push(() => response.end(JSON.stringify({ data, meta: {} })))
  })
  return {
    ...upstream,
    lines: () => upstream.requests.map(({ line }) => line),
    release() {
      waiting.shift()?.()
    },
    releaseAll() {
      for (const answer of waiting.splice(0)) answer()
    },
  }
}

describe('The connections to the upstream', () => {
  test('Callers take turns, so a busy one delays another by two responses at most', async () => {
    await using upstream = await startSlowUpstream()
    await using rest = startRest(upstream.url)
    const read = (id: string, caller: string) =>
      rest.appointments.retrieve(id, { ...operationOf('key'), caller })
    const busy = Array.from({ length: 120 }, (_, nth) => read(`busy${nth}`, 'busy'))
    await upstream.arrival(READ_CONNECTIONS)
    const other = read('other', 'other')
    upstream.release()
    upstream.release()
    await upstream.arrival(READ_CONNECTIONS + 2)
    expect(upstream.lines().slice(READ_CONNECTIONS)).toContain('GET /appointments/other')
    for (let nth = 0; nth < 121; nth++) {
      await upstream.arrival(Math.min(121, nth + READ_CONNECTIONS - 1))
      upstream.releaseAll()
    }
    await Promise.all([...busy, other])
  })

  test('A write is sent immediately while reads wait for a connection', async () => {
    await using upstream = await startSlowUpstream()
    await using rest = startRest(upstream.url)
    const reads = Array.from({ length: 80 }, (_, nth) =>
      rest.appointments.retrieve(`a${nth}`, operationOf('key')),
    )
    await upstream.arrival(READ_CONNECTIONS)
    const write = rest.appointments.cancel('a', null, operationOf('key'))
    await upstream.arrival(READ_CONNECTIONS + 1)
    expect(upstream.lines().at(-1)).toBe('POST /appointments/a/cancel')
    for (let sent = READ_CONNECTIONS + 1; sent <= 81; sent++) {
      await upstream.arrival(sent)
      upstream.releaseAll()
    }
    await Promise.all([...reads, write])
  })

  test('A read that ends while it waits for a connection is no upstream failure', async () => {
    await using upstream = await startSlowUpstream()
    await using rest = startRest(upstream.url)
    const first = Array.from({ length: READ_CONNECTIONS }, (_, nth) =>
      rest.appointments.retrieve(`a${nth}`, operationOf('key')).catch(() => {}),
    )
    await upstream.arrival(READ_CONNECTIONS)
    // As failures, so many would open the circuit breaker.
    const late = Array.from({ length: 20 }, (_, nth) => {
      const leaving = new AbortController()
      const by = operationOf('key', leaving.signal)
      const reading = rest.appointments.retrieve(`late${nth}`, by)
      leaving.abort()
      return reading.catch((error: unknown) => ({ error, exchanges: by.ledger.exchanges }))
    })
    for (const ended of await Promise.all(late))
      expect(ended).toMatchObject({ error: { code: 'UPSTREAM_TIMEOUT', progress: 'notSent' }, exchanges: 0 })
    upstream.releaseAll()
    await Promise.all(first)
    const next = rest.appointments.retrieve('next', operationOf('key'))
    await upstream.arrival(READ_CONNECTIONS + 1)
    expect(upstream.lines().at(-1)).toBe('GET /appointments/next')
    upstream.release()
    await next
  })
})

describe('A request that was never sent', () => {
  test.for(['update', 'cancel', 'create'] as const)(
    'A %s without a TLS connection is UPSTREAM_UNAVAILABLE and costs nothing',
    async (write) => {
      await using upstream = await startScriptedUpstream(() => ({ body: {} }))
      await using rest = startRest(upstream.url.replace('http:', 'https:'), {
        retry: { wait: async () => {} },
      })
      const by = operationOf()
      const done = {
        update: () => rest.appointments.update('a', { title: 't' }, by),
        cancel: () => rest.appointments.cancel('a', null, by),
        create: () => rest.appointments.create({ title: 't' }, 'key', by),
      }[write]()
      await expect(done).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', progress: 'notConnected' })
      expect(by.ledger.exchanges).toBe(0)
      expect(upstream.requests).toEqual([])
    },
  )

  test('The outcome of a write after the deadline of its operation is known', async () => {
    await using upstream = await startScriptedUpstream(() => ({ body: { data: { id: 'a' }, meta: {} } }))
    await using rest = startRest(upstream.url)
    const by = { ...operationOf(), deadline: AbortSignal.abort() }
    await expect(rest.appointments.cancel('a', null, by)).rejects.toMatchObject({
      code: 'UPSTREAM_TIMEOUT',
      extensions: {},
    })
    expect(upstream.requests).toEqual([])
    expect(by.ledger.exchanges).toBe(0)
    // The gateway still caches the appointment.
    await rest.appointments.retrieve('a', operationOf())
    await rest.appointments.retrieve('a', operationOf())
    expect(upstream.requests).toHaveLength(1)
  })
})
