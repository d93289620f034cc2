import { describe, expect, test } from 'vitest'
import { eventObject } from '../../support/events.ts'
import { NOON, operationOf } from '../../support/rest.ts'
import { ALL, HOUR, MINUTE, openShared, startSilent, WHOLE_LIST } from './silent.ts'

describe('A watched list', () => {
  test('It is swept every five minutes, and once an hour while events are healthy', async () => {
    await using silent = await startSilent()
    const unwatch = silent.rest.changes.watch(ALL, operationOf('x'))
    expect(await silent.sweep()).toEqual([])
    silent.pass(5 * MINUTE)
    expect([await silent.sweep(), await silent.sweep()]).toEqual([[WHOLE_LIST], []])
    await silent.deliver(eventObject('z'))
    silent.pass(HOUR - 1)
    expect(await silent.sweep()).toEqual([])
    silent.pass(1)
    expect(await silent.sweep()).toEqual([WHOLE_LIST])
    unwatch()
    silent.pass(2 * HOUR)
    expect(await silent.sweep()).toEqual([])
  })

  test('A sweep publishes lost changes, and corrects the cache', async () => {
    await using silent = await startSilent()
    await silent.deliver(eventObject('z'))
    silent.published()
    silent.pass(1)
    await silent.list()
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.rows.set('a', eventObject('a', { title: 'New', updated_at: '2026-01-05T12:30:00Z' }))
    silent.rows.delete('b')
    silent.pass(HOUR - 1000)
    // The cached list is still fresh.
    expect((await silent.list()).rows).toHaveLength(2)
    silent.pass(1000)
    expect(await silent.sweep()).toEqual([WHOLE_LIST])
    expect(silent.published().sort()).toEqual(['reconciled a New', 'reconciled b ?'])
    expect((await silent.list()).rows).toMatchObject([{ id: 'a', title: 'New' }])
  })

  test('It is swept only while more than half of the quota is left', async () => {
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

  test('A longer list is swept page by page, and missing rows are read by their ids', async () => {
    const ids = Array.from({ length: 120 }, (_, nth) => `r${nth}`)
    await using silent = await startSilent({ ids })
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.pass(5 * MINUTE)
    const pages = [WHOLE_LIST, 'GET /appointments?limit=100&offset=100']
    expect(await silent.sweep()).toEqual(pages)
    silent.rows.delete('r5')
    silent.pass(5 * MINUTE)
    expect(await silent.sweep()).toEqual([...pages, 'GET /appointments/r5'])
    expect(silent.published()).toEqual(['reconciled r5 ?'])
  })

  test('One of several instances sweeps it, and a later one sweeps once', async () => {
    const shared = openShared()
    await using first = await startSilent({ shared })
    await using second = await startSilent({ shared })
    for (const { rest } of [first, second]) rest.changes.watch(ALL, operationOf('x'))
    expect([await first.sweep(), await second.sweep()]).toEqual([[WHOLE_LIST], []])
  })

  test('It is swept after a start, however recently an earlier process has swept', async () => {
    let now = NOON
    const shared = openShared(() => now)
    const start = async () => {
      const silent = await startSilent({ shared })
      silent.pass(now - NOON)
      await silent.deliver(eventObject('z', { updated_at: new Date(now).toISOString() }))
      silent.rest.changes.watch(ALL, operationOf('x'))
      return silent
    }
    {
      await using before = await start()
      expect(await before.sweep()).toEqual([WHOLE_LIST])
      now += HOUR
      before.pass(HOUR)
      expect(await before.sweep()).toEqual([WHOLE_LIST])
    }
    now += 10 * MINUTE
    await using after = await start()
    expect(after.rest.coherence.feedState()).toBe('healthy')
    expect([await after.sweep(), await after.sweep()]).toEqual([[WHOLE_LIST], []])
    after.pass(HOUR - 1)
    expect(await after.sweep()).toEqual([])
  })

  test('A sweep that failed is repeated later, by any instance', async () => {
    let now = NOON
    const shared = openShared(() => now)
    await using first = await startSilent({ shared })
    await using second = await startSilent({ shared })
    await first.deliver(eventObject('z'))
    first.rest.changes.watch(ALL, operationOf('x'))
    first.refuse(true)
    expect([await first.sweep(), await first.sweep()]).toEqual([[WHOLE_LIST], []])
    first.refuse(false)
    second.rest.changes.watch(ALL, operationOf('x'))
    expect(await second.sweep()).toEqual([WHOLE_LIST])
    now += HOUR
    first.pass(HOUR)
    first.refuse(true)
    expect(await first.sweep()).toEqual([WHOLE_LIST])
    first.refuse(false)
    now += 5 * MINUTE
    first.pass(5 * MINUTE)
    expect([await first.sweep(), await first.sweep()]).toEqual([[WHOLE_LIST], []])
  })

  test('A list of more than a thousand rows is not swept', async () => {
    const ids = Array.from({ length: 1001 }, (_, nth) => `r${nth}`)
    await using silent = await startSilent({ ids })
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.pass(5 * MINUTE)
    expect(await silent.sweep()).toHaveLength(10)
    silent.pass(HOUR)
    expect(await silent.sweep()).toEqual([])
  })

  test('The next sweep reads the missing rows that one could not read', async () => {
    const ids = Array.from({ length: 120 }, (_, nth) => `r${nth}`)
    await using silent = await startSilent({ ids })
    silent.rest.changes.watch(ALL, operationOf('x'))
    silent.pass(5 * MINUTE)
    await silent.sweep()
    const gone = ids.slice(0, 12)
    for (const id of gone) silent.rows.delete(id)
    silent.pass(5 * MINUTE)
    const pages = [WHOLE_LIST, 'GET /appointments?limit=100&offset=100']
    const asked = (each: readonly string[]) => each.map((id) => `GET /appointments/${id}`)
    expect(await silent.sweep()).toEqual([...pages, ...asked(gone.slice(0, 10))])
    silent.pass(5 * MINUTE)
    expect(await silent.sweep()).toEqual([...pages, ...asked(gone.slice(10))])
    expect(silent.published()).toEqual(gone.map((id) => `reconciled ${id} ?`))
  })

  test('A slow sweep is not overtaken by the next', async () => {
    await using silent = await startSilent()
    for (const patientId of ['pat_1', 'pat_2']) silent.rest.changes.watch({ patientId }, operationOf('x'))
    silent.leave(501)
    await silent.list()
    silent.leave(500)
    silent.pass(5 * MINUTE)
    const before = silent.requests()
    await Promise.all([silent.rest.sweep(), silent.rest.sweep()])
    expect(silent.requests() - before).toBe(1)
  })
})
