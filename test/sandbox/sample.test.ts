import { describe, expect, onTestFinished, test } from 'vitest'
import { APPOINTMENT_STATUSES, type Appointment } from '../../src/contract/appointment.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { createClient, sandboxFor } from './client.ts'

const NOW = '2025-06-11T10:10:00Z'

async function fetchSample(seed: number, now = NOW): Promise<Appointment[]> {
  const { call } = await sandboxFor({ seed, listRows: 'full', clock: () => new Date(now) })
  const rows: Appointment[] = []
  for (let offset: number | null = 0; offset !== null; ) {
    const { body } = await call(`GET /appointments?limit=100&offset=${offset}`)
    rows.push(...body.data)
    offset = body.meta.next_offset
  }
  return rows
}

const samples = new Map<string, Promise<Appointment[]>>()

/** The tests only read the rows, so they share those of one moment. */
function sample(seed: number, now = NOW): Promise<Appointment[]> {
  const rows = samples.get(`${seed} ${now}`) ?? fetchSample(seed, now)
  samples.set(`${seed} ${now}`, rows)
  return rows
}

test.each([0, 1, 7, 500, 1_501])('A seed of %i gives that many rows', async (seed) => {
  expect(await sample(seed)).toHaveLength(seed)
})

test('The default seed is 500 rows', async () => {
  const sandbox = await startSandbox()
  onTestFinished(() => sandbox.close())
  const call = createClient(sandbox)
  expect((await call('GET /appointments?limit=1&offset=499')).body.meta.has_more).toBe(false)
})

test('Rows depend on the moment only, and visits on the day only', async () => {
  const rows = await sample(100)
  expect(await fetchSample(100)).toEqual(rows)
  const visits = (of: Appointment[]) =>
    of.map(({ id, start_time, patient_id }) => [id, start_time, patient_id])
  expect(visits(await sample(100, '2025-06-11T16:00:00Z'))).toEqual(visits(rows))
  expect(await sample(100, '2025-07-23T10:10:00Z')).not.toEqual(rows)
})

describe.each([
  '2025-06-11T10:10:00Z',
  '2025-06-14T23:59:59Z',
  '2025-06-15T00:00:00Z',
  '2025-06-16T00:00:00Z',
])('The sample clinic on %s', (now) => {
  const today = Date.parse(now)
  const all = () => sample(500, now)

  test('has all seven statuses, with completed and no_show only in the past', async () => {
    const rows = await all()
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(APPOINTMENT_STATUSES))
    for (const { status, start_time, end_time } of rows) {
      if (status === 'completed' || status === 'no_show')
        expect(Date.parse(end_time)).toBeLessThanOrEqual(today)
      else if (status !== 'cancelled') expect(Date.parse(end_time)).toBeGreaterThan(today)
      expect(Date.parse(start_time)).toBeLessThan(Date.parse(end_time))
    }
  })

  test('has visits on weekdays from 09:00 to 17:30, two weeks to both sides', async () => {
    const rows = await all()
    for (const { start_time, end_time } of rows) {
      expect([1, 2, 3, 4, 5]).toContain(new Date(start_time).getUTCDay())
      expect(start_time.slice(11, 16) >= '09:00').toBe(true)
      expect(end_time.slice(11, 16) <= '17:30').toBe(true)
      expect(end_time.slice(0, 10)).toBe(start_time.slice(0, 10))
    }
    const twoWeeks = 14 * 24 * 3_600_000
    expect(Date.parse(rows[0]?.start_time ?? '')).toBeLessThan(today - twoWeeks)
    expect(Date.parse(rows.at(-1)?.start_time ?? '')).toBeGreaterThan(today + twoWeeks)
  })

  test('has visits booked before they start and last changed before now', async () => {
    for (const { created_at, updated_at, start_time } of await all()) {
      expect(Date.parse(created_at)).toBeLessThan(Math.min(today, Date.parse(start_time)))
      expect(updated_at >= created_at).toBe(true)
      expect(Date.parse(updated_at)).toBeLessThanOrEqual(today)
      expect(updated_at).toMatch(/:\d\dZ$/)
    }
  })
})

test.each([500, 2_500])('No two of %i visits of one clinician overlap', async (seed) => {
  const ends = new Map<string, string>()
  for (const { clinician_profile_id, start_time, end_time } of await sample(seed)) {
    const clinician = String(clinician_profile_id)
    expect(start_time >= (ends.get(clinician) ?? '')).toBe(true)
    ends.set(clinician, end_time)
  }
  expect(ends.size).toBe(4)
})

test('A remote visit has a channel, any other visit a location, and none has both', async () => {
  const rows = await sample(500)
  const remote = rows.filter(({ is_remote }) => is_remote)
  expect(remote.length).toBeGreaterThan(50)
  expect(remote.length).toBeLessThan(250)
  for (const row of rows) {
    expect([row.remote_channel === null, row.location_id === null]).toEqual([!row.is_remote, row.is_remote])
    expect(row.video_link === null).toBe(row.remote_channel !== 'video')
  }
})

test('Patients have several visits, one name and a unique example.com address', async () => {
  const rows = await sample(500)
  const patients = Map.groupBy(rows, ({ patient_id }) => patient_id)
  expect(patients.size).toBeLessThan(100)
  for (const visits of patients.values()) {
    expect(
      new Set(visits.map(({ attendee_name, attendee_email }) => `${attendee_name} ${attendee_email}`)).size,
    ).toBe(1)
  }
  for (const { attendee_email } of rows) expect(attendee_email).toMatch(/@example\.com$/)
  expect(new Set(rows.map(({ attendee_email }) => attendee_email)).size).toBe(patients.size)
})

test('Cancelled visits have a reason, completed and missed ones an attendance', async () => {
  for (const row of await sample(500)) {
    expect(row.cancellation_reason !== null).toBe(row.status === 'cancelled')
    expect(row.attendance_status).toBe(
      row.status === 'completed' ? 'attended' : row.status === 'no_show' ? 'did_not_attend' : null,
    )
  }
})
