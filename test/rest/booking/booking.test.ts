import { describe, expect, test } from 'vitest'
import { startProduct } from '../../support/product.ts'
import { BOOK, book, CREATE, READ, SLOT, startClinic, startFedClinic } from './clinic.ts'

const TAKEN = { code: 'SLOT_TAKEN', slot: { owner: 'CLINICIAN', ...SLOT } }
const EARLY = { start_time: '2030-01-06T08:00:00Z', end_time: '2030-01-06T08:05:00Z' }

describe('A booking of a time that must be free', () => {
  test('With events it costs one request more, which reads the day', async () => {
    await using clinic = await startFedClinic()
    expect((await book(clinic)).appointment).toMatchObject({ restId: 'apt_2', status: 'SCHEDULED' })
    expect(clinic.takeRequests()).toEqual([READ, CREATE])
  })

  test('Without events the day is read again afterwards', async () => {
    await using clinic = await startClinic({ webhooks: null })
    expect((await book(clinic)).appointment).toMatchObject({ restId: 'apt_1', status: 'SCHEDULED' })
    expect(clinic.takeRequests()).toEqual([READ, CREATE, READ])
  })

  test('It reads the day and the one before, up to a hundred at a time', async () => {
    await using clinic = await startFedClinic()
    for (let nth = 0; nth < 120; nth += 1) clinic.bookElsewhere(EARLY)
    clinic.bookElsewhere({ start_time: '2030-01-06T20:00:00Z', end_time: '2030-01-07T10:10:00Z' })
    const { error } = await book(clinic)
    expect(error?.extensions.slot).toEqual({
      owner: 'CLINICIAN',
      startTime: SLOT.startTime,
      endTime: '2030-01-07T10:10:00Z',
    })
    const days = 'date_gte=2030-01-06T00%3A00%3A00Z&date_lte=2030-01-07T23%3A59%3A59.999Z'
    expect(clinic.takeLists()).toEqual([
      `GET /appointments?clinician_id=cli_1&${days}&limit=100&offset=0`,
      `GET /appointments?clinician_id=cli_1&${days}&limit=100&offset=99`,
    ])
  })

  test('A taken time is refused, and nothing is booked', async () => {
    await using clinic = await startFedClinic()
    clinic.bookElsewhere({ patient_id: 'pat_other', title: 'Zebedee' })
    const { error } = await book(clinic)
    expect(error).toMatchObject({ extensions: TAKEN })
    expect(JSON.stringify(error)).not.toMatch(/pat_other|Zebedee|apt_/)
    expect(clinic.takeRequests()).toEqual([READ])
  })

  test.for([
    ['cancelled', { status: 'cancelled' }],
    ['no show', { status: 'no_show' }],
    ['before it, touching', { start_time: '2030-01-07T09:30:00Z', end_time: SLOT.startTime }],
    ['after it, touching', { start_time: SLOT.endTime, end_time: '2030-01-07T11:00:00Z' }],
    ["another clinician's", { clinician_profile_id: 'cli_2' }],
  ] as const)('An appointment that is %s leaves the time free', async ([, row]) => {
    await using clinic = await startFedClinic()
    clinic.bookElsewhere(row)
    expect((await book(clinic)).error).toBeUndefined()
  })

  test('The gateway checks clinician, patient and location, and names the conflict', async () => {
    await using clinic = await startFedClinic()
    clinic.bookElsewhere({ clinician_profile_id: 'cli_2', location_id: 'loc_1' })
    const ids = { patientId: 'pat_1', locationId: 'loc_1' }
    const ifFree = ['CLINICIAN', 'PATIENT', 'LOCATION', 'CLINICIAN']
    const { error } = await book(clinic, { ...ids, ifFree })
    expect(error?.extensions).toEqual({ code: 'SLOT_TAKEN', slot: { owner: 'LOCATION', ...SLOT } })
    expect(clinic.takeRequests()).toEqual([READ, READ, READ])
  })

  test.for(['CLINICIAN', 'PATIENT', 'LOCATION'])(
    'The check of a missing %s is BAD_USER_INPUT',
    async (owner) => {
      await using clinic = await startFedClinic()
      const { error } = await book(clinic, { clinicianId: null, ifFree: [owner] })
      const argument = `input.${owner.toLowerCase()}Id`
      expect(error?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument })
      expect(clinic.takeRequests()).toEqual([])
    },
  )

  test('A booking of more than seven days is refused', async () => {
    await using clinic = await startFedClinic()
    const { error } = await book(clinic, { endTime: '2030-01-14T10:00:01Z' })
    expect(error?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'input.endTime' })
    expect((await book(clinic, { endTime: '2030-01-14T10:00:00Z' })).error).toBeUndefined()
  })

  test('A day with an unreadable row does not count as free', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.list = () => ({ status: 200, body: { data: [{ title: 'no id' }], meta: {} } })
    expect((await book(clinic)).error?.extensions.code).toBe('UPSTREAM_INVALID_RESPONSE')
    expect(clinic.takeRequests()).toEqual([READ])
  })

  test('A list that promises more rows and returns none does not count as free', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.list = () => ({ status: 200, body: { data: [], meta: { has_more: true } } })
    expect((await book(clinic)).error?.extensions.code).toBe('UPSTREAM_INVALID_RESPONSE')
    expect(clinic.takeRequests()).toEqual([READ])
  })

  test('Nothing is booked where giving way would exceed the ceiling of requests', async () => {
    await using clinic = await startFedClinic({ maxUpstreamRequests: 3 })
    expect((await book(clinic)).error?.extensions).toMatchObject({
      code: 'QUERY_TOO_COSTLY',
      estimate: { min: 4, max: 4 },
    })
    expect(clinic.takeRequests()).toEqual([READ])
  })
})

describe('A day of more than a hundred appointments', () => {
  test('The gateway finds an appointment that moves onto a page already read', async () => {
    await using clinic = await startFedClinic()
    for (let nth = 0; nth < 100; nth += 1) clinic.bookElsewhere(EARLY)
    clinic.bookElsewhere()
    clinic.hooks.list = (nth) => void (nth === 2 && clinic.rows.splice(5, 1))
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, READ, READ])
  })

  test('It also finds one that moves while the day is read again', async () => {
    await using clinic = await startClinic({ webhooks: null })
    for (let nth = 0; nth < 100; nth += 1) clinic.bookElsewhere(EARLY)
    clinic.hooks.beforeCreate = () => void clinic.bookElsewhere()
    clinic.hooks.list = (nth) => void (nth === 3 && clinic.rows.splice(5, 1))
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    const again = [READ, READ, READ, READ]
    expect(clinic.takeRequests()).toEqual([READ, CREATE, ...again, 'POST /appointments/apt_102/cancel'])
  })

  test('Nothing is booked where the list moves during each read', async () => {
    await using clinic = await startFedClinic()
    for (let nth = 0; nth < 110; nth += 1) clinic.bookElsewhere(EARLY)
    clinic.hooks.list = (nth) => void (nth % 2 === 0 && clinic.rows.splice(5, 1))
    expect((await book(clinic)).error?.extensions).toEqual({ code: 'OVERLOADED' })
    expect(clinic.takeRequests()).toEqual([READ, READ, READ, READ, READ, READ])
  })
})

describe('A booking with little quota left', () => {
  test('It may use the reserve for writes, and so may its reads', async () => {
    await using product = await startProduct({
      sandbox: { seed: 0, rateLimit: 10 },
      gateway: { writeReservePercent: 50, cacheTtlSeconds: 0 },
    })
    const read = () => product.query('{ appointments(first: 1) { nodes { id } } }')
    let refused = await read()
    while (refused.errors === undefined) refused = await read()
    expect(refused.errors[0]?.extensions.code).toBe('RATE_LIMITED')
    expect(
      (
        await product.query(BOOK, {
          input: { title: 'Visit', ...SLOT, clinicianId: 'cli_1', ifFree: ['CLINICIAN'] },
        })
      ).errors,
    ).toBeUndefined()
  })
})

describe('A day that the gateway has cached', () => {
  test('A taken time is refused at no cost', async () => {
    await using clinic = await startFedClinic()
    clinic.advance(20_000)
    clinic.bookElsewhere()
    await book(clinic)
    expect(clinic.takeRequests()).toEqual([READ])
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([])
  })

  test('The day is read after the booking, as an event may still be on its way', async () => {
    await using clinic = await startFedClinic()
    clinic.advance(20_000)
    clinic.bookElsewhere()
    await book(clinic)
    clinic.takeRequests()
    const later = { startTime: SLOT.endTime, endTime: '2030-01-07T11:00:00Z' }
    clinic.hooks.beforeCreate = () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.bookElsewhere({ start_time: later.startTime, end_time: later.endTime })
    }
    expect((await book(clinic, later)).error?.extensions.slot).toEqual({ owner: 'CLINICIAN', ...later })
    expect(clinic.takeRequests()).toEqual([CREATE, READ, 'POST /appointments/apt_4/cancel'])
  })

  test('The day is read again where its cached list is older than the healthy feed', async () => {
    await using clinic = await startFedClinic()
    clinic.bookElsewhere()
    await book(clinic)
    await book(clinic)
    expect(clinic.takeRequests()).toEqual([READ, READ])
  })
})

describe('A conflicting appointment that is created elsewhere during the booking', () => {
  test('The booking gives way where an event reports it', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.beforeCreate = () => clinic.sendEvent(clinic.bookElsewhere())
    const begun = performance.now()
    const { error } = await book(clinic)
    expect(performance.now() - begun).toBeLessThan(2000)
    expect(error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, READ, 'POST /appointments/apt_3/cancel'])
    expect(clinic.notCancelled().map(({ id }) => id)).toEqual(['apt_1', 'apt_2'])
  })

  test('The booking gives way without events too', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => void clinic.bookElsewhere()
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.notCancelled().map(({ id }) => id)).toEqual(['apt_1'])
  })

  test('The booking stands where it was certainly first', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.afterCreate = () => void clinic.bookElsewhere({ created_at: '2099-01-01T00:00:00Z' })
    expect((await book(clinic)).appointment.restId).toBe('apt_1')
    expect(clinic.takeRequests()).toEqual([READ, CREATE, READ])
  })

  test('The booking gives way to one that was created in the same second', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.afterCreate = () =>
      void clinic.bookElsewhere({ created_at: clinic.rows[0]?.created_at ?? '' })
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.notCancelled().map(({ id }) => id)).toEqual(['apt_2'])
  })

  test('An event at another time of the day costs nothing', async () => {
    await using clinic = await startFedClinic()
    const later = { start_time: '2030-01-07T15:00:00Z', end_time: '2030-01-07T15:30:00Z' }
    clinic.hooks.beforeCreate = () => clinic.sendEvent(clinic.bookElsewhere(later))
    expect((await book(clinic)).error).toBeUndefined()
    expect(clinic.takeRequests()).toEqual([READ, CREATE])
  })

  test('An event without an end time counts as a possible conflict', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.beforeCreate = async () => {
      const untimed = { ...clinic.bookElsewhere(), end_time: null } as never
      clinic.rows.pop()
      await clinic.sendEvent(untimed)
    }
    expect((await book(clinic)).error).toBeUndefined()
    expect(clinic.takeRequests()).toEqual([READ, CREATE, READ])
  })

  test('The day is read again after a create that was sent twice', async () => {
    await using clinic = await startFedClinic()
    let sent = 0
    clinic.hooks.losesCreate = () => ++sent === 1
    clinic.hooks.beforeCreate = () => void (sent === 0 && clinic.bookElsewhere())
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, CREATE, READ, 'POST /appointments/apt_3/cancel'])
  })

  test('The error names a booking that the gateway could not cancel', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => void clinic.bookElsewhere()
    clinic.hooks.cancel = () => ({
      status: 403,
      body: { data: null, error: { code: 'FORBIDDEN', message: '-' } },
    })
    expect((await book(clinic)).error?.extensions).toEqual({ ...TAKEN, check: { appointmentId: 'apt_2' } })
  })

  test('The error names no booking that another client has cancelled already', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => void clinic.bookElsewhere()
    const error = { code: 'INVALID_STATE_TRANSITION', message: '-' }
    clinic.hooks.cancel = () => ({ status: 409, body: { data: null, error } })
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
  })

  test('Where the day can not be read again, the outcome is unknown', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.list = (nth) => (nth === 1 ? undefined : { status: 500, body: 'down' })
    expect((await book(clinic)).error?.extensions).toEqual({
      code: 'OUTCOME_UNKNOWN',
      check: { appointmentId: 'apt_1' },
    })
  })
})
