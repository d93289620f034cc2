import { expect, test } from 'vitest'
import { createClinicClock, shownRows } from '../../src/client/index.ts'
import { rowsIn } from '../../src/desk/layout.ts'
import { createDesk, type Desk } from '../../src/desk/state.ts'
import { cancel, move } from '../../src/desk/writes.ts'
import { MINUTE_MS, startClinic } from '../browser/clinic.ts'

const TODAY = '2026-03-23'
const TOMORROW = '2026-03-24'
/** For a slow or busy machine. */
const PATIENT = { timeout: 10_000, interval: 5 }

test('Without events a desk reads its view once a minute, and no more often', async () => {
  await using clinic = await startClinic({ live: false })
  let timers: { readonly at: number; readonly run: () => void }[] = []
  let reads = 0
  const desk = createDesk({
    url: 'http://localhost/graphql',
    clock: createClinicClock('Europe/London'),
    view: TODAY,
    now: () => clinic.at,
    setTimer: (run, ms) => void timers.push({ at: clinic.at + ms, run }),
    fetch(url, init) {
      if (url.includes('DeskDay')) reads += 1
      return clinic.fetch(new Request(url, init))
    },
  })
  desk.start()
  await expect.poll(() => desk.state.connection, PATIENT).toBe('unavailable')
  await expect.poll(() => desk.state.readings.get(TODAY)?.readAt, PATIENT).toBe(clinic.at)
  for (let second = 0; second < 300; second += 5) {
    clinic.at += 5000
    const due = timers.filter(({ at }) => at <= clinic.at)
    timers = timers.filter(({ at }) => at > clinic.at)
    for (const { run } of due) run()
    await expect.poll(() => desk.state.readings.get(TODAY)?.isLoading, PATIENT).toBe(false)
  }
  desk.stop()
  expect(reads).toBe(1 + 5)
})

test('Twenty desks cost an hour at most twenty lists, and all are up to date then', async () => {
  await using clinic = await startClinic()
  // Waits for the first event: until events are known to arrive, answers are cached for ten seconds.
  await clinic.elsewhere({
    title: 'Far off',
    start_time: '2027-01-04T10:00:00Z',
    end_time: '2027-01-04T11:00:00Z',
  })
  await expect
    .poll(async () => (await (await fetch(`${clinic.url}/ready`)).json()).events, PATIENT)
    .toBe('healthy')
  const clock = createClinicClock('Europe/London')
  let timers: { readonly at: number; readonly run: () => void }[] = []
  const setTimer = (run: () => void, ms: number) => void timers.push({ at: clinic.at + ms, run })
  const openDesk = () => {
    const fetch = (url: string, init: RequestInit) => clinic.fetch(new Request(url, init))
    const url = 'http://localhost/graphql'
    const data = createDesk({ url, clock, view: TODAY, fetch, now: () => clinic.at, setTimer })
    data.start()
    return data
  }
  const desks: Desk[] = []
  const rowsOf = ({ state }: Desk, day: string) => rowsIn(shownRows(state.rows), clock.rangeOf(day))
  const isRead = ({ state }: Desk) =>
    state.connection === 'live' && state.readings.get(state.view)?.readAt !== undefined
  const allAreRead = () => expect.poll(() => desks.every(isRead), PATIENT).toBe(true)

  let changes = 0
  for (let minute = 0; minute < 60; minute += 1) {
    clinic.at += MINUTE_MS
    const due = timers.filter(({ at }) => at <= clinic.at)
    timers = timers.filter(({ at }) => at > clinic.at)
    for (const { run } of due) run()
    // The desks open in the first minutes, and four of them change to tomorrow.
    if (minute < 4) for (let nth = 0; nth < 5; nth += 1) desks.push(openDesk())
    if (minute === 4) for (const desk of desks.slice(0, 4)) desk.show(TOMORROW)
    if (minute === 30) for (const desk of desks.slice(0, 4)) desk.show(TODAY)
    await allAreRead()
    if (minute < 5) continue
    const [first] = desks
    const own = first ? rowsOf(first, TODAY).filter(({ isCancellable }) => isCancellable) : []
    const row = own[minute % own.length]
    const desk = desks[minute % desks.length]
    if (!row || !desk) throw new Error('Nothing is left to change')
    const id = atob(row.id).replace('Appointment:', '')
    if (minute % 9 === 0) await cancel(desk, row, 'Patient request')
    else if (minute % 3 === 0) await move(desk, row, row.start + 15 * MINUTE_MS, '')
    else await clinic.elsewhere({ id, title: `Changed in minute ${minute}` })
    changes += 1
    await expect
      .poll(() => desks.map(({ state }) => state.rows.changes >= changes), PATIENT)
      .not.toContain(false)
  }

  const lists = clinic.takePaths().filter((path) => /^GET \/[\w-]+$/.test(path))
  expect(lists.length).toBeLessThanOrEqual(20)
  expect(Math.max(...desks.map(({ state }) => state.rows.changes))).toBe(changes)
  const { body } = await clinic.rest(
    'GET',
    `/appointments?limit=100&date_gte=${TODAY}&date_lte=${TODAY}T23:59:59Z`,
  )
  const truth = body.data
    .map((row: Readonly<Record<string, string>>) => [
      row.title,
      Date.parse(row.start_time ?? ''),
      row.status?.toUpperCase(),
    ])
    .sort()
  for (const desk of desks)
    expect(
      rowsOf(desk, TODAY)
        .map(({ title, start, status }) => [title, start, status])
        .sort(),
    ).toEqual(truth)
  for (const desk of desks) desk.stop()
})
