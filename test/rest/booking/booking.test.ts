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
    for (let nth = 0; nth < 120; nth += 1) clinic.elsewhere(EARLY)
    clinic.elsewhere({ start_time: '2030-01-06T20:00:00Z', end_time: '2030-01-07T10:10:00Z' })
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
    clinic.elsewhere({ patient_id: 'pat_other', title: 'Zebedee' })
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
    clinic.elsewhere(row)
    expect((await book(clinic)).error).toBeUndefined()
  })

  test('Clinician, patient and location are asked for, and a conflict is named', async () => {
    await using clinic = await startFedClinic()
    clinic.elsewhere({ clinician_profile_id: 'cli_2', location_id: 'loc_1' })
    const ids = { patientId: 'pat_1', locationId: 'loc_1' }
    const ifFree = ['CLINICIAN', 'PATIENT', 'LOCATION', 'CLINICIAN']
    const { error } = await book(clinic, { ...ids, ifFree })
    expect(error?.extensions).toEqual({ code: 'SLOT_TAKEN', slot: { owner: 'LOCATION', ...SLOT } })
    expect(clinic.takeRequests()).toEqual([READ, READ, READ])
  })

  test.for(['CLINICIAN', 'PATIENT', 'LOCATION'])(
    'Without a %s there is no time to ask for',
    async (owner) => {
      await using clinic = await startFedClinic()
      const { error } = await book(clinic, { clinicianId: null, ifFree: [owner] })
      const argument = `input.${owner.toLowerCase()}Id`
      expect(error?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument })
      expect(clinic.takeRequests()).toEqual([])
    },
  )

  test('One of more than seven days is refused', async () => {
    await using clinic = await startFedClinic()
    const { error } = await book(clinic, { endTime: '2030-01-14T10:00:01Z' })
    expect(error?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'input.endTime' })
    expect((await book(clinic, { endTime: '2030-01-14T10:00:00Z' })).error).toBeUndefined()
  })

  test('A day with a row that can not be read is not told free', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.list = () => ({ status: 200, body: { data: [{ title: 'no id' }], meta: {} } })
    expect((await book(clinic)).error?.extensions.code).toBe('UPSTREAM_INVALID_RESPONSE')
    expect(clinic.takeRequests()).toEqual([READ])
  })

  test('A list that says there is more, and gives none of it, is not told free', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.list = () => ({ status: 200, body: { data: [], meta: { has_more: true } } })
    expect((await book(clinic)).error?.extensions.code).toBe('UPSTREAM_INVALID_RESPONSE')
    expect(clinic.takeRequests()).toEqual([READ])
  })

  test('Where giving way would go past the ceiling of requests, nothing is booked', async () => {
    await using clinic = await startFedClinic({ maxUpstreamRequests: 3 })
    expect((await book(clinic)).error?.extensions).toMatchObject({
      code: 'QUERY_TOO_COSTLY',
      estimate: { min: 4, max: 4 },
    })
    expect(clinic.takeRequests()).toEqual([READ])
  })
})

describe('A day of more than a hundred appointments', () => {
  test('One that slides onto a page that was read is seen', async () => {
    await using clinic = await startFedClinic()
    for (let nth = 0; nth < 100; nth += 1) clinic.elsewhere(EARLY)
    clinic.elsewhere()
    clinic.hooks.list = (nth) => void (nth === 2 && clinic.rows.splice(5, 1))
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, READ, READ])
  })

  test('So is one that slides while the day is read again', async () => {
    await using clinic = await startClinic({ webhooks: null })
    for (let nth = 0; nth < 100; nth += 1) clinic.elsewhere(EARLY)
    clinic.hooks.beforeCreate = () => void clinic.elsewhere()
    clinic.hooks.list = (nth) => void (nth === 3 && clinic.rows.splice(5, 1))
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    const again = [READ, READ, READ, READ]
    expect(clinic.takeRequests()).toEqual([READ, CREATE, ...again, 'POST /appointments/apt_102/cancel'])
  })

  test('Where it moves under each reading, nothing is booked', async () => {
    await using clinic = await startFedClinic()
    for (let nth = 0; nth < 110; nth += 1) clinic.elsewhere(EARLY)
    clinic.hooks.list = (nth) => void (nth % 2 === 0 && clinic.rows.splice(5, 1))
    expect((await book(clinic)).error?.extensions).toEqual({ code: 'OVERLOADED' })
    expect(clinic.takeRequests()).toEqual([READ, READ, READ, READ, READ, READ])
  })
})

describe('A booking where the quota is short', () => {
  test('It uses what is kept for writes, its reads too', async () => {
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

describe('A day that the gateway remembers', () => {
  test('A taken time is refused at no cost', async () => {
    await using clinic = await startFedClinic()
    clinic.pass(20_000)
    clinic.elsewhere()
    await book(clinic)
    expect(clinic.takeRequests()).toEqual([READ])
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([])
  })

  test('A free time is booked and looked at then: an event may still be on its way', async () => {
    await using clinic = await startFedClinic()
    clinic.pass(20_000)
    clinic.elsewhere()
    await book(clinic)
    clinic.takeRequests()
    const later = { startTime: SLOT.endTime, endTime: '2030-01-07T11:00:00Z' }
    clinic.hooks.beforeCreate = () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.elsewhere({ start_time: later.startTime, end_time: later.endTime })
    }
    expect((await book(clinic, later)).error?.extensions.slot).toEqual({ owner: 'CLINICIAN', ...later })
    expect(clinic.takeRequests()).toEqual([CREATE, READ, 'POST /appointments/apt_4/cancel'])
  })

  test('It is read anew where it may be older than the health of the events', async () => {
    await using clinic = await startFedClinic()
    clinic.elsewhere()
    await book(clinic)
    await book(clinic)
    expect(clinic.takeRequests()).toEqual([READ, READ])
  })
})

describe('A double that is made elsewhere meanwhile', () => {
  test('An event tells of it while the booking is sent: the booking gives way', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.beforeCreate = () => clinic.tell(clinic.elsewhere())
    const begun = performance.now()
    const { error } = await book(clinic)
    expect(performance.now() - begun).toBeLessThan(2000)
    expect(error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, READ, 'POST /appointments/apt_3/cancel'])
    expect(clinic.standing().map(({ id }) => id)).toEqual(['apt_1', 'apt_2'])
  })

  test('No event tells of it, and there are none: the booking gives way all the same', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => void clinic.elsewhere()
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.standing().map(({ id }) => id)).toEqual(['apt_1'])
  })

  test('Who was certainly second gives way to the booking', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.afterCreate = () => void clinic.elsewhere({ created_at: '2099-01-01T00:00:00Z' })
    expect((await book(clinic)).appointment.restId).toBe('apt_1')
    expect(clinic.takeRequests()).toEqual([READ, CREATE, READ])
  })

  test('Of two that were created in one second, the booking gives way', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.afterCreate = () => void clinic.elsewhere({ created_at: clinic.rows[0]?.created_at ?? '' })
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.standing().map(({ id }) => id)).toEqual(['apt_2'])
  })

  test('An event of another time of the day changes nothing', async () => {
    await using clinic = await startFedClinic()
    const later = { start_time: '2030-01-07T15:00:00Z', end_time: '2030-01-07T15:30:00Z' }
    clinic.hooks.beforeCreate = () => clinic.tell(clinic.elsewhere(later))
    expect((await book(clinic)).error).toBeUndefined()
    expect(clinic.takeRequests()).toEqual([READ, CREATE])
  })

  test('An event that does not tell the time is taken for one, and told to all', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.beforeCreate = async () => {
      const untimed = { ...clinic.elsewhere(), end_time: null } as never
      clinic.rows.pop()
      await clinic.tell(untimed)
    }
    expect((await book(clinic)).error).toBeUndefined()
    expect(clinic.takeRequests()).toEqual([READ, CREATE, READ])
  })

  test('A booking that had to be sent twice is looked at afterwards', async () => {
    await using clinic = await startFedClinic()
    let sent = 0
    clinic.hooks.losesCreate = () => ++sent === 1
    clinic.hooks.beforeCreate = () => void (sent === 0 && clinic.elsewhere())
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, CREATE, READ, 'POST /appointments/apt_3/cancel'])
  })

  test('A booking that can not be cancelled again is named', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => void clinic.elsewhere()
    clinic.hooks.cancel = () => ({
      status: 403,
      body: { data: null, error: { code: 'FORBIDDEN', message: '-' } },
    })
    expect((await book(clinic)).error?.extensions).toEqual({ ...TAKEN, check: { appointmentId: 'apt_2' } })
  })

  test('A booking that somebody has cancelled meanwhile needs no cancelling', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => void clinic.elsewhere()
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
