import { describe, expect, test } from 'vitest'
import { startProduct } from '../../support/product.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const CREATE = `mutation ($input: CreatePatientInput!) {
  createPatient(input: $input) { clientMutationId patient { id restId firstName lastName nhsNumber isDeceased } }
}`
const UPDATE = `mutation ($input: UpdatePatientInput!) {
  updatePatient(input: $input) { clientMutationId patient { restId title townCity lastName } }
}`
const SARAH = { firstName: 'Sarah', lastName: 'Johnson' }
const KEY = '0d5a3c52-2c3b-4e0c-9a0e-6a3c9c1f7a11'

/** The product without rows, whose upstream fails on request, and one patient. */
async function startClinic() {
  const product = await startProduct({ sandbox: { seed: 0, faults: true } })
  const { body } = await product.rest('POST', '/patients', { first_name: 'Priya', last_name: 'Patel' })
  return {
    product,
    id: body.data.id as string,
    async fail(fault: object) {
      expect((await product.rest('POST', '/_faults', fault)).status).toBe(201)
    },
    patients: async () => (await product.rest('GET', '/patients')).body.data.length as number,
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

describe('createPatient', () => {
  test('registers a patient by one request, and its fields need no other', async () => {
    await using clinic = await startClinic()
    const { product } = clinic
    const { data, errors } = await product.query(CREATE, {
      input: { ...SARAH, nhsNumber: '9990000018', gender: null, clientMutationId: 'm1' },
    })
    expect(errors).toBeUndefined()
    const { restId } = data.createPatient.patient
    expect(data.createPatient).toMatchObject({
      clientMutationId: 'm1',
      patient: { ...SARAH, nhsNumber: '9990000018', isDeceased: false },
    })
    expect(product.takeRequests()).toEqual(['POST /patients'])
    expect((await product.rest('GET', `/patients/${restId}`)).body.data).toMatchObject({
      first_name: 'Sarah',
      nhs_number: '9990000018',
      gender: null,
    })
  })

  test('sent again with its key gives the same patient, and another input is a CONFLICT', async () => {
    await using clinic = await startClinic()
    const { product, patients } = clinic
    const book = (input: object) => product.query(CREATE, { input: { ...input, idempotencyKey: KEY } })
    const first = await book(SARAH)
    expect((await book(SARAH)).data).toEqual(first.data)
    const other = await book({ ...SARAH, title: 'Dr' })
    expect(other.errors?.[0]?.extensions).toMatchObject({ code: 'CONFLICT', status: 409 })
    expect(await patients()).toBe(2)
  })

  test('whose answer is lost is repeated with its key, and registers one patient', async () => {
    await using clinic = await startClinic()
    const { product, fail, patients } = clinic
    await fail({ route: 'POST /patients', drop: 'after' })
    const { data, errors } = await product.query(CREATE, { input: SARAH })
    expect(errors).toBeUndefined()
    expect(data.createPatient.patient.lastName).toBe('Johnson')
    expect(product.takeRequests()).toEqual(['POST /patients', 'POST /patients'])
    expect(await patients()).toBe(2)
  })

  test('in doubt after every attempt says which key finds out', async () => {
    await using clinic = await startClinic()
    const { product, fail, patients } = clinic
    await fail({ route: 'POST /patients', drop: 'after', times: 3 })
    const input = { ...SARAH, idempotencyKey: KEY }
    const { errors } = await product.query(CREATE, { input })
    expect(errors?.[0]?.extensions).toEqual({ code: 'OUTCOME_UNKNOWN', check: { idempotencyKey: KEY } })
    expect(errors?.[0]?.message).toContain('it gives the patient')
    expect((await product.query(CREATE, { input })).errors).toBeUndefined()
    expect(await patients()).toBe(2)
  })

  test('lets the lists of patients be read again, and no other', async () => {
    await using clinic = await startClinic()
    const { product } = clinic
    const lists = '{ patients(first: 5) { nodes { lastName } } appointments(first: 5) { nodes { id } } }'
    await product.query(lists)
    await product.query(CREATE, { input: SARAH })
    product.takeRequests()
    const { data } = await product.query(lists)
    expect(data.patients.nodes).toHaveLength(2)
    expect(product.takeRequests()).toEqual(['GET /patients?limit=13&offset=0'])
  })

  test.each([
    [{ ...SARAH, idempotencyKey: '' }, 'BAD_USER_INPUT'],
    [{ firstName: 'Sarah' }, 'BAD_USER_INPUT'],
    [{ ...SARAH, dateOfBirth: 'long ago' }, 'VALIDATION_ERROR'],
  ])('of %j is refused', async (input, code) => {
    await using clinic = await startClinic()
    const { errors } = await clinic.product.query(CREATE, { input })
    expect(errors?.[0]?.extensions.code).toBe(code)
    expect(JSON.stringify(errors)).not.toContain('long ago')
  })
})

describe('updatePatient', () => {
  test('changes and clears by one request, and is seen at once', async () => {
    await using clinic = await startClinic()
    const { product, id } = clinic
    const name = `{ patient(id: "${id}") { title townCity } patients { nodes { title } } }`
    await product.query(name)
    await product.query(UPDATE, { input: { id, title: 'Dr', townCity: 'Whitstable' } })
    product.takeRequests()
    const global = Buffer.from(`Patient:${id}`).toString('base64')
    const { data, errors } = await product.query(UPDATE, {
      input: { id: global, title: null, clientMutationId: 'm2' },
    })
    expect(errors).toBeUndefined()
    expect(data.updatePatient).toEqual({
      clientMutationId: 'm2',
      patient: { restId: id, title: null, townCity: 'Whitstable', lastName: 'Patel' },
    })
    expect(product.takeRequests()).toEqual([`PATCH /patients/${id}`])
    expect((await product.query(name)).data).toEqual({
      patient: { title: null, townCity: 'Whitstable' },
      patients: { nodes: [{ title: null }] },
    })
  })

  test('whose answer is lost is settled by reading the patient', async () => {
    await using clinic = await startClinic()
    const { product, id, fail } = clinic
    await fail({ route: 'PATCH /patients/{id}', drop: 'after' })
    const { data, errors } = await product.query(UPDATE, { input: { id, title: 'Dr' } })
    expect(errors).toBeUndefined()
    expect(data.updatePatient.patient).toMatchObject({ restId: id, title: 'Dr' })
    expect(product.takeRequests()).toEqual([`PATCH /patients/${id}`, `GET /patients/${id}`])
  })

  test('that did not happen says why, and OUTCOME_UNKNOWN where that can not be read', async () => {
    await using clinic = await startClinic()
    const { product, id, fail } = clinic
    await fail({ route: 'PATCH /patients/{id}', drop: 'before' })
    const lost = await product.query(UPDATE, { input: { id, title: 'Dr' } })
    expect(lost.errors?.[0]?.extensions.code).toBe('UPSTREAM_UNAVAILABLE')
    await fail({ route: 'PATCH /patients/{id}', drop: 'after' })
    await fail({ route: 'GET /patients/{id}', status: 500 })
    const unknown = await product.query(UPDATE, { input: { id, title: 'Dr' } })
    expect(unknown.errors?.[0]?.extensions).toEqual({ code: 'OUTCOME_UNKNOWN', check: { patientId: id } })
    expect(unknown.errors?.[0]?.message).toContain('Read the patient')
  })

  test.each([
    [{ title: 'Dr', firstName: null }, 'input.firstName'],
    [{ isDeceased: null }, 'input.isDeceased'],
    [{}, 'input'],
  ])('of %j is refused, and nothing is asked', async (changes, argument) => {
    await using clinic = await startClinic()
    const { product, id } = clinic
    const { errors } = await product.query(UPDATE, { input: { id, ...changes } })
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument })
    expect(product.takeRequests()).toEqual([])
  })

  test('of a missing patient is NOT_FOUND', async () => {
    await using clinic = await startClinic()
    const { errors } = await clinic.product.query(UPDATE, { input: { id: 'pat_none', title: 'Dr' } })
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', status: 404 })
  })
})

describe('The writes of a narrowed caller', () => {
  test('A patient changes its own record, and nobody else is registered or changed', async () => {
    await using product = await startProduct({ sandbox: { seed: 20 }, gateway: { tokens: TOKENS } })
    const [own, other] = (await product.rest('GET', '/patients')).body.data
    const scope = 'appointments:write patients:write'
    const patient = await bearer({ scope, patient_id: own.id })
    const clinician = await bearer({ scope, clinician_id: 'cli_1' })
    const reader = await bearer({ scope: 'appointments:write patients:read' })
    const booker = await bearer({ scope: 'appointments:write', patient_id: own.id })
    const input = { id: own.id, preferredName: 'Sal', email: 'sal@example.com' }
    const { errors: none } = await product.query(UPDATE, { input }, patient)
    expect(none).toBeUndefined()
    product.takeRequests()
    for (const [caller, document, input] of [
      [patient, UPDATE, { id: other.id, title: 'Dr' }],
      // What the clinic says of it.
      [patient, UPDATE, { id: own.id, nhsNumber: '1' }],
      [patient, UPDATE, { id: own.id, email: 'sal@example.com', isDeceased: true }],
      [patient, UPDATE, { id: 'pat_none', title: 'Dr' }],
      [patient, CREATE, SARAH],
      [clinician, UPDATE, { id: own.id, title: 'Dr' }],
      [clinician, CREATE, SARAH],
      [reader, UPDATE, { id: own.id, title: 'Dr' }],
      [reader, CREATE, SARAH],
      [booker, UPDATE, { id: own.id, preferredName: 'Sal' }],
    ] as const) {
      const { errors } = await product.query(document, { input }, caller)
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN' }])
    }
    expect(product.takeRequests()).toEqual([])
  })
})
