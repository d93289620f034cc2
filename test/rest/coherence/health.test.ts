import { describe, expect, test } from 'vitest'
import { shown } from '../../support/events.ts'
import { operationOf } from '../../support/rest.ts'
import { at, HOUR, MINUTE, openShared, startSilent } from './silent.ts'

describe('The health of the events', () => {
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

  test('A loss that a read found is not hidden by a write to its row', async () => {
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

  test('A loss that a read found is not hidden by a later event of its row', async () => {
    await using silent = await startSilent()
    await loseOne(silent)
    await silent.tell(shown('a', { title: 'Later', updated_at: at(HOUR + 1000) }), { previous: LOST })
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
  })

  test('What a read found is explained by its event, also where a later one came first', async () => {
    await using silent = await startSilent()
    await loseOne(silent)
    await silent.tell(shown('a', { title: 'Later', updated_at: at(HOUR + 1000) }), { previous: LOST })
    await silent.tell(LOST)
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('healthy')
  })

  test('Of two states that reads found, the event of one does not explain the other', async () => {
    await using silent = await startSilent()
    await loseOne(silent)
    silent.rows.set('a', shown('a', { title: 'Later', updated_at: at(HOUR) }))
    await silent.rest.appointments.retrieve('a', operationOf('x'))
    await silent.tell(LOST)
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('contradicted')
  })

  test('What a read showed before the answer to its write came contradicts nothing', async () => {
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

  test('What a read shows while its event is taken contradicts nothing', async () => {
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
    await silent.tell(shown('z'))
    await silent.list()
    silent.pass(MINUTE)
    const changed = shown('a', { title: 'New', updated_at: at(MINUTE) })
    silent.rows.set('a', changed)
    isHolding = true
    const reading = silent.rest.appointments.retrieve('a', operationOf('x'))
    await isHeld
    await silent.tell(changed)
    free()
    await reading
    silent.pass(31_000)
    expect(silent.rest.coherence.feedState()).toBe('healthy')
  })

  test('An event that begins where none has ended proves a loss, unless that one comes', async () => {
    const of = (nth: number) => shown('z', { title: `${nth}`, updated_at: at(nth * MINUTE) })
    const cases = [
      { next: of(1), parts: { previous: of(0), created_at: at(MINUTE) }, state: 'healthy' },
      { next: of(3), parts: { previous: of(2) }, state: 'contradicted' },
    ]
    for (const { next, parts, state } of cases) {
      await using silent = await startSilent()
      await silent.tell(of(0))
      silent.pass(3 * MINUTE)
      await silent.tell(of(2), { previous: of(1) })
      await silent.tell(next, parts)
      silent.pass(31_000)
      expect(silent.rest.coherence.feedState()).toBe(state)
    }
  })

  test('On several instances, the event of what one found explains it to all', async () => {
    const shared = openShared()
    await using first = await startSilent({ shared })
    await using second = await startSilent({ shared })
    const states = () => [first, second].map(({ rest }) => rest.coherence.feedState())
    await first.tell(shown('z'))
    await second.list()
    for (const each of [first, second]) each.pass(MINUTE)
    const changed = shown('a', { title: 'New', updated_at: at(MINUTE) })
    second.rows.set('a', changed)
    await second.rest.appointments.retrieve('a', operationOf('x'))
    await first.tell(changed)
    for (const each of [first, second]) each.pass(31_000)
    expect(states()).toEqual(['healthy', 'healthy'])
    second.rows.delete('b')
    await second.list()
    for (const each of [first, second]) each.pass(31_000)
    expect(states()).toEqual(['contradicted', 'contradicted'])
  })
})

const LOST = shown('a', { title: 'Lost', updated_at: at(HOUR - MINUTE) })

/** A read finds a change of `a`, an hour after the start, that no event told of. */
async function loseOne(silent: Awaited<ReturnType<typeof startSilent>>): Promise<void> {
  await silent.tell(shown('z'))
  await silent.list()
  silent.pass(HOUR)
  silent.rows.set('a', LOST)
  await silent.list()
  expect(silent.told().at(-1)).toBe('reconciled a Lost')
}
