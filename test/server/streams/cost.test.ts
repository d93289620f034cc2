import { describe, expect, test } from 'vitest'
import type { OperationLine } from '../../../src/server/gateway-options.ts'
import { deliver, eventBody, eventObject } from '../../support/events.ts'
import type { TestStream } from '../../support/stream.ts'
import { changeIn, NOON, startLive } from './live.ts'

const DAY = '{ startTime: { gte: "2026-01-05T00:00:00Z", lte: "2026-01-05T23:59:59Z" } }'
const LIST = `{ appointments(filter: ${DAY}) { nodes { restId title } } }`
const FREE =
  'subscription { appointmentChanged { appointment { restId title status clinician { restId } } } }'
const HYDRATED = 'subscription { appointmentChanged { appointment { title description } } }'

async function openMany(count: number, open: () => Promise<TestStream>): Promise<TestStream[]> {
  return Promise.all(Array.from({ length: count }, open))
}

describe('What an event costs upstream', () => {
  test('Nothing, where the event has all selected fields', async () => {
    await using live = await startLive({ limits: { MAX_STREAMS_OF_CALLER: 50 } })
    const streams = await openMany(50, () => live.subscribe(FREE))
    await live.deliverEvent('a', { now: { title: 'New' } })
    for (const stream of streams)
      expect(changeIn(await stream.next()).appointment).toEqual({
        restId: 'a',
        title: 'New',
        status: 'CONFIRMED',
        clinician: { restId: 'cli_1' },
      })
    expect(live.takeRequests()).toEqual([])
  })

  test('One request, where 50 subscribers select a field that the event does not have', async () => {
    await using live = await startLive({ limits: { MAX_STREAMS_OF_CALLER: 50 } })
    const streams = await openMany(50, () => live.subscribe(HYDRATED))
    await live.deliverEvent('a', { now: { title: 'New' } })
    const results = await Promise.all(streams.map((stream) => stream.next()))
    for (const result of results) expect(changeIn(result).appointment.description).toBe('of a')
    expect(live.takeRequests()).toEqual(['GET /appointments/a'])
    expect(results[0]?.extensions?.upstream.requests).toBe(1)
  })

  test('One request for each change, not for each document', async () => {
    await using live = await startLive()
    const other = 'subscription Other { appointmentChanged { appointment { cancellationReason } } }'
    const streams = [await live.subscribe(HYDRATED), await live.subscribe(other)]
    await live.deliverEvent('a')
    for (const stream of streams) changeIn(await stream.next())
    await live.deliverEvent('a')
    for (const stream of streams) changeIn(await stream.next())
    expect(live.takeRequests()).toEqual(['GET /appointments/a', 'GET /appointments/a'])
  })

  test('One request for all, where only the full appointment says if it is in the list', async () => {
    await using live = await startLive()
    const query =
      'subscription { appointmentChanged(filter: { clinicianId: "cli_1" }) { movement appointment { restId } } }'
    const streams = await openMany(3, () => live.subscribe(query))
    await live.deliverEvent('a', { now: { clinician_profile_id: undefined } })
    for (const stream of streams) expect(changeIn(await stream.next()).movement).toBe('CHANGED')
    expect(live.takeRequests()).toEqual(['GET /appointments/a'])
  })

  test('Nothing without subscribers, and nothing for one that has disconnected', async () => {
    await using live = await startLive()
    await live.deliverEvent('a')
    const stream = await live.subscribe(HYDRATED)
    await stream[Symbol.asyncDispose]()
    const staying = await live.subscribe(FREE)
    await live.deliverEvent('b')
    changeIn(await staying.next())
    expect(live.takeRequests()).toEqual([])
  })

  test('Each event is a separate operation in the log', async () => {
    const lines: OperationLine[] = []
    await using live = await startLive({ logOperation: (line) => lines.push(line) })
    const stream = await live.subscribe(
      'subscription Desk { appointmentChanged { appointment { description } } }',
    )
    await live.deliverEvent('a')
    await live.deliverEvent('failing')
    changeIn(await stream.next())
    changeIn(await stream.next())
    expect(lines.map(({ name, kind, requests, codes }) => ({ name, kind, requests, codes }))).toEqual([
      { name: 'Desk', kind: 'subscription', requests: 0, codes: [] },
      { name: 'Desk', kind: 'subscription', requests: 1, codes: [] },
      { name: 'Desk', kind: 'subscription', requests: 1, codes: ['UPSTREAM_UNAVAILABLE'] },
    ])
    expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(3)
  })

  test('An estimate states what an event may cost', async () => {
    await using live = await startLive()
    for (const [query, max] of [
      [FREE, 0],
      [HYDRATED, 1],
    ] as const) {
      const { extensions } = await live.query(query, {}, { 'x-estimate-only': '1' })
      expect(extensions).toMatchObject({ estimate: { min: 0, max } })
    }
  })
})

describe('What an event invalidates', () => {
  const OF_ANOTHER_DAY = { start_time: '2026-01-06T09:00:00Z', end_time: '2026-01-06T09:30:00Z' }

  test('A list that can not have the appointment stays cached, so a poll is free', async () => {
    await using live = await startLive()
    await live.query(LIST)
    expect(live.takeRequests()).toHaveLength(1)
    await live.deliverEvent('c', { now: OF_ANOTHER_DAY, before: OF_ANOTHER_DAY })
    await live.query(LIST)
    expect(live.takeRequests()).toEqual([])
  })

  test.for<[string, string, { now?: object; before?: object | null }]>([
    ['contains the appointment', 'c', {}],
    ['the appointment enters', 'c', { now: {}, before: OF_ANOTHER_DAY }],
    [
      'has the appointment as of before an unreported change',
      'a',
      { now: OF_ANOTHER_DAY, before: OF_ANOTHER_DAY },
    ],
    ['may contain the appointment', 'c', { now: { start_time: 'soon' }, before: OF_ANOTHER_DAY }],
  ])('A list that %s is read again', async ([, id, change]) => {
    await using live = await startLive()
    await live.query(LIST)
    await live.deliverEvent(id, change)
    live.takeRequests()
    await live.query(LIST)
    await live.query(LIST)
    expect(live.takeRequests()).toHaveLength(1)
  })

  test('A complete list that does not and can not have the appointment stays cached', async () => {
    await using live = await startLive()
    await live.query(LIST)
    live.takeRequests()
    await live.deliverEvent('c', { now: OF_ANOTHER_DAY })
    await deliver(live.url, eventBody({ object: eventObject('c', OF_ANOTHER_DAY) }), { at: NOON })
    await live.query(LIST)
    expect(live.takeRequests()).toEqual([])
  })

  test('Its appointment is invalidated, and others are not', async () => {
    await using live = await startLive()
    const find = '{ a: appointment(id: "a") { description } b: appointment(id: "b") { description } }'
    await live.query(find)
    await live.deliverEvent('a')
    live.takeRequests()
    await live.query(find)
    expect(live.takeRequests()).toEqual(['GET /appointments/a'])
  })

  test('A duplicate or older event invalidates no appointment', async () => {
    await using live = await startLive()
    await live.deliverEvent('a', { second: 30 })
    await live.query('{ appointment(id: "a") { description } }')
    live.takeRequests()
    await live.deliverEvent('a', { second: 30 })
    await live.query('{ appointment(id: "a") { description } }')
    expect(live.takeRequests()).toEqual([])
  })
})
