import { describe, expect, test } from 'vitest'
import { changeIn, startLive } from './live.ts'

const QUERY =
  'subscription ($after: String) { appointmentChanged(after: $after) { sequence kind source movement appointment { restId title status } } }'

describe('A subscriber that resumes', () => {
  test('It gets the changes after the given sequence, each once and in order', async () => {
    await using live = await startLive()
    const first = await live.subscribe(QUERY)
    for (const id of ['a', 'b', 'c', 'd']) await live.deliverEvent(id)
    const { sequence } = changeIn(await first.next())
    await first[Symbol.asyncDispose]()
    await live.deliverEvent('e')
    await using again = await live.subscribe(QUERY, { after: sequence })
    await live.deliverEvent('f')
    const ids: string[] = []
    while (ids.length < 5) ids.push(changeIn(await again.next()).appointment.restId)
    expect(ids).toEqual(['b', 'c', 'd', 'e', 'f'])
    expect(live.takeRequests()).toEqual([])
  })

  test('Before its first change it resumes from the sequence of the header', async () => {
    await using live = await startLive()
    const first = await live.subscribe(QUERY)
    const after = first.response.headers.get('x-resume-after')
    await first[Symbol.asyncDispose]()
    await live.deliverEvent('a')
    await using again = await live.subscribe(QUERY, { after })
    expect(changeIn(await again.next()).appointment.restId).toBe('a')
    expect(again.response.headers.get('x-resume-after')).toBe(after)
  })

  test.for(['', 'nonsense', 'other.3'])(
    'It can not resume from %j, which is no sequence of the log',
    async (after) => {
      await using live = await startLive()
      await using stream = await live.subscribe(QUERY, { after })
      expect((await stream.next())?.errors?.[0]?.extensions).toEqual({ code: 'RESUME_EXPIRED' })
    },
  )

  test('It can not resume from a sequence that the log no longer has', async () => {
    const { SECRET } = await import('../../support/events.ts')
    await using live = await startLive({ webhooks: { secrets: [{ secret: SECRET }], eventsKept: 3 } })
    await using first = await live.subscribe(QUERY)
    for (let nth = 0; nth < 10; nth += 1) await live.deliverEvent(`a${nth}`)
    const sequences: string[] = []
    while (sequences.length < 10) sequences.push(changeIn(await first.next()).sequence)
    await using late = await live.subscribe(QUERY, { after: sequences[0] })
    expect((await late.next())?.errors?.[0]?.extensions).toEqual({ code: 'RESUME_EXPIRED' })
    await using early = await live.subscribe(QUERY, { after: sequences[6] })
    expect(changeIn(await early.next()).appointment.restId).toBe('a7')
  })

  test('Subscribers of one document resume from different sequences', async () => {
    await using live = await startLive()
    await using first = await live.subscribe(QUERY)
    for (const id of ['a', 'b', 'c']) await live.deliverEvent(id)
    const sequences = [changeIn(await first.next()).sequence, changeIn(await first.next()).sequence]
    await using one = await live.subscribe(QUERY, { after: sequences[0] })
    await using two = await live.subscribe(QUERY, { after: sequences[1] })
    expect(changeIn(await one.next()).appointment.restId).toBe('b')
    expect(changeIn(await two.next()).appointment.restId).toBe('c')
    expect(changeIn(await one.next()).appointment.restId).toBe('c')
  })
})

describe('The changes that a subscriber gets', () => {
  test('A late event is announced to no subscriber, and no appointment goes back', async () => {
    await using live = await startLive()
    await using stream = await live.subscribe(QUERY)
    for (const [second, title] of [
      [41, 'one'],
      [43, 'three'],
      [42, 'two'],
      [43, 'three'],
      [44, 'four'],
    ] as const)
      await live.deliverEvent('a', { second, now: { title }, before: null })
    const titles: string[] = []
    while (titles.length < 3) titles.push(changeIn(await stream.next()).appointment.title)
    expect(titles).toEqual(['one', 'three', 'four'])
  })

  test('A write through the gateway is announced immediately, and its event is not', async () => {
    const { startScriptedUpstream } = await import('../../support/scripted-upstream.ts')
    const { startGateway } = await import('../../support/gateway.ts')
    const { deliver, eventBody, SECRET, eventObject } = await import('../../support/events.ts')
    const { subscribe } = await import('../../support/stream.ts')
    const { NOON } = await import('./live.ts')
    const full = eventObject('a', { title: 'Moved', updated_at: '2026-01-05T12:00:05Z' })
    await using upstream = await startScriptedUpstream(({ line }) =>
      line.endsWith('/cancel')
        ? {
            body: {
              data: { id: 'a', status: 'cancelled', cancellation_reason: null },
              meta: { performed_at: '2026-01-05T12:00:07Z' },
            },
          }
        : { body: { data: full, meta: {} } },
    )
    await using gateway = await startGateway({
      url: upstream.url,
      key: 'k',
      now: () => NOON,
      webhooks: { secrets: [{ secret: SECRET }] },
    })
    await using stream = await subscribe(gateway.url, { query: QUERY })
    await gateway.query(
      'mutation { updateAppointment(input: { id: "a", title: "Moved" }) { appointment { restId } } }',
    )
    await deliver(
      gateway.url,
      eventBody({ created_at: '2026-01-05T12:00:05.1Z', object: full, previous: eventObject('a') }),
      { at: NOON },
    )
    await gateway.query('mutation { cancelAppointment(input: { id: "a" }) { appointment { restId } } }')
    const cancelled = { ...full, status: 'cancelled', updated_at: '2026-01-05T12:00:07Z' }
    await deliver(
      gateway.url,
      eventBody({
        type: 'appointment.cancelled',
        created_at: '2026-01-05T12:00:07.1Z',
        object: cancelled,
        previous: full,
      }),
      { at: NOON },
    )
    await deliver(gateway.url, eventBody({ object: eventObject('b') }), { at: NOON })
    const changes = [await stream.next(), await stream.next(), await stream.next()].map(changeIn)
    expect(changes).toMatchObject([
      { kind: 'UPDATED', source: 'GATEWAY', appointment: { restId: 'a', title: 'Moved' } },
      {
        kind: 'CANCELLED',
        source: 'GATEWAY',
        movement: 'CHANGED',
        appointment: { restId: 'a', title: 'Moved', status: 'CANCELLED' },
      },
      { kind: 'UPDATED', source: 'WEBHOOK', appointment: { restId: 'b' } },
    ])
    // The response to the cancel has no title, and the cached one may be outdated.
    expect(upstream.requests.map(({ line }) => line)).toEqual([
      'PATCH /appointments/a',
      'POST /appointments/a/cancel',
      'GET /appointments/a',
    ])
  })

  test('A change that a read finds, without an event, is announced too, at no cost', async () => {
    await using live = await startLive()
    await using stream = await live.subscribe(QUERY)
    await live.deliverEvent('a', { second: -60, now: { title: 'As reported' } })
    expect(changeIn(await stream.next()).appointment.title).toBe('As reported')
    await live.query('{ appointment(id: "a") { title } }')
    expect(changeIn(await stream.next())).toMatchObject({
      kind: 'RECONCILED',
      source: 'RECONCILED',
      appointment: { restId: 'a', title: 'Visit' },
    })
    expect(live.takeRequests()).toEqual(['GET /appointments/a'])
  })
})
