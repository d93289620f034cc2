import { describe, expect, test } from 'vitest'
import { SUMMARY_FIELDS } from '../../src/contract/appointment.ts'
import { type Client, sandboxFor, VISIT } from './client.ts'

describe('the option listRows', () => {
  test.each([
    ['summary', 7],
    ['full', 24],
  ] as const)('%s gives rows of %i fields', async (listRows, count) => {
    const { call } = await sandboxFor({ seed: 3, listRows })
    const [row] = (await call('GET /appointments')).body.data
    expect(Object.keys(row)).toHaveLength(count)
    const complete = (await call(`GET /appointments/${row.id}`)).body.data
    expect(complete).toMatchObject(row)
    expect(row).toMatchObject(Object.fromEntries(SUMMARY_FIELDS.map((field) => [field, complete[field]])))
  })
})

describe('the option order', () => {
  /** Three rows tie; `advance` moves the clock before the last create, of the earliest visit. */
  async function createRows(call: Client, advance: () => void) {
    const create = async (day: string) => {
      const times = { start_time: `${day}T10:00:00Z`, end_time: `${day}T10:30:00Z` }
      const { body } = await call('POST /appointments', { body: { ...VISIT, ...times } })
      return body.data.id as string
    }
    const late = await create('2025-03-01')
    const tied = [await create('2025-02-01'), await create('2025-02-01'), await create('2025-02-01')].sort()
    advance()
    const early = await create('2025-01-01')
    return { early, tied, late }
  }

  test.each([
    ['start_asc', ({ early, tied, late }: Rows) => [early, ...tied, late]],
    ['start_desc', ({ early, tied, late }: Rows) => [late, ...tied, early]],
    ['created_desc', ({ early, tied, late }: Rows) => [early, ...[...tied, late].sort()]],
  ] as const)('lists rows in the order %s, then by id', async (order, expected) => {
    let now = Date.parse('2025-01-15T12:00:00Z')
    const { call } = await sandboxFor({ order, clock: () => new Date(now) })
    const rows = await createRows(call, () => {
      now += 3_600_000
    })
    for (const query of ['', '?status=pending', '?status_in=pending,confirmed', '?date_gte=2025-01-01']) {
      const { body } = await call(`GET /appointments${query}`)
      expect(body.data.map(({ id }: { id: string }) => id)).toEqual(expected(rows))
    }
  })
})
type Rows = { readonly early: string; readonly tied: readonly string[]; readonly late: string }

describe('the option overRange', () => {
  /** Over the largest number that a double can hold. */
  const HUGE = '9'.repeat(400)

  test.each(['limit=0', 'limit=101', 'limit=-1', 'offset=-1', 'limit=HUGE'])(
    'refuse makes %s a 400',
    async (numbers) => {
      const query = numbers.replace('HUGE', HUGE)
      const { call } = await sandboxFor({ overRange: 'refuse' })
      const { status, body } = await call(`GET /appointments?${query}`)
      expect(status).toBe(400)
      expect(Object.keys(body.error.details.fields)).toEqual([query.split('=')[0]])
    },
  )

  test.each([
    ['limit=0', 1, 1],
    ['limit=101', 100, 100],
    ['limit=-1', 1, 1],
    ['offset=-1', 20, 20],
    ['limit=HUGE', 100, 100],
    ['offset=HUGE', 20, 0],
  ])('clamp moves %s to the nearest number in range', async (numbers, limit, rows) => {
    const query = numbers.replace('HUGE', HUGE)
    const { call } = await sandboxFor({ overRange: 'clamp', seed: 120 })
    const { status, body } = await call(`GET /appointments?${query}`)
    expect([status, body.meta.limit, body.data.length]).toEqual([200, limit, rows])
  })

  test.each(['limit=ten', 'limit=', 'limit=1.5', 'limit=1e1', 'limit=0x10', 'offset=%201', 'offset='])(
    'leaves %s a 400, because it is not a whole number',
    async (query) => {
      for (const overRange of ['refuse', 'clamp'] as const) {
        const { call } = await sandboxFor({ overRange })
        expect((await call(`GET /appointments?${query}`)).status).toBe(400)
      }
    },
  )
})

test.each([409, 422] as const)(
  'The option transitionStatus gives INVALID_STATE_TRANSITION the status %i',
  async (transitionStatus) => {
    const { call } = await sandboxFor({ transitionStatus })
    const { id } = (await call('POST /appointments', { body: VISIT })).body.data
    await call(`POST /appointments/${id}/cancel`)
    expect(await call(`POST /appointments/${id}/cancel`)).toMatchObject({
      status: transitionStatus,
      body: { error: { code: 'INVALID_STATE_TRANSITION' } },
    })
  },
)

describe('the option date', () => {
  /** A clock that returns each of the readings once, and then always the last one. */
  function clockOf(...readings: string[]) {
    return () => new Date((readings.length > 1 ? readings.shift() : readings[0]) ?? '')
  }

  test.each([
    ['counted', 'Wed, 15 Jan 2025 10:59:59 GMT'],
    ['sent', 'Wed, 15 Jan 2025 11:00:00 GMT'],
  ] as const)(
    '%s dates a request of 10:59:59.9 that is answered at 11:00:00.1 %s',
    async (date, expected) => {
      const clock = clockOf('2025-01-15T10:59:59.900Z', '2025-01-15T11:00:00.100Z')
      const { headers } = await (await sandboxFor({ date, clock })).call('GET /appointments')
      expect([headers.get('date'), headers.get('x-ratelimit-remaining')]).toEqual([expected, '999'])
    },
  )

  test('sent dates errors too, the 429 and requests without quota among them', async () => {
    const start = '2025-01-15T10:59:59.900Z'
    const clock = clockOf(start, start, start, '2025-01-15T11:00:00.100Z')
    const { call } = await sandboxFor({ date: 'sent', rateLimit: 1, clock })
    const answers = [
      await call('GET /appointments/apt_none'),
      await call('GET /appointments'),
      await call('GET /appointments', { key: null }),
    ]
    expect(answers.map(({ status, headers }) => [status, headers.get('date')])).toEqual([
      [404, 'Wed, 15 Jan 2025 10:59:59 GMT'],
      [429, 'Wed, 15 Jan 2025 11:00:00 GMT'],
      [401, 'Wed, 15 Jan 2025 11:00:00 GMT'],
    ])
  })

  test('sent leaves a dropped connection dropped', async () => {
    const { call } = await sandboxFor({ date: 'sent', faults: true })
    await call('POST /_faults', { body: { drop: 'after' } })
    await expect(call('GET /appointments')).rejects.toThrow('fetch failed')
    expect((await call('GET /appointments')).headers.get('x-ratelimit-remaining')).toBe('998')
  })
})

test.each([
  ['prefixed', /^apt_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, /^pat_/],
  ['uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, /^[0-9a-f]{8}-/],
] as const)('The option ids makes the ids of new rows and sample rows %s', async (ids, id, patientId) => {
  const { call } = await sandboxFor({ ids, seed: 3 })
  expect((await call('POST /appointments', { body: VISIT })).body.data.id).toMatch(id)
  const { data } = (await call('GET /appointments?date_gte=2026-01-01')).body
  for (const row of data) {
    expect(row.id).toMatch(id)
    expect(row.patient_id).toMatch(patientId)
  }
})
