import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { AppointmentFilter } from '../../../src/contract/field-names.ts'
import { utcOf } from '../../../src/contract/instant.ts'
import { readDelivery } from '../../../src/events/event.ts'
import { eventBody, eventObject } from '../../support/events.ts'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

type Row = { readonly id: string } & Readonly<Record<string, unknown>>
type Order = (a: Row, b: Row) => number

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PAGE = { offset: 0, limit: 100 }
const OF_CLINICIAN: AppointmentFilter = { clinicianId: 'cli_1' }
const SUMMARY = ['id', 'patient_id', 'title', 'start_time', 'end_time', 'status', 'created_at']

/** The upstream's `updated_at` counts whole seconds. */
const secondOf = (ms: number) => utcOf(Math.floor(ms / 1000) * 1000)
const hourOf = (nth: number) => ({ start_time: utcOf(Date.parse('2026-01-05T08:00:00Z') + nth * HOUR) })
const pick = (row: Row, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, row[name]]))
const by =
  (...names: readonly string[]): Order =>
  (a, b) => {
    const key = (row: Row) => names.map((name) => row[name]).join(' ')
    return key(a) < key(b) ? -1 : 1
  }

const eight = () =>
  ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id, nth) => eventObject(id, hourOf(nth)) as Row)

interface Options {
  readonly rows?: readonly Row[]
  readonly order?: Order
  /** The fields in the answer to an update. */
  readonly answers?: readonly string[]
  /** The server's own limit of rows. */
  readonly limit?: number
}

/** An upstream whose list rows have seven fields, and a client that has received an event and read the complete list. */
async function startClinic({
  rows = eight(),
  order = by('start_time', 'id'),
  answers = SUMMARY,
  limit,
}: Options = {}) {
  let now = NOON
  const table = new Map(rows.map((row) => [row.id, row]))
  let waiting: (() => void) | undefined
  let isHolding = false

  function listOf(query: URLSearchParams): readonly Row[] {
    const is = (name: string, value: unknown) => !query.has(name) || query.get(name) === value
    return [...table.values()]
      .filter(({ clinician_profile_id }) => is('clinician_id', clinician_profile_id))
      .filter(({ patient_id }) => is('patient_id', patient_id))
      .sort(order)
  }

  function answerTo(line: string, body: string): object {
    const { pathname, searchParams } = new URL(line.split(' ')[1] ?? '', 'http://upstream')
    const id = pathname.split('/')[2]
    if (id === undefined) {
      const found = listOf(searchParams)
      const data = found.slice(0, limit).map((row) => pick(row, SUMMARY))
      return {
        data,
        meta: limit === undefined ? { has_more: false } : { limit, has_more: found.length > limit },
      }
    }
    if (!line.startsWith('PATCH')) return { data: table.get(id), meta: {} }
    return { data: pick(change(id, JSON.parse(body)), answers), meta: {} }
  }

  function change(id: string, fields: object): Row {
    const row = { ...(table.get(id) ?? { id }), ...fields, updated_at: secondOf(now) }
    table.set(id, row)
    return row
  }

  const upstream = await startScriptedUpstream(({ line, body }) => (response: ServerResponse) => {
    const answer = JSON.stringify(answerTo(line, body))
    const date = new Date(now).toUTCString()
    const send = (dated: string) =>
      void response.writeHead(200, { 'content-type': 'application/json', date: dated }).end(answer)
    if (isHolding) waiting = () => send(line.startsWith('PATCH') ? new Date(now).toUTCString() : date)
    else send(date)
    isHolding = false
  })
  const rest = startRest(upstream.url, {
    now: () => now,
    cacheTtlMs: 10_000,
    events: { accounts: ['x'], fedTtlMs: DAY, silentMs: DAY, reconcileMs: DAY, onFeedState() {} },
  })

  async function deliver(object: object, parts: object = {}) {
    const event = readDelivery(Buffer.from(eventBody({ created_at: utcOf(now), object, ...parts })))?.event
    if (typeof event !== 'object') throw new Error('The event is unreadable')
    return rest.coherence.receiveEvent('x', event)
  }

  async function list(filter: AppointmentFilter = {}): Promise<string> {
    const { rows: found } = await rest.appointments.list(filter, PAGE, operationOf('x'))
    return found.map((row) => ('id' in row ? `${row.id}:${row.title}` : '?')).join(' ')
  }

  function to(ms: number): void {
    now = NOON + ms
  }

  await list()
  await deliver(eventObject('z', { patient_id: 'other' }))
  to(11_000)
  await list()
  return {
    rest,
    change,
    deliver,
    list,
    /** The list that a fresh read would return. */
    truth: ({ clinicianId }: AppointmentFilter = {}) =>
      listOf(new URLSearchParams(clinicianId && { clinician_id: clinicianId }))
        .map(({ id, title }) => `${id}:${title}`)
        .join(' '),
    row: (id: string) => table.get(id) as Row,
    to,
    rename: (id: string, title: string) => rest.appointments.update(id, { title }, operationOf('x')),
    /** Sends a request whose answer, with the state of its arrival, is delayed until the returned function is called. */
    async hold(request: () => Promise<unknown>) {
      isHolding = true
      const sent = request()
      while (waiting === undefined) await new Promise((resolve) => setImmediate(resolve))
      const send = waiting
      waiting = undefined
      return () => {
        send()
        return sent
      }
    },
    /** The number of upstream requests of the work. */
    async requestsOf(work: () => Promise<unknown>) {
      const before = upstream.requests.length
      await work()
      return upstream.requests.length - before
    },
    async [Symbol.asyncDispose]() {
      await rest[Symbol.asyncDispose]()
      await upstream[Symbol.asyncDispose]()
    },
  }
}

describe('A write whose answer is late', () => {
  test('It does not overwrite the event of a later change', async () => {
    await using clinic = await startClinic()
    clinic.to(60_200)
    const before = clinic.row('a')
    const answer = await clinic.hold(() => clinic.rename('a', 'Mine'))
    const mine = clinic.row('a')
    clinic.to(60_300)
    await clinic.deliver(mine, { previous: before })
    clinic.to(60_600)
    clinic.change('a', { title: 'Theirs' })
    clinic.to(60_900)
    await clinic.deliver(clinic.row('a'), { previous: mine })
    expect(await clinic.list()).toBe(clinic.truth())
    clinic.to(61_050)
    await answer()
    clinic.to(120_000)
    expect(await clinic.requestsOf(async () => expect(await clinic.list()).toBe(clinic.truth()))).toBe(0)
  })

  test('It does not even if events do not contain the previous state', async () => {
    await using clinic = await startClinic()
    await clinic.deliver({ ...clinic.row('a'), updated_at: secondOf(NOON + 10_000) })
    await clinic.list()
    clinic.to(60_200)
    const answer = await clinic.hold(() => clinic.rename('a', 'Mine'))
    clinic.to(60_600)
    clinic.change('a', { title: 'Theirs' })
    clinic.to(60_900)
    await clinic.deliver(clinic.row('a'))
    expect(await clinic.list()).toBe(clinic.truth())
    clinic.to(61_050)
    await answer()
    clinic.to(600_000)
    expect(await clinic.list()).toBe(clinic.truth())
  })

  test('If its own event arrives first, no list is invalidated', async () => {
    await using clinic = await startClinic()
    clinic.to(60_200)
    const before = clinic.row('a')
    const answer = await clinic.hold(() => clinic.rename('a', 'Mine'))
    await clinic.deliver(clinic.row('a'), { previous: before })
    clinic.to(61_000)
    await answer()
    expect(await clinic.requestsOf(async () => expect(await clinic.list()).toBe(clinic.truth()))).toBe(0)
  })

  test('A slow answer makes no event count as early', async () => {
    await using clinic = await startClinic()
    await clinic.deliver(clinic.change('a', { title: 'First' }))
    clinic.to(60_000)
    const answer = await clinic.hold(() => clinic.rest.appointments.retrieve('a', operationOf('x')))
    clinic.to(64_000)
    await answer()
    await clinic.deliver(eventObject('z', { patient_id: 'other', updated_at: secondOf(NOON + 64_000) }))
    await clinic.rest.appointments.retrieve('b', operationOf('x'))
    await clinic.list(OF_CLINICIAN)
    clinic.to(68_000)
    await clinic.deliver(clinic.change('a', { title: 'Theirs' }))
    const reading = async () => expect(await clinic.list(OF_CLINICIAN)).toBe(clinic.truth(OF_CLINICIAN))
    expect(await clinic.requestsOf(reading)).toBe(0)
  })
})

describe('An event after a write', () => {
  test("The write's own event changes nothing", async () => {
    await using clinic = await startClinic()
    clinic.to(60_100)
    await clinic.rename('a', 'Mine')
    expect(await clinic.deliver(clinic.row('a'))).toBe('logged')
    clinic.to(70_100)
    await clinic.rename('a', 'Mine again')
    expect(await clinic.deliver(clinic.row('a'))).toBe('echo')
    expect(await clinic.requestsOf(async () => expect(await clinic.list()).toBe(clinic.truth()))).toBe(0)
  })

  test.for([
    ['in the same second', [...SUMMARY, 'updated_at'], 60_500, 'none'],
    ['in the same second, with what was before', [...SUMMARY, 'updated_at'], 60_500, 'whole'],
    ['ten minutes later, and writes have no events', SUMMARY, 660_500, 'none'],
  ] as const)('A change from elsewhere %s is not taken for the write', async ([, answers, at, previous]) => {
    await using clinic = await startClinic({ answers })
    await clinic.list(OF_CLINICIAN)
    clinic.to(60_100)
    await clinic.rename('a', 'Mine')
    await clinic.list(OF_CLINICIAN)
    clinic.to(at)
    const before = clinic.row('a')
    clinic.change('a', { clinician_profile_id: 'cli_2' })
    const fate = await clinic.deliver(clinic.row('a'), previous === 'whole' ? { previous: before } : {})
    clinic.to(at + 60_000)
    expect([fate, await clinic.list(OF_CLINICIAN)]).toEqual(['logged', clinic.truth(OF_CLINICIAN)])
  })

  test('Also if the clinician was known before', async () => {
    await using clinic = await startClinic()
    clinic.to(30_000)
    await clinic.deliver(clinic.change('a', { title: 'Theirs' }))
    await clinic.list(OF_CLINICIAN)
    clinic.to(60_100)
    await clinic.rename('a', 'Mine')
    await clinic.list(OF_CLINICIAN)
    clinic.to(60_500)
    clinic.change('a', { clinician_profile_id: 'cli_2' })
    expect(await clinic.deliver(clinic.row('a'))).toBe('logged')
    expect(await clinic.list(OF_CLINICIAN)).toBe(clinic.truth(OF_CLINICIAN))
  })
})

test('An event with the written fields may be of a field that it does not contain', async () => {
  await using clinic = await startClinic()
  const attendance = async () =>
    (await clinic.rest.appointments.retrieve('a', operationOf('x'))).row.attendanceStatus
  clinic.to(60_100)
  await clinic.rename('a', 'Mine')
  await clinic.deliver(clinic.row('a'))
  clinic.to(70_100)
  await clinic.rename('a', 'Mine again')
  await attendance()
  const { attendance_status, ...row } = clinic.change('a', { attendance_status: 'arrived' })
  expect(await clinic.deliver(row)).toBe('echo')
  expect(await attendance()).toBe('arrived')
})

describe('The order of lists', () => {
  test('Two rows that are read six times prove no order', async () => {
    const c = eventObject('c', { ...hourOf(1), created_at: '2026-01-02T08:00:00Z' }) as Row
    await using clinic = await startClinic({ rows: [eventObject('a', hourOf(0)) as Row, c], order: by('id') })
    for (let nth = 0; nth < 6; nth += 1) {
      clinic.to(30_000 + nth * 11_000)
      await clinic.list({ patientId: 'pat_1' })
      await clinic.rest.coherence.receiveUnreadableEvent('x')
    }
    await clinic.list()
    clinic.to(160_000)
    const fresh = clinic.change('b', eventObject('b', { ...hourOf(2), created_at: utcOf(NOON + 160_000) }))
    await clinic.deliver(fresh, { type: 'appointment.created', previous: null })
    expect(await clinic.list()).toBe(clinic.truth())
  })

  test('Without a known order, a field that rows do not contain may move them', async () => {
    const rows = eight().map((row, nth) => ({ ...row, updated_at: utcOf(NOON - 60_000 * ((nth * 3) % 8)) }))
    const latestFirst: Order = (a, b) => by('updated_at', 'id')(b, a)
    await using clinic = await startClinic({ rows, order: latestFirst })
    clinic.to(60_000)
    await clinic.rest.appointments.update('e', { description: 'x' }, operationOf('x'))
    expect(await clinic.list()).toBe(clinic.truth())
  })

  test('One tie does not prove how ties are broken', async () => {
    // An update moves its row to the end of the table, and ties are in the order of the table.
    const created = (nth: number) => ({ created_at: utcOf(NOON - DAY + nth * 60_000), place: nth })
    const rows = eight().map((row, nth) => ({ ...row, ...created(nth) }))
    const tied = { ...(rows[2] as Row), id: 'j', ...created(8) }
    await using clinic = await startClinic({ rows: [...rows, tied], order: by('start_time', 'place') })
    clinic.to(60_000)
    const answer = await clinic.hold(() => clinic.rename('c', 'New'))
    clinic.change('c', { place: 9 })
    await answer()
    expect(await clinic.list()).toBe(clinic.truth())
  })
})

test("A patched list has no more rows than the upstream's limit", async () => {
  await using clinic = await startClinic({ limit: 8 })
  clinic.to(60_000)
  const fresh = clinic.change('cc', eventObject('cc', { start_time: '2026-01-05T10:30:00Z' }))
  await clinic.deliver(fresh, { type: 'appointment.created', previous: null })
  expect((await clinic.list()).split(' ')).toHaveLength(8)
})
