import { describe, expect, test } from 'vitest'
import { startProduct } from '../../support/product.ts'
import { type StreamResult, subscribe } from '../../support/stream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const CLINICIANS = 'GET /clinician-profiles?limit=100&offset=0'

async function startClinic() {
  const product = await startProduct({ gateway: { tokens: TOKENS }, sandbox: { listRows: 'full' } })
  const patients = (await product.rest('GET', '/patients?limit=2')).body.data
  const clinician = (await product.rest('GET', '/clinician-profiles?limit=1')).body.data[0]
  return {
    product,
    own: patients[0],
    other: patients[1],
    clinician,
    patient: await bearer({ sub: 'p', scope: 'appointments:write', patient_id: patients[0].id }),
    practitioner: await bearer({ sub: 'c', scope: 'appointments:write', clinician_id: clinician.id }),
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

const lastName = (id: string) => `{ patient(id: "${id}") { restId lastName nhsNumber } }`

describe('The names that a narrowed caller may read', () => {
  test('A patient sees its own record', async () => {
    await using clinic = await startClinic()
    const { product, own, patient } = clinic
    const { data, errors } = await product.query(lastName(own.id), {}, patient)
    expect(errors).toBeUndefined()
    expect(data.patient).toEqual({ restId: own.id, lastName: own.last_name, nhsNumber: own.nhs_number })
    expect(product.takeRequests()).toEqual([`GET /patients/${own.id}`])
  })

  test("Another patient's record looks like a missing one, and costs nothing either", async () => {
    await using clinic = await startClinic()
    const { product, other, patient } = clinic
    // The record is cached for a caller that may read it.
    const everybody = await bearer({ scope: 'appointments:read patients:read' })
    expect((await product.query(lastName(other.id), {}, everybody)).data.patient.lastName).toBe(
      other.last_name,
    )
    product.takeRequests()
    for (const headers of [{}, { 'x-estimate-only': '1' }]) {
      const foreign = await product.query(lastName(other.id), {}, { ...patient, ...headers })
      const missing = await product.query(lastName('pat_none'), {}, { ...patient, ...headers })
      expect(JSON.stringify(foreign.data)).toEqual(JSON.stringify(missing.data).replace('pat_none', other.id))
      expect(foreign.errors).toEqual(missing.errors)
      expect(foreign.extensions).toEqual(missing.extensions)
    }
    const { data } = await product.query(lastName(other.id), {}, patient)
    expect(data.patient).toEqual({ restId: other.id, lastName: null, nhsNumber: null })
    expect(product.takeRequests()).toEqual([])
  })

  test('A clinician may read no record of a patient, and may book for any patient', async () => {
    await using clinic = await startClinic()
    const { product, other, practitioner } = clinic
    const { data, errors } = await product.query(
      `mutation ($of: ID!) { createAppointment(input: {
        title: "Visit", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T11:00:00Z", patientId: $of
      }) { appointment { title patient { restId lastName } } } }`,
      { of: other.id },
      practitioner,
    )
    expect(data.createAppointment.appointment).toEqual({
      title: 'Visit',
      patient: { restId: other.id, lastName: null },
    })
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN' }])
    expect(product.takeRequests()).toEqual(['POST /appointments'])
  })

  test('Patients and clinicians may read the clinicians, by one read for all callers', async () => {
    await using clinic = await startClinic()
    const { product, clinician, patient, practitioner } = clinic
    for (const caller of [patient, practitioner, await bearer({ scope: 'appointments:read' })]) {
      const { data } = await product.query(`{ clinician(id: "${clinician.id}") { displayName } }`, {}, caller)
      expect(data.clinician.displayName).toBe(clinician.display_name)
    }
    expect(product.takeRequests()).toEqual([CLINICIANS])
  })

  test('A token that may not read gets no name, cached or not', async () => {
    await using clinic = await startClinic()
    const { product, own, clinician } = clinic
    const document = `{ clinician(id: "${clinician.id}") { name } patient(id: "${own.id}") { lastName } }`
    await product.query(document, {}, await bearer({ scope: 'appointments:read patients:read' }))
    product.takeRequests()
    const { data, errors } = await product.query(document, {}, await bearer({ scope: 'other' }))
    expect(JSON.stringify(data)).not.toContain(own.last_name)
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN', 'FORBIDDEN'])
    expect(product.takeRequests()).toEqual([])
  })
})

describe('The records of patients', () => {
  const LIST = '{ patients(search: "a") { nodes { restId } } }'

  test('They need their own scope: without it a caller gets ids, at no cost', async () => {
    await using clinic = await startClinic()
    const { product, own } = clinic
    const [may, mayNot] = [
      await bearer({ scope: 'appointments:write patients:read' }),
      await bearer({ scope: 'appointments:write' }),
    ]
    expect((await product.query(lastName(own.id), {}, may)).data.patient.lastName).toBe(own.last_name)
    expect((await product.query(LIST, {}, may)).errors).toBeUndefined()
    product.takeRequests()
    // The same documents: only the scope separates the callers in the caches of reads and of answers.
    const { data, errors } = await product.query(lastName(own.id), {}, mayNot)
    expect(data.patient).toEqual({ restId: own.id, lastName: null, nhsNumber: null })
    expect(errors?.map(({ extensions }) => extensions)).toEqual(Array(2).fill({ code: 'FORBIDDEN' }))
    expect((await product.query(LIST, {}, mayNot)).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' })
    const estimate = await product.query(lastName('pat_x'), {}, { ...mayNot, 'x-estimate-only': '1' })
    expect(estimate.extensions).toMatchObject({ estimate: { max: 0 } })
    expect(product.takeRequests()).toEqual([])
  })

  test('A subscriber without the scope gets no name that another one gets', async () => {
    await using product = await startProduct({ live: true, gateway: { tokens: TOKENS } })
    const query = 'subscription { appointmentChanged { appointment { title patient { restId lastName } } } }'
    const exp = Date.now() / 1000 + 3600
    const [may, mayNot] = [
      await bearer({ sub: 'a', exp, scope: 'appointments:read patients:read' }),
      await bearer({ sub: 'b', exp, scope: 'appointments:read' }),
    ]
    await using allowed = await subscribe(product.url, { query, headers: may })
    await using denied = await subscribe(product.url, { query, headers: mayNot })
    const { body } = await product.rest('GET', '/appointments?limit=1&status=scheduled')
    await product.rest('PATCH', `/appointments/${body.data[0].id}`, { title: 'Moved' })
    const nameIn = (result: StreamResult | undefined) =>
      result?.data.appointmentChanged.appointment.patient.lastName
    expect(nameIn(await allowed.next())).toEqual(expect.any(String))
    const result = await denied.next()
    expect(nameIn(result)).toBeNull()
    expect(result?.errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
  })

  test('The scope of patients is enough to read them', async () => {
    await using clinic = await startClinic()
    const { product, own } = clinic
    const { data, errors } = await product.query(
      lastName(own.id),
      {},
      await bearer({ scope: 'patients:read' }),
    )
    expect([data.patient.lastName, errors]).toEqual([own.last_name, undefined])
  })
})
