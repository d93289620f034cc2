import { describe, expect, test } from 'vitest'
import { eventObject } from '../../support/events.ts'
import { operationOf } from '../../support/rest.ts'
import { at, HOUR, MINUTE, openShared, startSilent } from './silent.ts'

describe('The health of the events', () => {
  test('A read that contradicts the events makes them unreliable until the next one', async () => {
    await using silent = await startSilent()
    await silent.deliver(eventObject('z'))
    await silent.list()
    silent.pass(HOUR)
    silent.rows.delete('b')
    await silent.list()
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
    await silent.deliver(eventObject('z', { updated_at: '2026-01-05T13:01:00Z' }))
    expect(silent.rest.coherence.feedState()).toBe('healthy')
  })

  test('A write does not explain an unreported change of its row', async () => {
    await using silent = await startSilent()
    await loseOne(silent)
    await silent.rest.coherence.recordWrite('x', {
      kind: 'updated',
      now: { id: 'a', title: 'Mine' },
      certain: { id: 'a', title: 'Mine' },
      since: undefined,
      known: await silent.rest.coherence.latestChange('x', 'a'),
      at: undefined,
    })
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
  })

  test('A later event does not explain an unreported change of its row', async () => {
    await using silent = await startSilent()
    await loseOne(silent)
    await silent.deliver(eventObject('a', { title: 'Later', updated_at: at(HOUR + 1000) }), {
      previous: LOST,
    })
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
  })

  test('The event of a found change explains it, even if a later event precedes it', async () => {
    await using silent = await startSilent()
    await loseOne(silent)
    await silent.deliver(eventObject('a', { title: 'Later', updated_at: at(HOUR + 1000) }), {
      previous: LOST,
    })
    await silent.deliver(LOST)
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('healthy')
  })

  test('Of two states that reads found, the event of one does not explain the other', async () => {
    await using silent = await startSilent()
    await loseOne(silent)
    silent.rows.set('a', eventObject('a', { title: 'Later', updated_at: at(HOUR) }))
    await silent.rest.appointments.retrieve('a', operationOf('x'))
    await silent.deliver(LOST)
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
  })

  test("A read of a write's result before the write is answered contradicts no event", async () => {
    await using silent = await startSilent()
    const { coherence } = silent.rest
    await loseOne(silent)
    const now = { id: 'a', title: 'Lost' }
    await coherence.recordWrite('x', {
      kind: 'updated',
      now,
      certain: now,
      since: undefined,
      known: undefined,
      at: undefined,
    })
    silent.pass(31_000)
    expect(coherence.feedState()).toBe('healthy')
  })

  test('A read of a state while its event is processed contradicts no event', async () => {
    const memory = openShared()
    const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>()
    const { promise: isFree, resolve: free } = Promise.withResolvers<void>()
    let isHolding = false
    const epochs = {
      ...memory.epochs,
      async advance(...change: Parameters<typeof memory.epochs.advance>) {
        if (isHolding) {
          isHolding = false
          hold()
          await isFree
        }
        return memory.epochs.advance(...change)
      },
    }
    await using silent = await startSilent({ shared: { ...memory, epochs } })
    await silent.deliver(eventObject('z'))
    await silent.list()
    silent.pass(MINUTE)
    const changed = eventObject('a', { title: 'New', updated_at: at(MINUTE) })
    silent.rows.set('a', changed)
    isHolding = true
    const reading = silent.rest.appointments.retrieve('a', operationOf('x'))
    await isHeld
    await silent.deliver(changed)
    free()
    await reading
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('healthy')
  })

  test('An event that begins with an unreported state proves a loss', async () => {
    const of = (nth: number) => eventObject('z', { title: `${nth}`, updated_at: at(nth * MINUTE) })
    const cases = [
      { next: of(1), parts: { previous: of(0), created_at: at(MINUTE) }, state: 'healthy' },
      { next: of(3), parts: { previous: of(2) }, state: 'contradicted' },
    ]
    for (const { next, parts, state } of cases) {
      await using silent = await startSilent()
      await silent.deliver(of(0))
      silent.pass(3 * MINUTE)
      await silent.deliver(of(2), { previous: of(1) })
      await silent.deliver(next, parts)
      silent.pass(31_000)
      expect(silent.rest.coherence.feedState()).toBe(state)
    }
  })

  test('On several instances, an event explains what any of them has found', async () => {
    const shared = openShared()
    await using first = await startSilent({ shared })
    await using second = await startSilent({ shared })
    const states = () => [first, second].map(({ rest }) => rest.coherence.feedState())
    await first.deliver(eventObject('z'))
    await second.list()
    for (const each of [first, second]) each.pass(MINUTE)
    const changed = eventObject('a', { title: 'New', updated_at: at(MINUTE) })
    second.rows.set('a', changed)
    await second.rest.appointments.retrieve('a', operationOf('x'))
    await first.deliver(changed)
    for (const each of [first, second]) each.pass(31_000)
    expect(states()).toEqual(['healthy', 'healthy'])
    second.rows.delete('b')
    await second.list()
    for (const each of [first, second]) each.pass(31_000)
    expect(states()).toEqual(['contradicted', 'contradicted'])
  })
})

const LOST = eventObject('a', { title: 'Lost', updated_at: at(HOUR - MINUTE) })

/** A read finds a change of `a`, an hour after the start, that no event has reported. */
async function loseOne(silent: Awaited<ReturnType<typeof startSilent>>): Promise<void> {
  await silent.deliver(eventObject('z'))
  await silent.list()
  silent.pass(HOUR)
  silent.rows.set('a', LOST)
  await silent.list()
  expect(silent.published().at(-1)).toBe('reconciled a Lost')
}
