import { describe, expect, test } from 'vitest'
import { deliver, SECRET as EVENT_SECRET, eventBody, eventObject } from '../../support/events.ts'
import { codeIn, get, HOUR, listOf, MINUTE, NOON, pauseAnswer, readOf, rowOf, startClinic } from './clinic.ts'

const EVENTS = { webhooks: { secrets: [{ secret: EVENT_SECRET }] } }

describe('A program that subscribes to a calendar', () => {
  test('A request every five minutes costs one upstream request an hour', async () => {
    await using clinic = await startClinic()
    const feed = await clinic.feed()
    expect(clinic.takeRequests()).toEqual([])
    for (let minute = 0; minute < 180; minute += 5) {
      expect((await get(feed)).status).toBe(200)
      clinic.pass(5 * MINUTE)
    }
    expect(clinic.takeRequests()).toEqual([0, 1, 2].map((hour) => readOf(NOON + hour * HOUR)))
  })

  test('The feeds of one clinician share a read, and those of another have their own', async () => {
    await using clinic = await startClinic()
    for (const show of ['BUSY', 'TITLES']) {
      await get(await clinic.feed({ clinicianId: 'cli_1', show }))
      await get(await clinic.feed({ clinicianId: btoa('Clinician:cli_1'), show }))
    }
    expect(clinic.takeRequests()).toEqual([readOf(NOON)])
    await get(await clinic.feed({ clinicianId: 'cli_2' }))
    expect(clinic.takeRequests()).toEqual([readOf(NOON, 'cli_2')])
  })

  test('A calendar of 250 appointments costs three requests an hour, and contains all', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => rowOf(`apt_${index}`))
    await using clinic = await startClinic({
      answer({ line }) {
        const query = new URL(line.slice(4), 'http://localhost').searchParams
        const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))]
        const has_more = offset + limit < rows.length
        return { body: { data: rows.slice(offset, offset + limit), meta: { has_more } } }
      },
    })
    const { text } = await get(await clinic.feed())
    expect(text.match(/^UID:apt_\d+@127\.0\.0\.1\r$/gm)).toHaveLength(250)
    expect(clinic.takeRequests().map((line) => /limit=.*/.exec(line)?.[0])).toEqual([
      'limit=100&offset=0',
      'limit=100&offset=99',
      'limit=100&offset=197',
    ])
  })

  test('It gets 304 as long as the calendar is the same, after another read too', async () => {
    let title = 'Visit'
    await using clinic = await startClinic({ answer: () => listOf(rowOf('apt_1', { title })) })
    const titles = await clinic.feed({ clinicianId: 'cli_1', show: 'TITLES' })
    const busy = await clinic.feed()
    const first = { titles: await get(titles), busy: await get(busy) }
    const again = (url: string, { headers }: { headers: Headers }) =>
      get(url, { 'if-none-match': headers.get('etag') ?? '' })
    clinic.pass(2 * HOUR)
    expect(await again(titles, first.titles)).toMatchObject({ status: 304, text: '' })
    expect(clinic.takeRequests()).toHaveLength(2)
    title = 'Other'
    clinic.pass(HOUR)
    const changed = await again(titles, first.titles)
    expect(changed.status).toBe(200)
    expect(changed.text).toContain('SUMMARY:Other\r\n')
    expect((await again(busy, first.busy)).status).toBe(304)
    expect(clinic.takeRequests()).toHaveLength(1)
  })

  test('An event of the clinician invalidates the calendar, and no other event does', async () => {
    await using clinic = await startClinic(EVENTS)
    const feed = await clinic.feed()
    await get(feed)
    clinic.takeRequests()
    let second = 0
    const deliverChange = async (fields: object) => {
      second += 1
      const updated_at = new Date(NOON + second * 1000).toISOString()
      const body = eventBody({
        type: 'appointment.created',
        object: eventObject(`new_${second}`, { ...fields, updated_at }),
        previous: null,
      })
      expect(await deliver(clinic.url, body, { at: NOON })).toBe(204)
    }
    await deliverChange({ clinician_profile_id: 'cli_2' })
    await deliverChange({ start_time: '2026-06-01T09:00:00Z' })
    await get(feed)
    expect(clinic.takeRequests()).toEqual([])
    await deliverChange({})
    await get(feed)
    await get(feed)
    expect(clinic.takeRequests()).toEqual([readOf(NOON)])
  })

  test('A change during the read of the calendar makes the gateway read it again', async () => {
    const paused = pauseAnswer()
    const answers = [paused.answer]
    await using clinic = await startClinic({ ...EVENTS, cacheTtlSeconds: 0, answer: () => answers.shift() })
    const feed = await clinic.feed()
    const early = get(feed)
    await clinic.upstream.arrival(1)
    const body = eventBody({ type: 'appointment.created', object: eventObject('apt_1'), previous: null })
    expect(await deliver(clinic.url, body, { at: NOON })).toBe(204)
    paused.release(listOf())
    expect((await early).text).not.toContain('BEGIN:VEVENT')
    expect((await get(feed)).text).toContain('UID:apt_1@')
    expect(clinic.takeRequests()).toEqual([readOf(NOON), readOf(NOON)])
  })

  test('A read continues when its client disconnects, for the next client', async () => {
    const paused = pauseAnswer()
    const answers = [paused.answer]
    await using clinic = await startClinic({ cacheTtlSeconds: 0, answer: () => answers.shift() })
    const feed = await clinic.feed()
    const leaving = new AbortController()
    const left = clinic.fetch(new Request(feed, { signal: leaving.signal }))
    await clinic.upstream.arrival(1)
    leaving.abort()
    const next = clinic.fetch(new Request(feed))
    paused.release(listOf(rowOf('apt_1')))
    expect(await (await next).text()).toContain('UID:apt_1@')
    await left
    expect(clinic.takeRequests()).toEqual([readOf(NOON)])
  })

  test('With a spent quota it gets the cached calendar, and the reserve is not used', async () => {
    let remaining = 500
    await using clinic = await startClinic({
      staleIfLimitedSeconds: 0,
      answer: () => ({
        ...listOf(rowOf('apt_1')),
        headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': String(remaining) },
      }),
    })
    const [feed, other, never] = [
      await clinic.feed(),
      await clinic.feed({ clinicianId: 'cli_2' }),
      await clinic.feed({ clinicianId: 'cli_3' }),
    ]
    const { text } = await get(feed)
    clinic.pass(HOUR)
    // This leaves only the reserve for writes.
    remaining = 100
    await get(other)
    clinic.takeRequests()
    expect(await get(feed)).toMatchObject({ status: 200, text })
    const refused = await get(never)
    expect([refused.status, refused.headers.get('retry-after'), codeIn(refused)]).toEqual([
      503,
      '3600',
      'RATE_LIMITED',
    ])
    expect(clinic.takeRequests()).toEqual([])
    remaining = 999
    clinic.pass(HOUR + MINUTE)
    expect((await get(never)).status).toBe(200)
    expect(clinic.takeRequests()).toHaveLength(1)
  })

  test('Where the upstream refuses, it gets the cached calendar for an hour', async () => {
    let isRefused = false
    await using clinic = await startClinic({
      answer: () =>
        isRefused
          ? { status: 403, body: { data: null, error: { code: 'FORBIDDEN', message: 'Quinn' } } }
          : undefined,
    })
    const [feed, never] = [await clinic.feed(), await clinic.feed({ clinicianId: 'cli_2' })]
    const { text } = await get(feed)
    isRefused = true
    clinic.pass(HOUR)
    clinic.takeRequests()
    for (let minute = 0; minute < 60; minute += 5) {
      expect(await get(feed)).toMatchObject({ status: 200, text })
      clinic.pass(5 * MINUTE)
    }
    expect(clinic.takeRequests()).toEqual([readOf(NOON + HOUR)])
    // A feed that was never read is retried after five minutes.
    const refused = await get(never)
    expect([refused.status, refused.headers.get('retry-after'), codeIn(refused)]).toEqual([
      503,
      '300',
      'FORBIDDEN',
    ])
    expect(refused.text).not.toContain('Quinn')
    clinic.pass(4 * MINUTE)
    expect((await get(never)).status).toBe(503)
    expect(clinic.takeRequests()).toEqual([readOf(NOON + 2 * HOUR, 'cli_2')])
    isRefused = false
    clinic.pass(MINUTE)
    expect((await get(never)).status).toBe(200)
  })
})
