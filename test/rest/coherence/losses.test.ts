import { describe, expect, test } from 'vitest'
import type { AppointmentFilter } from '../../../src/contract/field-names.ts'
import { readDelivery } from '../../../src/events/event.ts'
import type { RestClientOptions } from '../../../src/rest/client.ts'
import type { LoggedChange } from '../../../src/shared/event-log.ts'
import { createMemory } from '../../../src/shared/memory.ts'
import { eventBody, shown } from '../../support/events.ts'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const ALL: AppointmentFilter = {}
const PAGE = { offset: 0, limit: 100 }
const MINUTE = 60_000
const HOUR = 3_600_000

interface Options extends Pick<Partial<RestClientOptions>, 'shared'> {
  readonly ids?: readonly string[]
}

/** An upstream whose appointments change silently, and a client that hears its events. */
async function startSilent({ ids = ['a', 'b'], ...options }: Options = {}) {
  let now = NOON
  let remaining = 1000
  let isRefusing = false
  const rows = new Map<string, object>(ids.map((id) => [id, shown(id)]))
  const upstream = await startScriptedUpstream(({ line }) => {
    const query = new URL(line.split(' ')[1] ?? '', 'http://upstream').searchParams
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))]
    const id = /^GET \/appointments\/(\w+)$/.exec(line)?.[1]
    const all = [...rows.values()]
    const row = id === undefined ? undefined : rows.get(id)
    const data = id === undefined ? all.slice(offset, offset + limit) : row
    const isThere = data !== undefined
    if (isRefusing) return { status: 403, body: { data: null, error: { code: 'FORBIDDEN', message: '-' } } }
    return {
      status: isThere ? 200 : 404,
      headers: {
        date: new Date(now).toUTCString(),
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': String(remaining),
      },
      body: isThere
        ? { data, meta: { has_more: id === undefined && all.length > offset + limit } }
        : { data: null, error: { code: 'NOT_FOUND', message: '-' } },
    }
  })
  const rest = startRest(upstream.url, {
    now: () => now,
    cacheTtlMs: 10_000,
    events: {
      accounts: ['x'],
      fedTtlMs: HOUR,
      silentMs: 10 * HOUR,
      reconcileMs: 5 * MINUTE,
      onFeedState: () => {},
    },
    ...options,
  })
  const told: LoggedChange[] = []
  await rest.changes.follow(undefined, operationOf('x'), {
    change: (change) => void told.push(change),
    lost() {},
  })
  let taken = 0
  return {
    rest,
    rows,
    /** What subscribers were told: the source, the appointment, and its title where it is known. */
    told: () => told.splice(0).map(({ source, now: row }) => `${source} ${row.id} ${row.title ?? '?'}`),
    pass: (ms: number) => {
      now += ms
    },
    refuse: (isOn: boolean) => {
      isRefusing = isOn
    },
    leave: (count: number) => {
      remaining = count
    },
    list: (filter = ALL) => rest.appointments.list(filter, PAGE, operationOf('x')),
    /** Looks for losses, and returns the requests that it takes. */
    async sweep() {
      taken = upstream.requests.length
      await rest.sweep()
      return upstream.requests.slice(taken).map(({ line }) => line)
    },
    requests: () => upstream.requests.length,
    async tell(object: object, parts: object = {}) {
      const event = readDelivery(
        Buffer.from(eventBody({ created_at: new Date(now).toISOString(), object, ...parts })),
      )?.event
      if (typeof event === 'object') await rest.coherence.takeEvent('x', event)
    },
    async [Symbol.asyncDispose]() {
      await rest[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

const WHOLE_LIST = 'GET /appointments?limit=100&offset=0'

describe('A list that is read', () => {
  test('It tells of a row that changed, came or went while nobody told of it', async () => {
    await using silent = await startSilent()
    await silent.list()
    silent.pass(MINUTE)
    silent.rows.set('a', shown('a', { title: 'New', updated_at: '2026-01-05T12:00:30Z' }))
    silent.rows.set('c', shown('c'))
    silent.rows.delete('b')
    await silent.list()
    expect(silent.told().sort()).toEqual(['reconciled a New', 'reconciled b ?', 'reconciled c Visit'])
    silent.pass(MINUTE)
    await silent.list()
    expect(silent.told()).toEqual([])
    expect(silent.rest.coherence.feedState()).toBe('waiting')
  })

  test('It says nothing of what an event has told of', async () => {
    await using silent = await startSilent()
    const OF_P = { patientId: 'pat_1' }
    await silent.list(OF_P)
    silent.pass(MINUTE)
    silent.rows.delete('b')
    await silent.tell(shown('b', { patient_id: 'pat_2', updated_at: '2026-01-05T12:01:00Z' }))
    silent.rows.set('c', shown('c'))
    await silent.tell(shown('c'), { type: 'appointment.created', previous: null })
    expect(silent.told()).toEqual(['webhook b Visit', 'webhook c Visit'])
    silent.pass(2 * HOUR)
    await silent.list(OF_P)
    expect(silent.told()).toEqual([])
  })

  test('What contradicts the events makes them count for nothing until the next one', async () => {
    await using silent = await startSilent()
    await silent.tell(shown('z'))
    await silent.list()
    silent.pass(HOUR)
    silent.rows.delete('b')
    await silent.list()
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
    await silent.tell(shown('z', { updated_at: '2026-01-05T13:01:00Z' }))
    expect(silent.rest.coherence.feedState()).toBe('healthy')
  })
})

describe('A cached list', () => {
  const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const at = (ms: number) => ({ created_at: new Date(NOON + ms).toISOString(), type: 'appointment.created' })
  const created = (id: string, ms: number) =>
    [shown(id, { updated_at: new Date(NOON + ms).toISOString() }), { ...at(ms), previous: null }] as const

  test('It gets what happened after it, and is read again for what may be older', async () => {
    await using silent = await startSilent({ ids: IDS })
    const ids = async () => (await silent.list()).rows.map((row) => ('id' in row ? row.id : '?')).join('')
    await silent.tell(shown('z'), at(0))
    silent.pass(MINUTE)
    expect(await ids()).toBe('abcdefgh')
    silent.pass(MINUTE)
    await silent.tell(...created('bb', 90_000))
    expect([await ids(), silent.requests()]).toEqual(['abbbcdefgh', 1])
    // It was made before the list was read, and it is not in it: it has left since.
    await silent.tell(...created('cc', 50_000))
    expect([await ids(), silent.requests()]).toEqual(['abcdefgh', 2])
  })

  test('Events of a clock that is ahead are put into no list that may be newer', async () => {
    await using silent = await startSilent({ ids: IDS })
    const ids = async () => (await silent.list()).rows.map((row) => ('id' in row ? row.id : '?')).join('')
    await silent.rest.appointments.retrieve('a', operationOf('x'))
    silent.pass(MINUTE)
    // Two minutes ahead: what it dates from there was made before the list is read.
    await silent.tell(...created('y', 180_000))
    silent.pass(1000)
    await ids()
    silent.pass(10_000)
    await silent.tell(...created('bb', 175_000))
    expect([await ids(), silent.requests()]).toEqual(['abcdefgh', 3])
  })
})

describe('A list that somebody watches', () => {
  test('It is read every five minutes, and once an hour while events are healthy', async () => {
    await using silent = await startSilent()
    const unwatch = silent.rest.changes.watch(ALL, operationOf('x'))
    expect(await silent.sweep()).toEqual([])
    silent.pass(5 * MINUTE)
    expect([await silent.sweep(), await silent.sweep()]).toEqual([[WHOLE_LIST], []])
    await silent.tell(shown('z'))
    silent.pass(HOUR - 1)
    expect(await silent.sweep()).toEqual([])
    silent.pass(1)
    expect(await silent.sweep()).toEqual([WHOLE_LIST])
    unwatch()
    silent.pass(2 * HOUR)
    expect(await silent.sweep()).toEqual([])
  })

  test('Watchers are told of what was lost, and the cache is right again', async () => {
    await using silent = await startSilent()
    await silent.tell(shown('z'))
    silent.told()
    silent.pass(1)
    await silent.list()
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.rows.set('a', shown('a', { title: 'New', updated_at: '2026-01-05T12:30:00Z' }))
    silent.rows.delete('b')
    silent.pass(HOUR - 1000)
    // Nobody can know yet.
    expect((await silent.list()).rows).toHaveLength(2)
    silent.pass(1000)
    expect(await silent.sweep()).toEqual([WHOLE_LIST])
    expect(silent.told().sort()).toEqual(['reconciled a New', 'reconciled b ?'])
    expect((await silent.list()).rows).toMatchObject([{ id: 'a', title: 'New' }])
  })

  test('It is read only while more than half of the quota is left', async () => {
    await using silent = await startSilent()
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.leave(500)
    await silent.list()
    silent.pass(5 * MINUTE)
    expect(await silent.sweep()).toEqual([])
    silent.leave(501)
    await silent.rest.appointments.retrieve('a', operationOf('x'))
    expect(await silent.sweep()).toEqual([WHOLE_LIST])
  })

  test('A longer one is read page by page, and what is missing is asked for by itself', async () => {
    const ids = Array.from({ length: 120 }, (_, nth) => `r${nth}`)
    await using silent = await startSilent({ ids })
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.pass(5 * MINUTE)
    const pages = [WHOLE_LIST, 'GET /appointments?limit=100&offset=100']
    expect(await silent.sweep()).toEqual(pages)
    silent.rows.delete('r5')
    silent.pass(5 * MINUTE)
    expect(await silent.sweep()).toEqual([...pages, 'GET /appointments/r5'])
    expect(silent.told()).toEqual(['reconciled r5 ?'])
  })

  test('Of several instances one reads it; a later one looks once at what was missed', async () => {
    const shared = { ...createMemory({ monotonic: () => NOON }) }
    const notes = { ...shared.notes, areShared: true }
    await using first = await startSilent({ shared: { ...shared, notes } })
    await using second = await startSilent({ shared: { ...shared, notes } })
    for (const { rest } of [first, second]) rest.changes.watch(ALL, operationOf('x'))
    expect([await first.sweep(), await second.sweep()]).toEqual([[WHOLE_LIST], []])
  })

  test('One that can not be read is tried again later, and harms nothing', async () => {
    await using silent = await startSilent()
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.refuse(true)
    silent.pass(5 * MINUTE)
    expect([await silent.sweep(), await silent.sweep()]).toEqual([[WHOLE_LIST], []])
    silent.refuse(false)
    silent.pass(5 * MINUTE)
    expect(await silent.sweep()).toEqual([WHOLE_LIST])
  })
})
