import { describe, expect, test } from 'vitest'
import { readDelivery } from '../../src/events/event.ts'
import { type ChangeStream, createChangeStream } from '../../src/loaders/changes.ts'
import { UpstreamError } from '../../src/rest/errors.ts'
import { eventBody, eventObject } from '../support/events.ts'
import { NOON, operationOf, startRest, type TestRest } from '../support/rest.ts'

let told = 0

async function tell({ coherence }: TestRest, id: string, title: string, before = 'before'): Promise<void> {
  told += 1
  const updated_at = new Date(NOON + told * 1000).toISOString()
  const body = eventBody({
    created_at: updated_at,
    object: eventObject(id, { title, updated_at }),
    previous: eventObject(id, { title: before }),
  })
  const event = readDelivery(Buffer.from(body))?.event
  if (typeof event === 'object') await coherence.receiveEvent('a', event)
}

async function open(): Promise<{
  rest: TestRest
  stream: ChangeStream
  resume(after: string): Promise<ChangeStream>
}> {
  const events = {
    accounts: ['a'],
    fedTtlMs: 0,
    reconcileMs: 300_000,
    silentMs: 1,
    onFeedState: () => {},
    onFound: () => {},
  }
  const rest = startRest('http://127.0.0.1:1', { events })
  const openAt = (after?: string) =>
    createChangeStream(rest.changes, { filter: {}, after, by: operationOf('a') })
  return { rest, stream: await openAt(), resume: openAt }
}

async function titles(stream: ChangeStream, count: number): Promise<unknown[]> {
  const found: unknown[] = []
  for (let nth = 0; nth < count; nth += 1) {
    const { value } = await stream.next()
    found.push(`${value?.change.now.id} ${value?.change.now.title}`)
  }
  return found
}

describe('A slow reader', () => {
  test('It receives every change while the queue is short', async () => {
    const { rest, stream } = await open()
    for (let nth = 0; nth < 256; nth += 1) await tell(rest, 'a', String(nth))
    expect(await titles(stream, 256)).toEqual(Array.from({ length: 256 }, (_, nth) => `a ${nth}`))
  })

  test('With a full queue, it receives one merged change for each appointment', async () => {
    const { rest, stream } = await open()
    for (let nth = 0; nth < 2000; nth += 1)
      await tell(rest, `a${nth % 10}`, String(nth), nth < 10 ? 'first' : String(nth - 10))
    const seen = new Map<string, string>()
    for (let latest = ''; latest !== '1999'; ) {
      const { value } = await stream.next()
      const { id, title } = value?.change.now ?? {}
      const before = value?.change.before?.title
      // No gap: each begins with the state that the previous one ended with.
      expect(before).toBe(seen.get(String(id)) ?? 'first')
      latest = String(title)
      seen.set(String(id), latest)
    }
    expect(seen.size).toBe(10)
    expect([...seen.values()].map(Number).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, nth) => 1990 + nth),
    )
  })

  test('With too many appointments the stream ends, and resuming misses nothing', async () => {
    const { rest, stream, resume } = await open()
    await tell(rest, 'first', '0')
    expect(await titles(stream, 1)).toEqual(['first 0'])
    for (let nth = 0; nth < 400; nth += 1) await tell(rest, `a${nth}`, String(nth))
    const got = new Set(await titles(stream, 256))
    const lagged = await stream.next().catch((error: unknown) => error)
    if (!(lagged instanceof UpstreamError)) throw new Error('It did not lag')
    expect(lagged.code).toBe('STREAM_LAGGED')
    const again = await resume(lagged.extensions.resumeAfter ?? '')
    for (const title of await titles(again, 400 - 256)) got.add(title)
    expect(got).toEqual(new Set(Array.from({ length: 400 }, (_, nth) => `a${nth} ${nth}`)))
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })

  test('Wherever it is interrupted, resuming returns what it has not received', async () => {
    const { rest, stream, resume } = await open()
    await tell(rest, 'x', 'x1')
    for (let nth = 0; nth < 254; nth += 1) await tell(rest, `b${nth % 3}`, String(nth))
    await tell(rest, 'x', 'x2', 'x1')
    // One more than the queue can hold: now the changes of each appointment are merged.
    await tell(rest, 'end', 'end')
    const latest = { x: 'x2', b0: '252', b1: '253', b2: '251' }
    const shownSoFar = new Map<string, unknown>()
    const sequences = new Set<string>()
    for (let id = ''; id !== 'end'; ) {
      const { value } = await stream.next()
      id = value?.change.now.id ?? ''
      shownSoFar.set(id, value?.change.now.title)
      sequences.add(value?.sequence ?? '')
      const seen = new Map(shownSoFar)
      const again = await resume(stream.resumeAfter())
      while (!seen.has('end')) {
        const next = (await again.next()).value?.change.now
        seen.set(next?.id ?? '', next?.title)
      }
      await again.return()
      expect(Object.fromEntries(seen)).toEqual({ ...latest, end: 'end' })
    }
    expect(sequences.size).toBe(shownSoFar.size)
  })

  test('An appointment that entered and left while it was disconnected has left', async () => {
    const { rest } = await open()
    const stream = await createChangeStream(rest.changes, {
      filter: { statuses: ['confirmed'] },
      after: undefined,
      by: operationOf('a'),
    })
    async function set(status: string, before: string): Promise<void> {
      told += 1
      const updated_at = new Date(NOON + told * 1000).toISOString()
      const body = eventBody({
        created_at: updated_at,
        object: eventObject('x', { status, updated_at }),
        previous: eventObject('x', { status: before }),
      })
      const event = readDelivery(Buffer.from(body))?.event
      if (typeof event === 'object') await rest.coherence.receiveEvent('a', event)
    }
    await set('confirmed', 'pending')
    for (let nth = 0; nth < 260; nth += 1) await tell(rest, `b${nth % 3}`, String(nth))
    await set('cancelled', 'confirmed')
    for (let nth = 0; nth < 256; nth += 1) await tell(rest, `b${nth % 3}`, String(nth))
    for (;;) {
      const { value } = await stream.next()
      if (value?.change.now.id !== 'x') continue
      expect(value.movement).toBe('left')
      break
    }
  })

  test('A reader that has left retains nothing', async () => {
    const { rest, stream } = await open()
    const waiting = stream.next()
    await stream.return()
    await tell(rest, 'a', '1')
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await stream.next()).toEqual({ done: true, value: undefined })
  })
})
