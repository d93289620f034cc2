import { describe, expect, test } from 'vitest'
import { createLogger } from '../../../src/process/logger.ts'
import { createGateway } from '../../../src/server/gateway.ts'
import type { OperationLine } from '../../../src/server/gateway-options.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'
import { codeIn, get, HOUR, listOf, NOON, pauseAnswer, readOf, rowOf, SECRET, startClinic } from './clinic.ts'

const DAY = 24 * HOUR
const NEW_SECRET = 'another calendar secret, long enough too'
const READ = { sub: 's', scope: 'appointments:read' }

describe('Creating a calendar', () => {
  test('The mutation costs nothing and returns a path that works for 180 days', async () => {
    await using clinic = await startClinic()
    const { data, errors } = await clinic.create({ clinicianId: 'cli_1', clientMutationId: 'x' })
    expect(errors).toBeUndefined()
    expect(data.createCalendarFeed).toEqual({
      path: expect.stringMatching(/^\/calendar\/[\w-]+\.ics$/),
      expiresAt: '2026-07-04T12:00:00Z',
      clientMutationId: 'x',
    })
    const estimate = await clinic.create({ clinicianId: 'cli_1' }, { 'x-estimate-only': '1' })
    expect(estimate.extensions).toMatchObject({ estimate: { min: 0, max: 0 } })
    expect(clinic.takeRequests()).toEqual([])
    const feed = clinic.url + data.createCalendarFeed.path
    clinic.pass(180 * DAY - 1)
    expect((await get(feed)).status).toBe(200)
    clinic.pass(1)
    expect((await get(feed)).status).toBe(404)
  })

  test('It contains no title unless TITLES is selected', async () => {
    await using clinic = await startClinic()
    for (const input of [{}, { show: 'BUSY' }, { show: null }]) {
      const { text } = await get(await clinic.feed({ clinicianId: 'cli_1', ...input }))
      expect(text).toContain('SUMMARY:Busy\r\n')
      expect(text).not.toContain('Visit')
    }
    const { text } = await get(await clinic.feed({ clinicianId: 'cli_1', show: 'TITLES' }))
    expect(text).toContain('SUMMARY:Visit\r\n')
  })

  test('An id that is not of a clinician is refused', async () => {
    await using clinic = await startClinic()
    for (const clinicianId of ['', '../x', btoa('Patient:pat_1')]) {
      const { errors } = await clinic.create({ clinicianId })
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'input.clinicianId' })
    }
  })

  test('Without a secret there are no calendars, and the error says so', async () => {
    await using clinic = await startClinic()
    const { data } = await clinic.create({ clinicianId: 'cli_1' })
    await using off = await startClinic({ calendarSecrets: [] })
    const { errors } = await off.create({ clinicianId: 'cli_1' })
    expect(errors?.[0]?.extensions).toEqual({ code: 'CALENDAR_UNAVAILABLE' })
    const answer = await get(off.url + data.createCalendarFeed.path)
    expect([answer.status, codeIn(answer)]).toEqual([404, 'BAD_REQUEST'])
    expect(off.takeRequests()).toEqual([])
  })

  test('Where callers send their own keys there are no calendars either', async () => {
    await using clinic = await startClinic()
    const { data } = await clinic.create({ clinicianId: 'cli_1' })
    await using passing = await startClinic({ key: null })
    const { errors } = await passing.create({ clinicianId: 'cli_1' }, { authorization: 'Bearer k' })
    expect(errors?.[0]?.extensions).toEqual({ code: 'CALENDAR_UNAVAILABLE' })
    expect(errors?.[0]?.message).not.toContain('CALENDAR_SECRET')
    expect((await get(passing.url + data.createCalendarFeed.path)).status).toBe(404)
    expect(passing.takeRequests()).toEqual([])
  })

  test('A secret that is short enough to guess, or a third one, prevents the start', () => {
    const start = (...calendarSecrets: string[]) =>
      createGateway({ url: 'http://127.0.0.1:1', calendarSecrets })
    expect(() => start('short')).toThrow('32 characters')
    expect(() => start(SECRET, 'short')).toThrow('32 characters')
    expect(() => start(SECRET, NEW_SECRET, SECRET)).toThrow('two calendar secrets')
  })
})

describe('Who may read a calendar', () => {
  test('A caller without the right to read creates none', async () => {
    await using clinic = await startClinic({ tokens: TOKENS })
    const codeFor = async (headers: Readonly<Record<string, string>>) =>
      (await clinic.create({ clinicianId: 'cli_1' }, headers)).errors?.[0]?.extensions.code
    expect(await codeFor({})).toBe('UNAUTHENTICATED')
    expect(await codeFor(await bearer({ ...READ, scope: 'other' }))).toBe('FORBIDDEN')
    expect(await codeFor(await bearer({ ...READ, clinician_id: 'cli_2' }))).toBe('FORBIDDEN')
    expect(await codeFor(await bearer({ ...READ, clinician_id: 'cli_1' }))).toBeUndefined()
    expect(await codeFor(await bearer(READ))).toBeUndefined()
    expect(clinic.takeRequests()).toEqual([])
  })

  test('The calendar of a narrowed caller stays narrowed, upstream too', async () => {
    await using clinic = await startClinic({
      tokens: TOKENS,
      answer: () => listOf(rowOf('own'), rowOf('others', { patient_id: 'pat_2' })),
    })
    const caller = await bearer({ ...READ, patient_id: 'pat_1' })
    const { text } = await get(await clinic.feed({ clinicianId: 'cli_1' }, caller))
    expect(text).toContain('UID:own@')
    expect(text).not.toContain('others')
    const everybodys = await get(await clinic.feed({ clinicianId: 'cli_1' }, await bearer(READ)))
    expect(everybodys.text).toContain('UID:others@')
    expect(clinic.takeRequests()).toEqual([readOf(NOON, 'cli_1', 'pat_1'), readOf(NOON)])
  })

  test('Each invalid token gets the same response, at no upstream cost', async () => {
    await using clinic = await startClinic()
    await using others = await startClinic({ key: 'other' })
    const feed = await clinic.feed()
    const path = new URL(feed).pathname
    const forged = path.replace(/.\.ics$/, (end) => (end === 'A.ics' ? 'B.ics' : 'A.ics'))
    const wrong = [
      forged,
      '/calendar/x.ics',
      '/calendar/.ics',
      '/calendar/%00.ics',
      `/calendar/${'x'.repeat(9000)}.ics`,
    ]
    const answers = await Promise.all(wrong.map((each) => get(clinic.url + each)))
    answers.push(await get(others.url + path))
    clinic.pass(180 * DAY)
    answers.push(await get(feed))
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([
        '404 {"errors":[{"message":"There is no such calendar.","extensions":{"code":"NOT_FOUND"}}]}',
      ]),
    )
    expect(answers.map(({ headers }) => headers.get('cache-control'))).toEqual(
      answers.map(() => 'private, no-store'),
    )
    expect([...clinic.takeRequests(), ...others.takeRequests()]).toEqual([])
  })

  test('While a secret is replaced, calendars of both secrets work', async () => {
    await using before = await startClinic({ calendarSecrets: [SECRET] })
    await using between = await startClinic({ calendarSecrets: [NEW_SECRET, SECRET] })
    await using after = await startClinic({ calendarSecrets: [NEW_SECRET] })
    const old = new URL(await before.feed()).pathname
    const fresh = new URL(await between.feed()).pathname
    const statuses = async (path: string) =>
      Promise.all([before, between, after].map(async ({ url }) => (await get(url + path)).status))
    expect(await statuses(old)).toEqual([200, 200, 404])
    expect(await statuses(fresh)).toEqual([404, 200, 200])
  })
})

describe('The answer to a calendar', () => {
  test('Only a private cache may store it, and revalidates it', async () => {
    await using clinic = await startClinic()
    const { headers } = await get(await clinic.feed(), { 'x-request-id': 'mine' })
    const of = (name: string) => headers.get(name)
    expect(of('content-type')).toBe('text/calendar; charset=utf-8')
    expect(of('cache-control')).toBe('private, no-cache')
    expect(of('etag')).toMatch(/^W\/"[\w-]{43}"$/)
    expect(of('x-content-type-options')).toBe('nosniff')
    expect(of('content-security-policy')).toBe("frame-ancestors 'none'")
    expect(of('x-upstream-requests')).toBe('1')
    expect(of('x-request-id')).toBe('mine')
    expect(clinic.upstream.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer k',
      'x-request-id': 'mine',
    })
  })

  test('HEAD is GET without a body, and other methods are refused', async () => {
    await using clinic = await startClinic()
    const feed = await clinic.feed()
    const head = await fetch(feed, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    const post = await fetch(feed, { method: 'POST' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET'])
    expect(await post.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] })
  })

  test('An unreadable value of an appointment is left out', async () => {
    const rows = [
      rowOf('no_start', { start_time: 'soon' }),
      rowOf('no_end', { end_time: null }),
      rowOf('no_title', { title: 7, status: 'unheard' }),
      { nothing: true },
    ]
    await using clinic = await startClinic({ answer: () => listOf(...rows) })
    const { text } = await get(await clinic.feed({ clinicianId: 'cli_1', show: 'TITLES' }))
    expect(text.match(/^(UID|SUMMARY|DTEND|STATUS):.*$/gm)).toEqual([
      'UID:no_end@127.0.0.1',
      'SUMMARY:Visit',
      'STATUS:CONFIRMED',
      'UID:no_title@127.0.0.1',
      'DTEND:20260105T093000Z',
      'SUMMARY:Busy',
      'STATUS:CONFIRMED',
    ])
  })

  test('A cancelled appointment stays in it, and rows with updated_at have a sequence', async () => {
    const changed = { status: 'cancelled', updated_at: '2026-01-05T11:00:00Z' }
    await using clinic = await startClinic({ answer: () => listOf(rowOf('apt_1', changed)) })
    const { text } = await get(await clinic.feed())
    expect(text).toContain('STATUS:CANCELLED\r\n')
    expect(text).toMatch(/^SEQUENCE:[1-9]\d+\r$/m)
    expect(text).toContain('LAST-MODIFIED:20260105T110000Z\r\n')
  })

  test('The limits of running operations apply to it', async () => {
    let lag = 0
    const paused = pauseAnswer()
    const answers = [paused.answer]
    await using clinic = await startClinic({
      limits: { MAX_CONCURRENT_OPERATIONS: 1 },
      maxLagMs: 100,
      lagMs: () => lag,
      answer: () => answers.shift(),
    })
    const feed = await clinic.feed()
    const first = get(feed)
    await clinic.upstream.arrival(1)
    const second = await get(feed)
    expect([second.status, codeIn(second)]).toEqual([429, 'LIMIT_EXCEEDED'])
    paused.release(listOf())
    expect((await first).status).toBe(200)
    expect((await get(feed)).status).toBe(200)
    lag = 101
    const late = await get(feed)
    expect([late.status, late.headers.get('retry-after'), codeIn(late)]).toEqual([503, '1', 'OVERLOADED'])
  })

  test('The log has a line for each response, without a token, a title or an id', async () => {
    const lines: OperationLine[] = []
    const written: string[] = []
    const logger = await createLogger('trace', { write: (text: string) => void written.push(text) })
    await using clinic = await startClinic({
      reportFault: logger.fault,
      logOperation(line) {
        lines.push(line)
        logger.operation(line)
      },
    })
    const feed = await clinic.feed({ clinicianId: 'cli_1', show: 'TITLES' })
    await get(feed, { 'x-request-id': 'mine' })
    await get(feed.replace('.ics', 'x.ics'))
    expect(lines.slice(1)).toEqual([
      {
        requestId: 'mine',
        name: null,
        kind: 'calendar',
        durationMs: 0,
        requests: 1,
        remembered: 0,
        joined: 0,
        stale: 0,
        repeated: false,
        codes: [],
      },
      expect.objectContaining({ kind: 'calendar', requests: 0, codes: ['NOT_FOUND'] }),
    ])
    const token = feed.replace(/^.*\/|\.ics$/g, '')
    for (const secret of [token, 'Visit', 'apt_1', 'cli_1', SECRET])
      expect(written.join('')).not.toContain(secret)
  })
})
