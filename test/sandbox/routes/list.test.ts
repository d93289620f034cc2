import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { APPOINTMENT_STATUSES, type Appointment } from '../../../src/contract/appointment.ts'
import { type Client, sandboxFor, VISIT } from '../client.ts'

const clock = () => new Date('2025-01-15T12:00:00Z')

/** Every row, whole, in the order of the API. */
async function everything(call: Client, query = ''): Promise<Appointment[]> {
  const rows: Appointment[] = []
  for (let offset: number | null = 0; offset !== null; ) {
    const { body } = await call(`GET /appointments?limit=100&offset=${offset}${query}`)
    rows.push(...body.data)
    offset = body.meta.next_offset
  }
  return rows
}

async function clinic() {
  const { call } = await sandboxFor({ seed: 150, listRows: 'full', rateLimit: 0, clock })
  return { call, rows: await everything(call) }
}

test('a page has 20 rows unless told otherwise, and says where the next begins', async () => {
  const { call } = await sandboxFor({ seed: 50, clock })
  const { body } = await call('GET /appointments')
  expect(body.data).toHaveLength(20)
  expect(body.meta).toMatchObject({ limit: 20, next_offset: 20, has_more: true })
  expect(body.meta).not.toHaveProperty('total')
})

test('pages of every size, walked to the end, show every row once and in order', async () => {
  const { call, rows } = await clinic()
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 7, max: 100 }), async (limit) => {
      const seen: Appointment[] = []
      for (let offset: number | null = 0; offset !== null; ) {
        const { body } = await call(`GET /appointments?limit=${limit}&offset=${offset}`)
        expect(body.meta).toMatchObject({ limit, has_more: body.meta.next_offset !== null })
        seen.push(...body.data)
        offset = body.meta.next_offset
      }
      expect(seen).toEqual(rows)
    }),
    { numRuns: 12 },
  )
})

test('a page that ends with the last row has no next', async () => {
  const { call } = await sandboxFor({ seed: 40, clock })
  const { body } = await call('GET /appointments?limit=20&offset=20')
  expect(body.data).toHaveLength(20)
  expect(body.meta).toMatchObject({ next_offset: null, has_more: false })
})

test('an offset past the end is an empty page', async () => {
  const { call } = await sandboxFor({ seed: 5, clock })
  const { status, body } = await call('GET /appointments?offset=9007199254740991')
  expect(status).toBe(200)
  expect(body).toMatchObject({ data: [], meta: { next_offset: null, has_more: false } })
})

test('any combination of filters shows what a plain filter over all rows shows', async () => {
  const { call, rows } = await clinic()
  const aValueOf = (field: keyof Appointment) =>
    fc.constantFrom(...new Set(rows.map((row) => row[field]).filter((value) => typeof value === 'string')))
  const filters = fc.record(
    {
      patient_id: aValueOf('patient_id'),
      clinician_id: aValueOf('clinician_profile_id'),
      appointment_type_id: aValueOf('appointment_type_id'),
      location_id: aValueOf('location_id'),
      status: fc.constantFrom(...APPOINTMENT_STATUSES),
      status_in: fc.uniqueArray(fc.constantFrom(...APPOINTMENT_STATUSES), { minLength: 1 }),
      date_gte: aValueOf('start_time'),
      date_lte: aValueOf('start_time'),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(filters, async (wanted) => {
      const expected = rows.filter(
        (row) =>
          (wanted.patient_id === undefined || row.patient_id === wanted.patient_id) &&
          (wanted.clinician_id === undefined || row.clinician_profile_id === wanted.clinician_id) &&
          (wanted.appointment_type_id === undefined ||
            row.appointment_type_id === wanted.appointment_type_id) &&
          (wanted.location_id === undefined || row.location_id === wanted.location_id) &&
          (wanted.status === undefined || row.status === wanted.status) &&
          (wanted.status_in === undefined || wanted.status_in.includes(row.status)) &&
          (wanted.date_gte === undefined || row.start_time >= wanted.date_gte) &&
          (wanted.date_lte === undefined || row.start_time <= wanted.date_lte),
      )
      const query = Object.entries(wanted).map(
        ([name, value]) => `&${name}=${encodeURIComponent(`${value}`)}`,
      )
      expect(await everything(call, query.join(''))).toEqual(expected)
    }),
    { numRuns: 120 },
  )
})

describe('date_gte and date_lte', () => {
  async function starts(...instants: string[]) {
    const { call } = await sandboxFor()
    for (const start_time of instants)
      await call('POST /appointments', { body: { ...VISIT, start_time, end_time: '2026-01-01T00:00:00Z' } })
    return async (query: string) => (await everything(call, query)).map(({ start_time }) => start_time)
  }

  test('include the instant itself', async () => {
    const list = await starts('2025-01-20T13:59:59Z', '2025-01-20T14:00:00Z', '2025-01-20T14:00:01Z')
    expect(await list('&date_gte=2025-01-20T14:00:00Z&date_lte=2025-01-20T14:00:00Z')).toEqual([
      '2025-01-20T14:00:00Z',
    ])
  })

  test('compare instants, whatever zone or fraction they are written with', async () => {
    const list = await starts(
      '2025-01-20T15:00:00+01:00',
      '2025-01-20T14:00:00.5Z',
      '2025-01-20T09:00:01-05:00',
    )
    expect(await list('')).toEqual([
      '2025-01-20T14:00:00Z',
      '2025-01-20T14:00:00.500Z',
      '2025-01-20T14:00:01Z',
    ])
    expect(await list('&date_lte=2025-01-20T16:00:00%2B02:00')).toEqual(['2025-01-20T14:00:00Z'])
    expect(await list('&date_gte=2025-01-20T14:00:00.500Z')).toHaveLength(2)
  })

  test('take a bare date as its midnight in UTC', async () => {
    const list = await starts('2025-01-19T23:59:59Z', '2025-01-20T00:00:00Z', '2025-01-20T09:00:00Z')
    expect(await list('&date_gte=2025-01-20')).toEqual(['2025-01-20T00:00:00Z', '2025-01-20T09:00:00Z'])
    expect(await list('&date_lte=2025-01-20')).toEqual(['2025-01-19T23:59:59Z', '2025-01-20T00:00:00Z'])
  })

  test('that exclude each other are an empty page', async () => {
    const list = await starts('2025-01-20T14:00:00Z')
    expect(await list('&date_gte=2025-02-01&date_lte=2025-01-01')).toEqual([])
  })
})

test('parameters that the API does not know are ignored', async () => {
  const { call } = await sandboxFor({ seed: 5, clock })
  const { status, body } = await call('GET /appointments?sort=title&page=2')
  expect(status).toBe(200)
  expect(body.data).toHaveLength(5)
})
