import { describe, expect, test } from 'vitest'
import { FULL_ACCESS } from '../../../src/rest/access.ts'
import type { Missing } from '../../../src/rest/coherence/memberships.ts'
import { eventObject } from '../../support/events.ts'
import { NOON, operationOf } from '../../support/rest.ts'
import { at, HOUR, MINUTE, openShared, startSilent } from './silent.ts'

const OF_P = { patientId: 'pat_1' }

describe('A read of a list', () => {
  test('It publishes unreported changes of its rows, and rows that entered or left', async () => {
    await using silent = await startSilent()
    await silent.list()
    silent.pass(MINUTE)
    silent.rows.set('a', eventObject('a', { title: 'New', updated_at: '2026-01-05T12:00:30Z' }))
    silent.rows.set('c', eventObject('c'))
    silent.rows.delete('b')
    await silent.list()
    expect(silent.published().sort()).toEqual(['reconciled a New', 'reconciled b ?', 'reconciled c Visit'])
    silent.pass(MINUTE)
    await silent.list()
    expect(silent.published()).toEqual([])
    expect(silent.rest.coherence.feedState()).toBe('waiting')
  })

  test('It publishes nothing that an event has reported', async () => {
    await using silent = await startSilent()
    await silent.list(OF_P)
    silent.pass(MINUTE)
    silent.rows.delete('b')
    await silent.deliver(eventObject('b', { patient_id: 'pat_2', updated_at: '2026-01-05T12:01:00Z' }))
    silent.rows.set('c', eventObject('c'))
    await silent.deliver(eventObject('c'), { type: 'appointment.created', previous: null })
    expect(silent.published()).toEqual(['webhook b Visit', 'webhook c Visit'])
    silent.pass(2 * HOUR)
    await silent.list(OF_P)
    expect(silent.published()).toEqual([])
  })

  test('A missing row is not published as lost once its event has arrived', async () => {
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
    await silent.deliver(eventObject('b', { patient_id: 'pat_2', updated_at: at(MINUTE) }))
    await coherence.recordMissing('x', b, read)
    expect(silent.published()).toEqual(['reconciled a ?', 'webhook b Visit'])
  })
})

describe('An unreported change of a field that list rows do not contain', () => {
  const [OF_1, OF_2] = [{ clinicianId: 'cli_1' }, { clinicianId: 'cli_2' }]
  const HIDING = { rowFields: ['id', 'title', 'status', 'start_time'] }
  const start = async (ids = ['a']) => {
    const silent = await startSilent({ ids, ...HIDING })
    for (const id of ids) silent.rows.set(id, eventObject(id, { clinician_profile_id: 'cli_1' }))
    await silent.deliver(eventObject('z', { clinician_profile_id: 'cli_9' }))
    silent.published()
    silent.pass(MINUTE)
    await silent.list(OF_1)
    await silent.list(OF_2)
    return silent
  }
  const rowsOf = async (silent: Awaited<ReturnType<typeof start>>, filter: typeof OF_1) =>
    (await silent.list(filter)).rows.map((row) => ('id' in row ? row.id : '?'))

  test.for([
    ['left', OF_1, OF_2, 'reconciled a ?'],
    ['entered', OF_2, OF_1, 'reconciled a Visit'],
  ] as const)(
    'It is found by a sweep of the list that the appointment has %s',
    async ([, swept, other, found]) => {
      await using silent = await start()
      silent.rest.changes.watch(swept, operationOf('x'))
      silent.rows.set('a', eventObject('a', { clinician_profile_id: 'cli_2' }))
      silent.pass(HOUR / 2)
      await silent.list(other)
      silent.pass(HOUR / 2)
      expect(await silent.sweep()).toHaveLength(1)
      expect(silent.published()).toEqual([found])
      expect([await rowsOf(silent, OF_1), await rowsOf(silent, OF_2)]).toEqual([[], ['a']])
      expect(silent.published()).toEqual([])
      silent.pass(MINUTE)
      expect(silent.rest.coherence.feedState()).toBe('contradicted')
    },
  )

  test('It is found in a longer list by reading the missing rows', async () => {
    const ids = Array.from({ length: 120 }, (_, nth) => `r${nth}`)
    await using silent = await start(ids)
    silent.rest.changes.watch(OF_1, operationOf('x'))
    silent.pass(HOUR)
    expect(await silent.sweep()).toHaveLength(2)
    silent.rows.set('r5', eventObject('r5', { clinician_profile_id: 'cli_2' }))
    silent.pass(HOUR)
    expect((await silent.sweep()).at(-1)).toBe('GET /appointments/r5')
    expect(silent.published()).toEqual(['reconciled r5 Visit'])
  })

  test('A second one is found in the same list', async () => {
    await using silent = await start()
    for (const [clinician, found] of [
      ['cli_2', 'reconciled a ?'],
      ['cli_1', 'reconciled a Visit'],
      ['cli_3', 'reconciled a ?'],
    ]) {
      silent.pass(HOUR)
      silent.rows.set('a', eventObject('a', { clinician_profile_id: clinician }))
      await silent.list(OF_1)
      expect(silent.published()).toEqual([found])
    }
  })

  test.for([undefined, eventObject('a')])(
    'Its late event is published too, with this previous state: %j',
    async (previous) => {
      await using silent = await start()
      const moved = eventObject('a', { clinician_profile_id: 'cli_2', updated_at: at(HOUR) })
      silent.rows.set('a', moved)
      silent.pass(HOUR)
      await silent.list(OF_1)
      expect(silent.published()).toEqual(['reconciled a ?'])
      silent.pass(1000)
      await silent.deliver(moved, { created_at: at(HOUR), ...(previous && { previous }) })
      // Nothing proves which of the two came first, so subscribers read the appointment.
      expect(silent.published()).toEqual(['webhook a ?'])
    },
  )

  test('Its late event still notifies a narrowed caller that the appointment left', async () => {
    await using silent = await start()
    const { changes } = silent.rest
    const moved = eventObject('a', { clinician_profile_id: 'cli_2', updated_at: at(HOUR) })
    silent.rows.set('a', moved)
    silent.pass(HOUR)
    await silent.list(OF_1)
    silent.pass(1000)
    await silent.deliver(moved, {
      created_at: at(HOUR),
      previous: eventObject('a', { clinician_profile_id: 'cli_1' }),
    })
    const by = { ...operationOf('x'), access: { ...FULL_ACCESS, narrowing: OF_1 } }
    const effects = silent.changes().map((change) => {
      const read = { id: 'a', ...OF_2 }
      const effect = changes.effectOf(change, {}, by)
      return effect?.movement === 'unclear' ? changes.effectOnceRead(change, read, {}, by) : effect
    })
    expect(effects).toContainEqual({ movement: 'left', isHidden: true })
  })

  test('Subscribers of the list are notified that a deleted appointment left', async () => {
    await using silent = await start()
    silent.rows.delete('a')
    silent.pass(HOUR)
    await silent.list(OF_1)
    const [change] = silent.changes()
    if (change === undefined) throw new Error('No change was published')
    expect(silent.rest.changes.effectOnceRead(change, undefined, OF_1, operationOf('x'))).toEqual({
      movement: 'left',
      isHidden: true,
    })
  })

  test("A write whose result is read before its answer is published as the gateway's", async () => {
    await using silent = await start()
    silent.pass(HOUR)
    silent.rows.set('a', eventObject('a', { clinician_profile_id: 'cli_2', updated_at: at(HOUR) }))
    await silent.list(OF_1)
    expect(silent.published()).toEqual(['reconciled a ?'])
    const now = { id: 'a', title: 'Visit', status: 'confirmed', updatedAt: at(HOUR), ...OF_2 } as const
    const write = { kind: 'updated', now, certain: now, known: undefined, at: at(HOUR) } as const
    await silent.rest.coherence.recordWrite('x', { ...write, since: NOON + HOUR })
    expect(silent.published()).toEqual(['gateway a ?'])
  })

  test('An unreported return to the list is published, and other lists contain it again', async () => {
    await using silent = await startSilent({ ids: ['a'] })
    await silent.deliver(eventObject('z'))
    silent.pass(MINUTE)
    await silent.list(OF_P)
    silent.rows.delete('a')
    silent.pass(HOUR)
    await silent.list(OF_P)
    expect(silent.published()).toContain('reconciled a ?')
    silent.rows.set('a', eventObject('a'))
    silent.pass(HOUR)
    await silent.list(OF_P)
    expect(silent.published()).toEqual(['reconciled a Visit'])
  })

  test('Nothing is published after Redis was unreachable', async () => {
    let isUp = true
    const shared = { ...openShared(), wasUpSince: () => isUp }
    await using silent = await startSilent({ ids: ['a'], ...HIDING, shared })
    silent.rows.set('a', eventObject('a', { clinician_profile_id: 'cli_1' }))
    await silent.list(OF_1)
    await silent.list(OF_2)
    isUp = false
    silent.rows.set('a', eventObject('a', { clinician_profile_id: 'cli_2' }))
    silent.pass(HOUR)
    await silent.list(OF_1)
    await silent.list(OF_2)
    expect(silent.published()).toEqual([])
  })

  test('A row that moves to another page between two requests is not such a change', async () => {
    const ids = Array.from({ length: 120 }, (_, nth) => `r${nth}`)
    await using silent = await start(ids)
    silent.rest.changes.watch(OF_1, operationOf('x'))
    silent.pass(HOUR)
    await silent.sweep()
    const moved = eventObject('r5', { clinician_profile_id: 'cli_2', updated_at: at(2 * HOUR) })
    // Between the two pages.
    silent.onRequest((line) => void (line.includes('offset=100') && silent.rows.set('r5', moved)))
    silent.pass(HOUR)
    expect(await silent.sweep()).toContain('GET /appointments/r100')
    await silent.deliver(moved)
    silent.published()
    silent.pass(HOUR)
    await silent.sweep()
    expect(silent.published()).toEqual([])
  })

  test('Nothing is published after an event that could not be read', async () => {
    await using silent = await start()
    silent.rows.set('a', eventObject('a', { clinician_profile_id: 'cli_2' }))
    silent.pass(HOUR)
    await silent.rest.coherence.receiveUnreadableEvent('x')
    await silent.list(OF_2)
    expect(silent.published()).toEqual([])
  })

  test('A reported move is not published again, whichever list is read next', async () => {
    await using silent = await start()
    const moved = eventObject('a', { clinician_profile_id: 'cli_2', updated_at: at(MINUTE) })
    silent.rows.set('a', moved)
    await silent.deliver(moved)
    expect(silent.published()).toEqual(['webhook a Visit'])
    silent.pass(2 * HOUR)
    expect([await rowsOf(silent, OF_1), await rowsOf(silent, OF_2)]).toEqual([[], ['a']])
    expect(silent.published()).toEqual([])
  })
})

describe('A cached list', () => {
  const IDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const reportedAt = (ms: number) => ({ created_at: at(ms), type: 'appointment.created' })
  const created = (id: string, ms: number) =>
    [eventObject(id, { updated_at: at(ms) }), { ...reportedAt(ms), previous: null }] as const

  test('It is patched with later changes, and invalidated by changes that may be older', async () => {
    await using silent = await startSilent({ ids: IDS })
    const ids = async () => (await silent.list()).rows.map((row) => ('id' in row ? row.id : '?')).join('')
    await silent.deliver(eventObject('z'), reportedAt(0))
    silent.pass(MINUTE)
    expect(await ids()).toBe('abcdefgh')
    silent.pass(MINUTE)
    await silent.deliver(...created('bb', 90_000))
    expect([await ids(), silent.requests()]).toEqual(['abbbcdefgh', 1])
    // It was created before the read of the list, which does not contain it: so the list has to be read again.
    await silent.deliver(...created('cc', 50_000))
    expect([await ids(), silent.requests()]).toEqual(['abcdefgh', 2])
  })

  test('Events of a clock that is ahead patch no list that may be newer', async () => {
    await using silent = await startSilent({ ids: IDS })
    const ids = async () => (await silent.list()).rows.map((row) => ('id' in row ? row.id : '?')).join('')
    await silent.rest.appointments.retrieve('a', operationOf('x'))
    silent.pass(MINUTE)
    // The clock of events is two minutes ahead, so the next event is of a time before the read of the list.
    await silent.deliver(...created('y', 180_000))
    silent.pass(1000)
    await ids()
    silent.pass(10_000)
    await silent.deliver(...created('bb', 175_000))
    expect([await ids(), silent.requests()]).toEqual(['abcdefgh', 3])
  })
})
