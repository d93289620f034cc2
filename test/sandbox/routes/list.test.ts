import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { APPOINTMENT_STATUSES, type Appointment } from '../../../src/contract/appointment.ts'
import { type Client, sandboxFor, VISIT } from '../client.ts'

const clock = () => new Date('2025-01-15T12:00:00Z')

/** Every row of the list, page by page. */
async function fetchAll(call: Client, query = ''): Promise<Appointment[]> {
  const rows: Appointment[] = []
  for (let offset: number | null = 0; offset !== null; ) {
    const { body } = await call(`GET /appointments?limit=100&offset=${offset}${query}`)
    rows.push(...body.data)
    offset = body.meta.next_offset
  }
  return rows
}

async function sampleClinic() {
  const { call } = await sandboxFor({ seed: 150, listRows: 'full', rateLimit: 0, clock })
  return { call, rows: await fetchAll(call) }
}

test('A page has 20 rows by default, and the offset of the next page', async () => {
  const { call } = await sandboxFor({ seed: 50, clock })
  const { body } = await call('GET /appointments')
  expect(body.data).toHaveLength(20)
  expect(body.meta).toMatchObject({ limit: 20, next_offset: 20, has_more: true })
  expect(body.meta).not.toHaveProperty('total')
})

test('Pages of any size return every row once and in order', async () => {
  const { call, rows } = await sampleClinic()
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

test('A page that ends with the last row has no next offset', async () => {
  const { call } = await sandboxFor({ seed: 40, clock })
  const { body } = await call('GET /appointments?limit=20&offset=20')
  expect(body.data).toHaveLength(20)
  expect(body.meta).toMatchObject({ next_offset: null, has_more: false })
})

test('An offset past the end is an empty page', async () => {
  const { call } = await sandboxFor({ seed: 5, clock })
  const { status, body } = await call('GET /appointments?offset=9007199254740991')
  expect(status).toBe(200)
  expect(body).toMatchObject({ data: [], meta: { next_offset: null, has_more: false } })
})

test('Any combination of filters returns the rows that match all of them', async () => {
  const { call, rows } = await sampleClinic()
  const valueIn = (field: keyof Appointment) =>
    fc.constantFrom(...new Set(rows.map((row) => row[field]).filter((value) => typeof value === 'string')))
  const filters = fc.record(
    {
      patient_id: valueIn('patient_id'),
      clinician_id: valueIn('clinician_profile_id'),
      appointment_type_id: valueIn('appointment_type_id'),
      location_id: valueIn('location_id'),
      status: fc.constantFrom(...APPOINTMENT_STATUSES),
      status_in: fc.uniqueArray(fc.constantFrom(...APPOINTMENT_STATUSES), { minLength: 1 }),
      date_gte: valueIn('start_time'),
      date_lte: valueIn('start_time'),
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
      expect(await fetchAll(call, query.join(''))).toEqual(expected)
    }),
    { numRuns: 120 },
  )
})

describe('date_gte and date_lte', () => {
  async function starts(...instants: string[]) {
    const { call } = await sandboxFor()
    for (const start_time of instants)
      await call('POST /appointments', { body: { ...VISIT, start_time, end_time: '2026-01-01T00:00:00Z' } })
    return async (query: string) => (await fetchAll(call, query)).map(({ start_time }) => start_time)
  }

  test('include the instant itself', async () => {
    const list = await starts('2025-01-20T13:59:59Z', '2025-01-20T14:00:00Z', '2025-01-20T14:00:01Z')
    expect(await list('&date_gte=2025-01-20T14:00:00Z&date_lte=2025-01-20T14:00:00Z')).toEqual([
      '2025-01-20T14:00:00Z',
    ])
  })

  test('compare instants, whatever their zone or fraction', async () => {
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

  test('read a bare date as its midnight in UTC', async () => {
    const list = await starts('2025-01-19T23:59:59Z', '2025-01-20T00:00:00Z', '2025-01-20T09:00:00Z')
    expect(await list('&date_gte=2025-01-20')).toEqual(['2025-01-20T00:00:00Z', '2025-01-20T09:00:00Z'])
    expect(await list('&date_lte=2025-01-20')).toEqual(['2025-01-19T23:59:59Z', '2025-01-20T00:00:00Z'])
  })

  test('that exclude each other give an empty page', async () => {
    const list = await starts('2025-01-20T14:00:00Z')
    expect(await list('&date_gte=2025-02-01&date_lte=2025-01-01')).toEqual([])
  })
})

test('The list ignores unknown parameters', async () => {
  const { call } = await sandboxFor({ seed: 5, clock })
  const { status, body } = await call('GET /appointments?sort=title&page=2')
  expect(status).toBe(200)
  expect(body.data).toHaveLength(5)
})
