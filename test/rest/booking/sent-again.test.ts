import { describe, expect, test } from 'vitest'
import { book, type Clinic, CREATE, READ, SLOT, startClinic, startFedClinic } from './clinic.ts'

const TAKEN = { code: 'SLOT_TAKEN', slot: { owner: 'CLINICIAN', ...SLOT } }
const LATER = { startTime: SLOT.endTime, endTime: '2030-01-07T11:00:00Z' }
const NEXT_WEEK = { start_time: '2030-01-14T10:00:00Z', end_time: '2030-01-14T10:30:00Z' }
const FIRST = '2020-01-01T00:00:00Z'
const idempotencyKey = 'booking 4711'

describe('A booking that is sent again with its idempotency key', () => {
  test('Its first appointment is no conflict', async () => {
    await using clinic = await startFedClinic()
    const first = await book(clinic, { idempotencyKey })
    expect(await book(clinic, { idempotencyKey })).toEqual(first)
    expect(clinic.rows).toHaveLength(2)
  })

  test('Its first appointment is no conflict where every answer was lost', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    expect((await book(clinic, { idempotencyKey })).error?.extensions.code).toBe('OUTCOME_UNKNOWN')
    clinic.hooks.losesCreate = () => false
    expect((await book(clinic, { idempotencyKey })).appointment).toMatchObject({
      restId: 'apt_2',
      status: 'SCHEDULED',
    })
    expect(clinic.rows).toHaveLength(2)
  })

  test('No other booking gets the day while the outcome of the create is unknown', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    clinic.hooks.beforeCreate = () => clinic.advance(20_000)
    await book(clinic, { idempotencyKey })
    clinic.takeRequests()
    clinic.hooks.losesCreate = () => false
    expect((await book(clinic, LATER)).error?.extensions).toEqual({ code: 'OVERLOADED' })
    expect(clinic.takeRequests()).toEqual([])
    clinic.advance(60_000)
    expect((await book(clinic, LATER)).error).toBeUndefined()
  })

  test('No other booking gets the day for as long as an operation may take', async () => {
    await using clinic = await startFedClinic({ operationTimeoutMs: 120_000 })
    const late: unknown[] = []
    clinic.hooks.beforeCreate = async () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.advance(100_000)
      late.push((await book(clinic, LATER)).error?.extensions)
    }
    expect((await book(clinic)).error).toBeUndefined()
    expect(late).toEqual([{ code: 'OVERLOADED' }])
  })

  test('An equal appointment that was created elsewhere is a conflict', async () => {
    await using clinic = await startFedClinic()
    clinic.bookElsewhere({ patient_id: 'pat_1' })
    const { error } = await book(clinic, { idempotencyKey, patientId: 'pat_1' })
    expect(error?.extensions.code).toBe('SLOT_TAKEN')
    expect(clinic.notCancelled().map(({ id }) => id)).toEqual(['apt_1', 'apt_2'])
  })

  test('It returns the current state of the appointment', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', { status: 'cancelled' })
    expect((await book(clinic, { idempotencyKey })).appointment).toMatchObject({
      restId: 'apt_2',
      status: 'CANCELLED',
    })
  })

  test('It returns an appointment that was renamed since', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', { title: 'Visit, fasting' })
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
    expect(clinic.takeRequests()).toEqual([READ, CREATE])
  })

  test('It returns an appointment that was moved to another week', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', NEXT_WEEK)
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.startTime).toBe(NEXT_WEEK.start_time)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test('It returns a moved appointment where another one has its old time', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', NEXT_WEEK)
    clinic.bookElsewhere()
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.startTime).toBe(NEXT_WEEK.start_time)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test('It returns a moved appointment whose first answer was lost', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.advance(62_000)
    clinic.change('apt_2', NEXT_WEEK)
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.startTime).toBe(NEXT_WEEK.start_time)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test("It returns one that is another clinician's since, with an equal one in its slot", async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.advance(62_000)
    clinic.change('apt_2', { clinician_profile_id: 'cli_2' })
    clinic.bookElsewhere()
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test('The error names a moved appointment that can not be read', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', NEXT_WEEK)
    clinic.hooks.retrieve = () => ({ status: 500, body: 'down' })
    expect((await book(clinic, { idempotencyKey })).error?.extensions).toEqual({
      code: 'OUTCOME_UNKNOWN',
      check: { appointmentId: 'apt_2' },
    })
  })

  test('A booking that was reported stays, whatever is booked over it later', async () => {
    await using clinic = await startFedClinic()
    const first = await book(clinic, { idempotencyKey })
    clinic.bookElsewhere({ created_at: FIRST })
    clinic.takeRequests()
    expect(await book(clinic, { idempotencyKey })).toEqual(first)
    expect(clinic.takeRequests()).toEqual([READ, CREATE])
  })

  test('An equal booking with another key gets SLOT_TAKEN', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey: 'another' })).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ])
  })

  test('An equal booking without a key gets SLOT_TAKEN', async () => {
    await using clinic = await startFedClinic()
    await book(clinic)
    clinic.takeRequests()
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ])
  })
})

describe('A booking that is sent again after the clinic took its time first', () => {
  const CANCEL = 'POST /appointments/apt_3/cancel'
  const titles = (clinic: Clinic) =>
    clinic.notCancelled().flatMap(({ start_time, title }) => (start_time === SLOT.startTime ? [title] : []))

  /** The clinic books on its own screen between the read of the day and the create, whose answers are lost. */
  async function bookSecond(clinic: Clinic): Promise<void> {
    clinic.hooks.losesCreate = () => true
    clinic.hooks.beforeCreate = () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.bookElsewhere({ title: 'Walk-in', created_at: FIRST })
    }
    expect((await book(clinic, { idempotencyKey })).error?.extensions.code).toBe('OUTCOME_UNKNOWN')
    clinic.hooks.losesCreate = () => false
    clinic.takeRequests()
  }

  test('It gives way', async () => {
    await using clinic = await startFedClinic()
    await bookSecond(clinic)
    expect((await book(clinic, { idempotencyKey })).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, CANCEL])
    expect(titles(clinic)).toEqual(['Walk-in'])
  })

  test("It gives way where the cached day lacks the clinic's appointment", async () => {
    await using clinic = await startFedClinic()
    await bookSecond(clinic)
    clinic.advance(62_000)
    await clinic.sendEvent(clinic.rows[2] as (typeof clinic.rows)[number])
    clinic.advance(20_000)
    // Another booking reads the day from an upstream that does not list the walk-in yet.
    const [walkIn] = clinic.rows.splice(1, 1)
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    clinic.rows.push(walkIn as (typeof clinic.rows)[number])
    expect(clinic.takeRequests()).toEqual([READ])
    expect((await book(clinic, { idempotencyKey })).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([CREATE, READ, CANCEL])
    expect(titles(clinic)).toEqual(['Walk-in'])
  })

  test('It gives way where only the second read of the day had failed', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.bookElsewhere({ title: 'Walk-in', created_at: FIRST })
    }
    clinic.hooks.list = (nth) => (nth === 1 ? undefined : { status: 500, body: 'down' })
    expect((await book(clinic, { idempotencyKey })).error?.extensions.code).toBe('OUTCOME_UNKNOWN')
    clinic.hooks.list = () => undefined
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'POST /appointments/apt_2/cancel'])
    expect(titles(clinic)).toEqual(['Walk-in'])
  })
})

describe('A booking that looks like one whose answers were lost', () => {
  test('The other booking can still be sent again where the upstream refuses this one', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.advance(62_000)
    clinic.hooks.refusesCreate = () => true
    const refused = await book(clinic, { idempotencyKey: 'of a page that was loaded again' })
    expect(refused.error?.extensions.code).toBe('VALIDATION_ERROR')
    clinic.hooks.refusesCreate = () => false
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
  })

  test('It gives way where its key differs, and the other one can still be sent again', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.advance(62_000)
    expect((await book(clinic, { idempotencyKey: 'another' })).error?.extensions).toEqual(TAKEN)
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
    expect(clinic.notCancelled().filter(({ start_time }) => start_time === SLOT.startTime)).toHaveLength(1)
  })
})
