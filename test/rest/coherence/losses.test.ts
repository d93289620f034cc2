import { describe, expect, test } from 'vitest'
import { FULL_ACCESS } from '../../../src/rest/access.ts'
import type { Missing } from '../../../src/rest/coherence/memberships.ts'
import { shown } from '../../support/events.ts'
import { NOON, operationOf } from '../../support/rest.ts'
import { at, HOUR, MINUTE, openShared, startSilent } from './silent.ts'

const OF_P = { patientId: 'pat_1' }

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

  test('A row that it lacks is not told of as lost once its event has come', async () => {
    await using silent = await startSilent()
    const { coherence } = silent.rest
    await silent.list(OF_P)
    silent.pass(MINUTE)
    const instant = NOON + MINUTE
    const read = { filter: OF_P, rows: [], requestedAt: instant, receivedAt: instant, isOneRequest: true }
    const missing = await coherence.compareList('x', read)
    expect(missing.map(({ id }) => id)).toEqual(['a', 'b'])
    const [a, b] = missing as [Missing, Missing]
    await coherence.recordMissing('x', a, read)
    silent.pass(10)
    await silent.tell(shown('b', { patient_id: 'pat_2', updated_at: at(MINUTE) }))
    await coherence.recordMissing('x', b, read)
    expect(silent.told()).toEqual(['reconciled a ?', 'webhook b Visit'])
  })
})

describe('A change of what no row shows, that nobody told of', () => {
  const [OF_1, OF_2] = [{ clinicianId: 'cli_1' }, { clinicianId: 'cli_2' }]
  const HIDING = { rowFields: ['id', 'title', 'status', 'start_time'] }
  const start = async (ids = ['a']) => {
    const silent = await startSilent({ ids, ...HIDING })
    for (const id of ids) silent.rows.set(id, shown(id, { clinician_profile_id: 'cli_1' }))
    await silent.tell(shown('z', { clinician_profile_id: 'cli_9' }))
    silent.told()
    silent.pass(MINUTE)
    await silent.list(OF_1)
    await silent.list(OF_2)
    return silent
  }
  const rowsOf = async (silent: Awaited<ReturnType<typeof start>>, filter: typeof OF_1) =>
    (await silent.list(filter)).rows.map((row) => ('id' in row ? row.id : '?'))

  test.for([
    ['left', OF_1, OF_2, 'reconciled a ?'],
    ['come into', OF_2, OF_1, 'reconciled a Visit'],
  ] as const)('It is found by a sweep of the list that it has %s', async ([, swept, other, found]) => {
    await using silent = await start()
    silent.rest.changes.watch(swept, operationOf('x'))
    silent.rows.set('a', shown('a', { clinician_profile_id: 'cli_2' }))
    silent.pass(HOUR / 2)
    await silent.list(other)
    silent.pass(HOUR / 2)
    expect(await silent.sweep()).toHaveLength(1)
    expect(silent.told()).toEqual([found])
    expect([await rowsOf(silent, OF_1), await rowsOf(silent, OF_2)]).toEqual([[], ['a']])
    expect(silent.told()).toEqual([])
    silent.pass(MINUTE)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
  })

  test('It is found in a longer list by asking for what is gone', async () => {
    const ids = Array.from({ length: 120 }, (_, nth) => `r${nth}`)
    await using silent = await start(ids)
    silent.rest.changes.watch(OF_1, operationOf('x'))
    silent.pass(HOUR)
    expect(await silent.sweep()).toHaveLength(2)
    silent.rows.set('r5', shown('r5', { clinician_profile_id: 'cli_2' }))
    silent.pass(HOUR)
    expect((await silent.sweep()).at(-1)).toBe('GET /appointments/r5')
    expect(silent.told()).toEqual(['reconciled r5 Visit'])
  })

  test('A second one is found in the same list', async () => {
    await using silent = await start()
    for (const [clinician, found] of [
      ['cli_2', 'reconciled a ?'],
      ['cli_1', 'reconciled a Visit'],
      ['cli_3', 'reconciled a ?'],
    ]) {
      silent.pass(HOUR)
      silent.rows.set('a', shown('a', { clinician_profile_id: clinician }))
      await silent.list(OF_1)
      expect(silent.told()).toEqual([found])
    }
  })

  test.for([undefined, shown('a')])(
    'Its event is told too where it is late, with or without: %j',
    async (previous) => {
      await using silent = await start()
      const moved = shown('a', { clinician_profile_id: 'cli_2', updated_at: at(HOUR) })
      silent.rows.set('a', moved)
      silent.pass(HOUR)
      await silent.list(OF_1)
      expect(silent.told()).toEqual(['reconciled a ?'])
      silent.pass(1000)
      await silent.tell(moved, { created_at: at(HOUR), ...(previous && { previous }) })
      // Nothing tells which of the two came first, so that subscribers read it.
      expect(silent.told()).toEqual(['webhook a ?'])
    },
  )

  test('Its event tells a narrowed caller that it left, late as it is', async () => {
    await using silent = await start()
    const { changes } = silent.rest
    const moved = shown('a', { clinician_profile_id: 'cli_2', updated_at: at(HOUR) })
    silent.rows.set('a', moved)
    silent.pass(HOUR)
    await silent.list(OF_1)
    silent.pass(1000)
    await silent.tell(moved, {
      created_at: at(HOUR),
      previous: shown('a', { clinician_profile_id: 'cli_1' }),
    })
    const by = { ...operationOf('x'), access: { ...FULL_ACCESS, narrowing: OF_1 } }
    const effects = silent.changes().map((change) => {
      const read = { id: 'a', ...OF_2 }
      const effect = changes.effectOf(change, {}, by)
      return effect?.movement === 'unclear' ? changes.effectOnceRead(change, read, {}, by) : effect
    })
    expect(effects).toContainEqual({ movement: 'left', isHidden: true })
  })

  test('Who has the list is told that it left where it is deleted', async () => {
    await using silent = await start()
    silent.rows.delete('a')
    silent.pass(HOUR)
    await silent.list(OF_1)
    const [change] = silent.changes()
    if (change === undefined) throw new Error('Nothing is told')
    expect(silent.rest.changes.effectOnceRead(change, undefined, OF_1, operationOf('x'))).toEqual({
      movement: 'left',
      isHidden: true,
    })
  })

  test("An own write that a read shows before its answer is told as the gateway's", async () => {
    await using silent = await start()
    silent.pass(HOUR)
    silent.rows.set('a', shown('a', { clinician_profile_id: 'cli_2', updated_at: at(HOUR) }))
    await silent.list(OF_1)
    expect(silent.told()).toEqual(['reconciled a ?'])
    const now = { id: 'a', title: 'Visit', status: 'confirmed', updatedAt: at(HOUR), ...OF_2 } as const
    const write = { kind: 'updated', now, certain: now, known: undefined, at: at(HOUR) } as const
    await silent.rest.coherence.recordWrite('x', { ...write, since: NOON + HOUR })
    expect(silent.told()).toEqual(['gateway a ?'])
  })

  test('One that comes back silently is told, and is in other lists again', async () => {
    await using silent = await startSilent({ ids: ['a'] })
    await silent.tell(shown('z'))
    silent.pass(MINUTE)
    await silent.list(OF_P)
    silent.rows.delete('a')
    silent.pass(HOUR)
    await silent.list(OF_P)
    expect(silent.told()).toContain('reconciled a ?')
    silent.rows.set('a', shown('a'))
    silent.pass(HOUR)
    await silent.list(OF_P)
    expect(silent.told()).toEqual(['reconciled a Visit'])
  })

  test('None is told of after a time in which Redis was away', async () => {
    let isUp = true
    const shared = { ...openShared(), wasUpSince: () => isUp }
    await using silent = await startSilent({ ids: ['a'], ...HIDING, shared })
    silent.rows.set('a', shown('a', { clinician_profile_id: 'cli_1' }))
    await silent.list(OF_1)
    await silent.list(OF_2)
    isUp = false
    silent.rows.set('a', shown('a', { clinician_profile_id: 'cli_2' }))
    silent.pass(HOUR)
    await silent.list(OF_1)
    await silent.list(OF_2)
    expect(silent.told()).toEqual([])
  })

  test('What slips from one page into another is none of them', async () => {
    const ids = Array.from({ length: 120 }, (_, nth) => `r${nth}`)
    await using silent = await start(ids)
    silent.rest.changes.watch(OF_1, operationOf('x'))
    silent.pass(HOUR)
    await silent.sweep()
    const moved = shown('r5', { clinician_profile_id: 'cli_2', updated_at: at(2 * HOUR) })
    // Between the two pages.
    silent.onRequest((line) => void (line.includes('offset=100') && silent.rows.set('r5', moved)))
    silent.pass(HOUR)
    expect(await silent.sweep()).toContain('GET /appointments/r100')
    await silent.tell(moved)
    silent.told()
    silent.pass(HOUR)
    await silent.sweep()
    expect(silent.told()).toEqual([])
  })

  test('None is told of where an event was that nobody could read', async () => {
    await using silent = await start()
    silent.rows.set('a', shown('a', { clinician_profile_id: 'cli_2' }))
    silent.pass(HOUR)
    await silent.rest.coherence.receiveUnreadableEvent('x')
    await silent.list(OF_2)
    expect(silent.told()).toEqual([])
  })

  test('A move that is told is none of them, whichever list is read next', async () => {
    await using silent = await start()
    const moved = shown('a', { clinician_profile_id: 'cli_2', updated_at: at(MINUTE) })
    silent.rows.set('a', moved)
    await silent.tell(moved)
    expect(silent.told()).toEqual(['webhook a Visit'])
    silent.pass(2 * HOUR)
    expect([await rowsOf(silent, OF_1), await rowsOf(silent, OF_2)]).toEqual([[], ['a']])
    expect(silent.told()).toEqual([])
  })
})

describe('A cached list', () => {
  const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const told = (ms: number) => ({ created_at: at(ms), type: 'appointment.created' })
  const created = (id: string, ms: number) =>
    [shown(id, { updated_at: at(ms) }), { ...told(ms), previous: null }] as const

  test('It gets what happened after it, and is read again for what may be older', async () => {
    await using silent = await startSilent({ ids: IDS })
    const ids = async () => (await silent.list()).rows.map((row) => ('id' in row ? row.id : '?')).join('')
    await silent.tell(shown('z'), told(0))
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
