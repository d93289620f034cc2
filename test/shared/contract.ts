import { describe, expect, test } from 'vitest'
import type { Entry, LastWord, LoggedChange } from '../../src/shared/event-log.ts'
import type { Shared } from '../../src/shared/shared.ts'

export interface SharedUnderTest {
  readonly shared: Shared
  /** Lets time pass, in milliseconds. */
  readonly pass: (ms: number) => void
}

const DIFF = { id: 'a', now: { id: 'a' }, before: null }

/** What every implementation of the port promises. `open` starts one that keeps 4 changes and knows an event for 1000 ms. */
export function describeShared(name: string, open: () => Promise<SharedUnderTest>): void {
  describe(`${name}: epochs`, () => {
    test('A scope has the same epoch until it is advanced, and then another', async () => {
      const { epochs } = (await open()).shared
      const before = epochs.of('x', '/a')
      expect(epochs.of('x', '/a')).toBe(before)
      await epochs.advance('x', ['/b'])
      await epochs.advance('y', ['/a'])
      expect(epochs.of('x', '/a')).toBe(before)
      await epochs.advance('x', ['/a'])
      expect(epochs.of('x', '/a')).not.toBe(before)
    })

    test('Described changes since an epoch are told, oldest first', async () => {
      const { epochs } = (await open()).shared
      const start = epochs.of('x', '/a')
      expect(epochs.changesSince('x', '/a', start)).toEqual([])
      await epochs.advance('x', ['/a'], DIFF)
      const middle = epochs.of('x', '/a')
      await epochs.advance('x', ['/a'], { ...DIFF, id: 'b' })
      expect(epochs.changesSince('x', '/a', start)?.map(({ id }) => id)).toEqual(['a', 'b'])
      expect(epochs.changesSince('x', '/a', middle)?.map(({ id }) => id)).toEqual(['b'])
    })

    test('Nothing is told across a change without a description', async () => {
      const { epochs } = (await open()).shared
      const start = epochs.of('x', '/a')
      await epochs.advance('x', ['/a'], DIFF)
      await epochs.advance('x', ['/a'])
      const middle = epochs.of('x', '/a')
      await epochs.advance('x', ['/a'], DIFF)
      expect(epochs.changesSince('x', '/a', start)).toBeUndefined()
      expect(epochs.changesSince('x', '/a', middle)).toEqual([DIFF])
    })
  })

  describe(`${name}: the event log`, () => {
    test('A follower gets each change once, in order, from when it follows', async () => {
      const { events } = (await open()).shared
      await events.append('x', entry('a'))
      const got: LoggedChange[] = []
      const following = await events.follow('x', undefined, (change) => got.push(change))
      await events.append('x', entry('b'))
      await events.append('y', entry('c'))
      await events.append('x', entry('d'))
      following?.stop()
      await events.append('x', entry('e'))
      expect(following?.backlog).toEqual([])
      expect(got.map(({ now }) => now.id)).toEqual(['b', 'd'])
      expect(new Set(got.map(({ sequence }) => sequence)).size).toBe(2)
    })

    test('A follower resumes after a change, and after the head that it was given', async () => {
      const { events } = (await open()).shared
      const got: LoggedChange[] = []
      const first = await events.follow('x', undefined, (change) => got.push(change))
      for (const id of ['a', 'b', 'c']) await events.append('x', entry(id))
      const resumed = await events.follow('x', got[0]?.sequence, () => {})
      expect(resumed?.backlog.map(({ now }) => now.id)).toEqual(['b', 'c'])
      expect((await events.follow('x', first?.head, () => {}))?.backlog.map(({ now }) => now.id)).toEqual([
        'a',
        'b',
        'c',
      ])
      expect((await events.follow('x', resumed?.head, () => {}))?.backlog).toEqual([])
    })

    test('A follower cannot resume from what is too old, of another log, or no place', async () => {
      const { events } = (await open()).shared
      const start = (await events.follow('x', undefined, () => {}))?.head ?? ''
      for (let nth = 0; nth < 20; nth += 1) await events.append('x', entry(`a${nth}`))
      const elsewhere = (await (await open()).shared.events.follow('x', undefined, () => {}))?.head ?? ''
      for (const after of [start, elsewhere, '', '1', 'x.1', `${start}9`])
        expect([after, await events.follow('x', after, () => {})]).toEqual([after, undefined])
    })

    test('At least as many changes are kept as were asked for', async () => {
      const { events } = (await open()).shared
      const sequences: string[] = []
      await events.follow('x', undefined, ({ sequence }) => sequences.push(sequence))
      for (let nth = 0; nth < 30; nth += 1) {
        await events.append('x', entry(`a${nth}`))
        const after = sequences.at(-5)
        if (after === undefined) continue
        expect((await events.follow('x', after, () => {}))?.backlog.length).toBe(4)
      }
    })

    test('An event is taken once, until it is forgotten by its age', async () => {
      const { shared, pass } = await open()
      const { events } = shared
      const word = lastWord('a')
      expect(await events.append('x', { ...entry('a'), eventId: 'evt_1', lastWord: word })).toBe('logged')
      expect(await events.hasSeen('x', 'evt_1')).toBe(true)
      expect(await events.hasSeen('y', 'evt_1')).toBe(false)
      pass(999)
      const again = { ...entry('a'), eventId: 'evt_1', expected: await events.lastWord('x', 'a') }
      expect(await events.append('x', again)).toBe('duplicate')
      pass(1)
      expect(await events.hasSeen('x', 'evt_1')).toBe(false)
      expect(await events.append('x', again)).toBe('logged')
    })

    test('An entry that was compared with another last word is refused, whole', async () => {
      const { events } = (await open()).shared
      const got: LoggedChange[] = []
      await events.follow('x', undefined, (change) => got.push(change))
      await events.append('x', entry('a'))
      const stale = { ...entry('a'), eventId: 'evt_1', expected: undefined }
      expect(await events.append('x', stale)).toBe('conflict')
      expect(await events.hasSeen('x', 'evt_1')).toBe(false)
      expect(got.length).toBe(1)
    })

    test('A last word that is no news is known, and told to nobody', async () => {
      const { events } = (await open()).shared
      const got: LoggedChange[] = []
      await events.follow('x', undefined, (change) => got.push(change))
      await events.append('x', { ...entry('a'), isNews: false })
      expect((await events.lastWord('x', 'a'))?.now).toEqual({ id: 'a' })
      expect(await events.lastWord('y', 'a')).toBeUndefined()
      expect(got).toEqual([])
    })
  })

  describe(`${name}: leases`, () => {
    test('One holder has a lease until it gives it back, or its time is over', async () => {
      const { shared, pass } = await open()
      const { leases } = shared
      expect(await leases.take('x', 'sweep', 'one', 100)).toBe(true)
      expect(await leases.take('x', 'sweep', 'two', 100)).toBe(false)
      expect(await leases.take('x', 'sweep', 'one', 100)).toBe(true)
      expect(await leases.take('y', 'sweep', 'two', 100)).toBe(true)
      await leases.release('x', 'sweep', 'two')
      expect(await leases.take('x', 'sweep', 'two', 100)).toBe(false)
      await leases.release('x', 'sweep', 'one')
      expect(await leases.take('x', 'sweep', 'two', 100)).toBe(true)
      pass(100)
      expect(await leases.take('x', 'sweep', 'one', 100)).toBe(true)
    })
  })
}

function entry(id: string): Entry {
  return { appointmentId: id, eventId: undefined, expected: undefined, lastWord: lastWord(id), isNews: true }
}

function lastWord(id: string): LastWord {
  return {
    kind: 'updated',
    source: 'webhook',
    occurredAt: '2026-01-05T12:00:00Z',
    now: { id },
    before: undefined,
    updatedAt: undefined,
    isExact: false,
    toldAt: undefined,
    toldWithinMs: 0,
    notedAt: 0,
  }
}
