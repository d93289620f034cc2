import { describe, expect, test } from 'vitest'
import { book, type Clinic, CREATE, READ, SLOT, startClinic, startFedClinic } from './clinic.ts'

const TAKEN = { code: 'SLOT_TAKEN', slot: { owner: 'CLINICIAN', ...SLOT } }
const LATER = { startTime: SLOT.endTime, endTime: '2030-01-07T11:00:00Z' }
const NEXT_WEEK = { start_time: '2030-01-14T10:00:00Z', end_time: '2030-01-14T10:30:00Z' }
const FIRST = '2020-01-01T00:00:00Z'
const idempotencyKey = 'booking 4711'

describe('A booking that is sent again with its idempotency key', () => {
  test('Its own first appointment is no conflict', async () => {
    await using clinic = await startFedClinic()
    const first = await book(clinic, { idempotencyKey })
    expect(await book(clinic, { idempotencyKey })).toEqual(first)
    expect(clinic.rows).toHaveLength(2)
  })

  test('Also where every answer to it was lost', async () => {
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

  test('Until it may be sent again, nobody else books that day', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    clinic.hooks.beforeCreate = () => clinic.pass(20_000)
    await book(clinic, { idempotencyKey })
    clinic.takeRequests()
    clinic.hooks.losesCreate = () => false
    expect((await book(clinic, LATER)).error?.extensions).toEqual({ code: 'OVERLOADED' })
    expect(clinic.takeRequests()).toEqual([])
    clinic.pass(60_000)
    expect((await book(clinic, LATER)).error).toBeUndefined()
  })

  test('Nor does anybody while it is sent, for as long as an operation may take', async () => {
    await using clinic = await startFedClinic({ operationTimeoutMs: 120_000 })
    const late: unknown[] = []
    clinic.hooks.beforeCreate = async () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.pass(100_000)
      late.push((await book(clinic, LATER)).error?.extensions)
    }
    expect((await book(clinic)).error).toBeUndefined()
    expect(late).toEqual([{ code: 'OVERLOADED' }])
  })

  test('An equal appointment that another hand made is a conflict', async () => {
    await using clinic = await startFedClinic()
    clinic.elsewhere({ patient_id: 'pat_1' })
    const { error } = await book(clinic, { idempotencyKey, patientId: 'pat_1' })
    expect(error?.extensions.code).toBe('SLOT_TAKEN')
    expect(clinic.standing().map(({ id }) => id)).toEqual(['apt_1', 'apt_2'])
  })

  test('It shows what has become of the appointment', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', { status: 'cancelled' })
    expect((await book(clinic, { idempotencyKey })).appointment).toMatchObject({
      restId: 'apt_2',
      status: 'CANCELLED',
    })
  })

  test('Also where somebody has renamed it', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', { title: 'Visit, fasting' })
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
    expect(clinic.takeRequests()).toEqual([READ, CREATE])
  })

  test('Also where it has moved to another week', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', NEXT_WEEK)
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.startTime).toBe(NEXT_WEEK.start_time)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test('Also where another one has its time since', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', NEXT_WEEK)
    clinic.elsewhere()
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.startTime).toBe(NEXT_WEEK.start_time)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test('Also where its answer was lost, and it has moved since', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.pass(62_000)
    clinic.change('apt_2', NEXT_WEEK)
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.startTime).toBe(NEXT_WEEK.start_time)
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test("Also where it is another clinician's since, and an equal one has its time", async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.pass(62_000)
    clinic.change('apt_2', { clinician_profile_id: 'cli_2' })
    clinic.elsewhere()
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
    expect(clinic.takeRequests()).toEqual([READ, CREATE, 'GET /appointments/apt_2'])
  })

  test('Where it has moved and can not be read, its id is told', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.change('apt_2', NEXT_WEEK)
    clinic.hooks.retrieve = () => ({ status: 500, body: 'down' })
    expect((await book(clinic, { idempotencyKey })).error?.extensions).toEqual({
      code: 'OUTCOME_UNKNOWN',
      check: { appointmentId: 'apt_2' },
    })
  })

  test('What was told as booked stays, whatever comes into its time later', async () => {
    await using clinic = await startFedClinic()
    const first = await book(clinic, { idempotencyKey })
    clinic.elsewhere({ created_at: FIRST })
    clinic.takeRequests()
    expect(await book(clinic, { idempotencyKey })).toEqual(first)
    expect(clinic.takeRequests()).toEqual([READ, CREATE])
  })

  test('Another key does not pass for it, whatever else is equal', async () => {
    await using clinic = await startFedClinic()
    await book(clinic, { idempotencyKey })
    clinic.takeRequests()
    expect((await book(clinic, { idempotencyKey: 'another' })).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ])
  })

  test('Without a key an equal booking is a second one', async () => {
    await using clinic = await startFedClinic()
    await book(clinic)
    clinic.takeRequests()
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([READ])
  })
})

describe('A booking that is sent again beside one that the clinic made first', () => {
  const CANCEL = 'POST /appointments/apt_3/cancel'
  const titles = (clinic: Clinic) =>
    clinic.standing().flatMap(({ start_time, title }) => (start_time === SLOT.startTime ? [title] : []))

  /** The clinic's screen books between the look at the day and the create, whose answers are lost. */
  async function bookSecond(clinic: Clinic): Promise<void> {
    clinic.hooks.losesCreate = () => true
    clinic.hooks.beforeCreate = () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.elsewhere({ title: 'Walk-in', created_at: FIRST })
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

  test('Also where the day is remembered without that one', async () => {
    await using clinic = await startFedClinic()
    await bookSecond(clinic)
    clinic.pass(62_000)
    await clinic.tell(clinic.rows[2] as (typeof clinic.rows)[number])
    clinic.pass(20_000)
    // Another one reads the day, from an upstream that does not list the walk-in yet.
    const [walkIn] = clinic.rows.splice(1, 1)
    expect((await book(clinic)).error?.extensions).toEqual(TAKEN)
    clinic.rows.push(walkIn as (typeof clinic.rows)[number])
    expect(clinic.takeRequests()).toEqual([READ])
    expect((await book(clinic, { idempotencyKey })).error?.extensions).toEqual(TAKEN)
    expect(clinic.takeRequests()).toEqual([CREATE, READ, CANCEL])
    expect(titles(clinic)).toEqual(['Walk-in'])
  })

  test('Also where only the second look at the day had failed', async () => {
    await using clinic = await startClinic({ webhooks: null })
    clinic.hooks.beforeCreate = () => {
      clinic.hooks.beforeCreate = () => {}
      clinic.elsewhere({ title: 'Walk-in', created_at: FIRST })
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
  test('Where the upstream refuses it, the other one can still be sent again', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.pass(62_000)
    clinic.hooks.refusesCreate = () => true
    const refused = await book(clinic, { idempotencyKey: 'of a page that was loaded again' })
    expect(refused.error?.extensions.code).toBe('VALIDATION_ERROR')
    clinic.hooks.refusesCreate = () => false
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
  })

  test('Where it is another, it gives way, and the other one can still be sent again', async () => {
    await using clinic = await startFedClinic()
    clinic.hooks.losesCreate = () => true
    await book(clinic, { idempotencyKey })
    clinic.hooks.losesCreate = () => false
    clinic.pass(62_000)
    expect((await book(clinic, { idempotencyKey: 'another' })).error?.extensions).toEqual(TAKEN)
    expect((await book(clinic, { idempotencyKey })).appointment.restId).toBe('apt_2')
    expect(clinic.standing().filter(({ start_time }) => start_time === SLOT.startTime)).toHaveLength(1)
  })
})
