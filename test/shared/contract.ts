import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { AppointmentDiff, Epoch } from '../../src/shared/epochs.ts'
import type { Entry, Following, LatestChange, LoggedChange } from '../../src/shared/event-log.ts'
import type { Shared } from '../../src/shared/shared.ts'

export interface SharedUnderTest {
  readonly shared: Shared
  /** Lets time pass, in milliseconds. */
  readonly pass: (ms: number) => Promise<void>
  /** The errors that followers of the log have thrown. */
  readonly faults: readonly unknown[]
}

/** The epoch after a refresh. */
async function epochOf({ epochs }: Shared, account: string, scope: string): Promise<Epoch> {
  await epochs.refresh(account, [scope])
  return epochs.of(account, scope)
}

async function changesSince({ epochs }: Shared, account: string, scope: string, epoch: Epoch) {
  await epochs.refresh(account, [scope])
  return epochs.changesSince(account, scope, epoch)
}

interface Followed extends Following {
  readonly got: readonly LoggedChange[]
  /** Resolves once so many changes have arrived. */
  arrival(count: number): Promise<void>
}

export async function followAt({ events }: Shared, account: string, after?: string): Promise<Followed> {
  const got: LoggedChange[] = []
  const arrivals = new EventEmitter()
  const following = await events.follow(account, after, {
    change(change) {
      got.push(change)
      arrivals.emit('change')
    },
    lost() {},
  })
  if (typeof following === 'string') throw new Error(following)
  return {
    ...following,
    got,
    async arrival(count) {
      while (got.length < count) await once(arrivals, 'change')
    },
  }
}

function isExpired(following: Following | string): boolean {
  return following === 'expired'
}

const IDLE = { change() {}, lost() {} }

const DIFF = { id: 'a', now: { id: 'a' }, before: null }

/** The contract of every implementation. `open` starts one that keeps 4 changes, and the id of an event for 1000 ms. */
export function describeShared(name: string, open: () => Promise<SharedUnderTest>): void {
  describe(`${name}: epochs`, () => {
    test('A scope keeps its epoch until it is advanced, and then gets a new one', async () => {
      const { shared } = await open()
      const before = await epochOf(shared, 'x', '/a')
      expect(await epochOf(shared, 'x', '/a')).toBe(before)
      await shared.epochs.advance('x', ['/b'])
      await shared.epochs.advance('y', ['/a'])
      expect(await epochOf(shared, 'x', '/a')).toBe(before)
      await shared.epochs.advance('x', ['/a'])
      expect(await epochOf(shared, 'x', '/a')).not.toBe(before)
    })

    test('Described changes since an epoch are returned, oldest first', async () => {
      const { shared } = await open()
      const start = await epochOf(shared, 'x', '/a')
      expect(await changesSince(shared, 'x', '/a', start)).toEqual([])
      await shared.epochs.advance('x', ['/a'], DIFF)
      const middle = await epochOf(shared, 'x', '/a')
      await shared.epochs.advance('x', ['/a'], { ...DIFF, id: 'b' })
      const ids = async (epoch: Epoch) =>
        new Set((await changesSince(shared, 'x', '/a', epoch))?.map(({ id }) => id))
      expect(await ids(start)).toEqual(new Set(['a', 'b']))
      expect(await ids(middle)).toEqual(new Set(['b']))
    })

    test('Nothing is returned across a change without a description', async () => {
      const { shared } = await open()
      const start = await epochOf(shared, 'x', '/a')
      await shared.epochs.advance('x', ['/a'], DIFF)
      await shared.epochs.advance('x', ['/a'])
      const middle = await epochOf(shared, 'x', '/a')
      await shared.epochs.advance('x', ['/a'], DIFF)
      expect(await changesSince(shared, 'x', '/a', start)).toBeUndefined()
      expect((await changesSince(shared, 'x', '/a', middle))?.[0]).toEqual(DIFF)
    })
  })

  describe(`${name}: doubts`, () => {
    // An instance may count its own changes twice.
    const setOf = (diffs: readonly AppointmentDiff[] | undefined) =>
      diffs && new Set(diffs.map(({ id }) => id))
    const mayHaveChanged = async (shared: Shared, epoch: Epoch) =>
      setOf(await changesSince(shared, 'x', '/a', epoch))
    const hasChanged = async (shared: Shared, epoch: Epoch) => {
      await shared.epochs.refresh('x', ['/a'])
      return setOf(shared.epochs.certainSince('x', '/a', epoch))
    }

    test('A doubt is a possible change, and not a certain one', async () => {
      const { shared } = await open()
      const start = await epochOf(shared, 'x', '/a')
      await shared.epochs.advance('x', ['/a'], { doubted: DIFF })
      expect(await mayHaveChanged(shared, start)).toEqual(new Set(['a']))
      expect(await hasChanged(shared, start)).toEqual(new Set())
      await shared.epochs.advance('x', ['/a'], { doubted: null })
      expect(await mayHaveChanged(shared, start)).toBeUndefined()
      expect(await hasChanged(shared, start)).toEqual(new Set())
      await shared.epochs.advance('x', ['/a'], DIFF)
      expect(await mayHaveChanged(shared, start)).toBeUndefined()
      expect(await hasChanged(shared, start)).toEqual(new Set(['a']))
      await shared.epochs.advance('x', ['/a'])
      expect(await hasChanged(shared, start)).toBeUndefined()
    })

    test('An announced write is in doubt', async () => {
      const { shared } = await open()
      const start = await epochOf(shared, 'x', '/a')
      await shared.epochs.announce('x', ['/a'])
      expect(await mayHaveChanged(shared, start)).toBeUndefined()
      expect(await hasChanged(shared, start)).toEqual(new Set())
    })
  })

  describe(`${name}: the event log`, () => {
    test('A follower receives each change once, in order, from when it follows', async () => {
      const { shared } = await open()
      const { events } = shared
      await events.append('x', entry('a'))
      const followed = await followAt(shared, 'x')
      await events.append('x', entry('b'))
      await events.append('y', entry('c'))
      await events.append('x', entry('d'))
      await followed.arrival(2)
      followed.stop()
      await events.append('x', entry('e'))
      expect(followed.backlog).toEqual([])
      expect(followed.got.map(({ now }) => now.id)).toEqual(['b', 'd'])
      expect(new Set(followed.got.map(({ sequence }) => sequence)).size).toBe(2)
    })

    test('A follower resumes after a change, and after the head that it received', async () => {
      const { shared } = await open()
      const first = await followAt(shared, 'x')
      for (const id of ['a', 'b', 'c']) await shared.events.append('x', entry(id))
      await first.arrival(3)
      const resumed = await followAt(shared, 'x', first.got[0]?.sequence)
      expect(resumed.backlog.map(({ now }) => now.id)).toEqual(['b', 'c'])
      const all = await followAt(shared, 'x', first.head)
      expect(all.backlog.map(({ now }) => now.id)).toEqual(['a', 'b', 'c'])
      expect((await followAt(shared, 'x', resumed.head)).backlog).toEqual([])
    })

    test('A follower cannot resume after a sequence of another log, or an invalid one', async () => {
      const { shared } = await open()
      const { head } = await followAt(shared, 'x')
      const elsewhere = (await followAt((await open()).shared, 'x')).head
      for (const after of [elsewhere, '', '1', 'x.1', `${head.slice(0, 36)}.99999999999999-0`])
        expect([after, isExpired(await shared.events.follow('x', after, IDLE))]).toEqual([after, true])
    })

    test('A follower can resume after a change that is kept, and not after an older one', async () => {
      const { shared } = await open()
      const first = await followAt(shared, 'x')
      for (let nth = 0; nth < 300; nth += 1) {
        await shared.events.append('x', entry(`a${nth}`))
        await first.arrival(nth + 1)
      }
      expect(isExpired(await shared.events.follow('x', first.head, IDLE))).toBe(true)
      const after = first.got.at(-5)?.sequence
      expect((await followAt(shared, 'x', after)).backlog.length).toBe(4)
    })

    test('An event is accepted once, until its id expires', async () => {
      const { shared, pass } = await open()
      const { events } = shared
      const word = latestChange('a')
      expect(await events.append('x', { ...entry('a'), eventId: 'evt_1', latestChange: word })).toBe('logged')
      expect(await events.hasSeen('x', 'evt_1')).toBe(true)
      expect(await events.hasSeen('y', 'evt_1')).toBe(false)
      const again = { ...entry('a'), eventId: 'evt_1', expected: word.mark }
      expect(await events.append('x', again)).toBe('duplicate')
      await pass(1001)
      expect(await events.hasSeen('x', 'evt_1')).toBe(false)
      expect(await events.append('x', again)).toBe('logged')
    })

    test('An entry that was compared with an older change is refused completely', async () => {
      const { shared } = await open()
      const { events } = shared
      const followed = await followAt(shared, 'x')
      await events.append('x', entry('a'))
      const stale = { ...entry('a'), eventId: 'evt_1', expected: undefined }
      expect(await events.append('x', stale)).toBe('conflict')
      expect(await events.hasSeen('x', 'evt_1')).toBe(false)
      await events.append('x', entry('b'))
      await followed.arrival(2)
      expect(followed.got.map(({ now }) => now.id)).toEqual(['a', 'b'])
    })

    test('An unpublished change is known, and no follower receives it', async () => {
      const { shared } = await open()
      const { events } = shared
      const followed = await followAt(shared, 'x')
      await events.append('x', { ...entry('a'), isPublished: false })
      expect((await events.latestChange('x', 'a'))?.now).toEqual({ id: 'a' })
      expect(await events.latestChange('y', 'a')).toBeUndefined()
      await events.append('x', entry('b'))
      await followed.arrival(1)
      expect(followed.got.map(({ now }) => now.id)).toEqual(['b'])
    })

    test('A recorded change is known in this process, and its watchers are notified', async () => {
      const { shared } = await open()
      const { events } = shared
      const { promise: notified, resolve: notify } = Promise.withResolvers<string>()
      events.watch('x', ({ now }) => notify(now.id))
      await followAt(shared, 'x')
      const word = latestChange('a')
      await events.append('x', { ...entry('a'), latestChange: word })
      expect(await notified).toBe('a')
      expect(events.peekLatestChange('x', 'a')?.mark).toBe(word.mark)
    })
  })

  describe(`${name}: a follower that fails`, () => {
    test('Other followers receive each change, and the error is reported', async () => {
      const { shared, faults } = await open()
      const fault = new Error('of this follower')
      const fail = () => {
        throw fault
      }
      await shared.events.follow('x', undefined, { change: fail, lost() {} })
      const followed = await followAt(shared, 'x')
      for (const id of ['a', 'b']) expect(await shared.events.append('x', entry(id))).toBe('logged')
      await followed.arrival(2)
      expect(followed.got.map(({ now }) => now.id)).toEqual(['a', 'b'])
      expect(faults).toEqual([fault, fault])
    })
  })

  describe(`${name}: leases`, () => {
    test('One holder has a lease until it is released or expires', async () => {
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
      await pass(101)
      expect(await leases.take('x', 'sweep', 'one', 100)).toBe(true)
    })

    test('A holder can check that it still has the lease', async () => {
      const { shared, pass } = await open()
      const { leases } = shared
      const held = () => Promise.all(['one', 'two'].map((holder) => leases.holds('x', 'sweep', holder)))
      expect(await held()).toEqual([false, false])
      await leases.take('x', 'sweep', 'one', 100)
      expect(await held()).toEqual([true, false])
      await pass(101)
      expect(await held()).toEqual([false, false])
    })
  })
}

export function entry(id: string): Entry {
  return {
    appointmentId: id,
    eventId: undefined,
    expected: undefined,
    latestChange: latestChange(id),
    isPublished: true,
  }
}

function latestChange(id: string): LatestChange {
  return {
    kind: 'updated',
    source: 'webhook',
    occurredAt: '2026-01-05T12:00:00Z',
    now: { id },
    before: undefined,
    mark: randomUUID(),
    updatedAt: undefined,
    isExact: false,
    reportedAt: undefined,
    reportedWithinMs: 0,
    recordedAt: 0,
  }
}
