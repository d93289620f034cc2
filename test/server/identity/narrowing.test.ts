import { describe, expect, test } from 'vitest'
import { startGateway } from '../../support/gateway.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../../support/tokens.ts'

const LIST = '{ appointments(first: 100) { nodes { restId patient { restId } } totalCount } }'
const CREATE =
  'mutation ($input: CreateAppointmentInput!) { createAppointment(input: $input) { appointment { restId } } }'
const SLOT = { title: 't', startTime: '2030-01-07T10:00:00Z', endTime: '2030-01-07T11:00:00Z' }
const MISSING = '00000000-0000-0000-0000-000000000000'

/** The product with token checks, a patient with several appointments, and an appointment of another patient. */
async function startClinic() {
  const product = await startProduct({ gateway: { tokens: TOKENS } })
  const { body } = await product.rest('GET', '/appointments?limit=100&status=scheduled')
  const patient: string = body.data[0].patient_id
  const other = body.data.find((row: { patient_id: string }) => row.patient_id !== patient)
  const whole = (await product.rest('GET', `/appointments/${body.data[0].id}`)).body.data
  return {
    product,
    patient,
    own: body.data[0].id as string,
    other: other.id as string,
    otherPatient: other.patient_id as string,
    clinician: whole.clinician_profile_id as string,
    caller: await bearer({ sub: 'p', scope: 'appointments:write', patient_id: patient }),
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

async function patientOf(product: Product, id: string): Promise<string> {
  return (await product.rest('GET', `/appointments/${id}`)).body.data.patient_id
}

describe('A narrowed caller', () => {
  test('Every list has only the appointments of the caller, upstream too', async () => {
    await using clinic = await startClinic()
    const { product, patient, caller } = clinic
    const { data } = await product.query(LIST, {}, caller)
    const patients = data.appointments.nodes.map(
      (node: { patient: { restId: string } }) => node.patient.restId,
    )
    expect(new Set(patients)).toEqual(new Set([patient]))
    expect(data.appointments.totalCount).toBe(patients.length)
    const requests = product.takeRequests()
    expect(requests.length).toBeGreaterThan(0)
    expect(requests.filter((line) => !line.includes(`patient_id=${patient}`))).toEqual([])
  })

  test('A list of another patient is empty and costs nothing', async () => {
    await using clinic = await startClinic()
    const { product, otherPatient, caller } = clinic
    const { data, errors } = await product.query(
      `query ($id: ID!) {
        appointments(filter: { patientId: $id }) { nodes { id } totalCount pageInfo { hasNextPage } }
        patient(id: $id) { appointments(last: 5) { nodes { id } totalCount } }
      }`,
      { id: otherPatient },
      caller,
    )
    expect(errors).toBeUndefined()
    expect(data).toEqual({
      appointments: { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false } },
      patient: { appointments: { nodes: [], totalCount: 0 } },
    })
    expect(product.takeRequests()).toEqual([])
  })

  test('The appointment of another patient looks like a missing one', async () => {
    await using clinic = await startClinic()
    const { product, own, other, caller } = clinic
    const document = (id: string) => `{
      appointment(id: "${id}") { id title }
      node(id: "${Buffer.from(`Appointment:${id}`).toString('base64')}") { id }
      nodes(ids: ["${Buffer.from(`Appointment:${id}`).toString('base64')}"]) { id }
    }`
    const update = (id: string) =>
      `mutation { updateAppointment(input: { id: "${id}", title: "x" }) { appointment { id } } }`
    const cancel = (id: string) =>
      `mutation { cancelAppointment(input: { id: "${id}" }) { appointment { id } } }`
    // Twice, because a cached answer could differ as well.
    for (const ask of [document, document, update, update, cancel]) {
      const foreign = await product.query(ask(other), {}, caller)
      const missing = await product.query(ask(MISSING), {}, caller)
      expect(foreign.data).toEqual(missing.data)
      expect(foreign.errors).toEqual(missing.errors)
      expect(foreign.headers.get('x-upstream-requests')).toBe(missing.headers.get('x-upstream-requests'))
    }
    expect(product.takeRequests().every((line) => line.startsWith('GET '))).toBe(true)
    expect((await product.query(document(own), {}, caller)).data.appointment.id).toEqual(expect.any(String))
  })

  test('The caller may change only its own rows, for one request more', async () => {
    await using clinic = await startClinic()
    const { product, patient, own, other, otherPatient, caller } = clinic
    const update =
      'mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { id } } }'
    await product.query(update, { input: { id: own, title: 'mine', patientId: patient } }, caller)
    expect(product.takeRequests()).toEqual([`GET /appointments/${own}`, `PATCH /appointments/${own}`])
    expect(await patientOf(product, own)).toBe(patient)
    const { errors } = await product.query(update, { input: { id: other, patientId: patient } }, caller)
    expect(errors?.[0]?.extensions).toEqual({ code: 'NOT_FOUND', status: 404 })
    expect(await patientOf(product, other)).toBe(otherPatient)
    product.takeRequests()
    const cancel = 'mutation ($id: ID!) { cancelAppointment(input: { id: $id }) { appointment { status } } }'
    expect((await product.query(cancel, { id: own }, caller)).data.cancelAppointment.appointment.status).toBe(
      'CANCELLED',
    )
    expect(product.takeRequests()).toEqual([`GET /appointments/${own}`, `POST /appointments/${own}/cancel`])
  })

  test('The estimate counts the check of its own rows, and foreign lists as free', async () => {
    await using clinic = await startClinic()
    const { product, own, otherPatient, caller } = clinic
    const estimate = async (document: string, by: Readonly<Record<string, string>>) =>
      (
        (await product.query(document, {}, { ...by, 'x-estimate-only': '1' })).extensions as {
          estimate?: object
        }
      ).estimate
    const update = `mutation { updateAppointment(input: { id: "${own}", title: "t" }) { clientMutationId } }`
    expect(await estimate(update, caller)).toEqual({ min: 2, max: 2 })
    expect(await estimate(update, await bearer({ scope: 'appointments:write' }))).toEqual({ min: 1, max: 1 })
    const list = `{ patient(id: "${otherPatient}") { appointments { nodes { id } } } }`
    expect(
      await estimate(`{ appointments(filter: { patientId: "${otherPatient}" }) { nodes { id } } }`, caller),
    ).toEqual({ min: 0, max: 0 })
    expect(await estimate(list, caller)).toEqual({ min: 0, max: expect.any(Number) })
    expect(product.takeRequests()).toEqual([])
  })

  test('The caller gets nothing from the cached reads of another caller', async () => {
    await using clinic = await startClinic()
    const { product, other, otherPatient, caller } = clinic
    const everybody = await bearer({ scope: 'appointments:read' })
    const document = `{ appointment(id: "${other}") { title } appointments(first: 5) { nodes { patient { restId } } } }`
    await product.query(document, {}, everybody)
    const { data } = await product.query(document, {}, caller)
    expect(data.appointment).toBeNull()
    expect(JSON.stringify(data)).not.toContain(otherPatient)
  })

  test('The caller sees the write of another caller immediately', async () => {
    await using clinic = await startClinic()
    const { product, own, caller } = clinic
    const everybody = await bearer({ scope: 'appointments:write' })
    const read = async () =>
      (await product.query(`{ appointment(id: "${own}") { title } }`, {}, caller)).data.appointment
    await read()
    const update = `mutation { updateAppointment(input: { id: "${own}", title: "changed" }) { clientMutationId } }`
    await product.query(update, {}, everybody)
    expect(await read()).toEqual({ title: 'changed' })
  })

  test('The caller cannot change a row that is no longer its own, even a cached one', async () => {
    await using clinic = await startClinic()
    const { product, own, otherPatient, caller } = clinic
    await product.query(`{ appointment(id: "${own}") { title } }`, {}, caller)
    await product.rest('PATCH', `/appointments/${own}`, { patient_id: otherPatient })
    product.takeRequests()
    const update = `mutation { updateAppointment(input: { id: "${own}", title: "x" }) { clientMutationId } }`
    const { errors } = await product.query(update, {}, caller)
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND')
    expect(product.takeRequests()).toEqual([`GET /appointments/${own}`])
  })

  test('The caller books for itself, whether the input names it or no patient', async () => {
    await using clinic = await startClinic()
    const { product, patient, clinician, caller } = clinic
    const byClinician = await bearer({ scope: 'appointments:write', clinician_id: clinician })
    const global = Buffer.from(`Patient:${patient}`).toString('base64')
    for (const [by, named] of [
      [caller, {}],
      [caller, { patientId: null }],
      [caller, { patientId: patient }],
      [caller, { patientId: global, clinicianId: clinician }],
      [byClinician, { clinicianId: clinician }],
      [byClinician, { clinicianId: null, patientId: patient }],
    ] as const) {
      const { data } = await product.query(CREATE, { input: { ...SLOT, ...named } }, by)
      const id = data.createAppointment.appointment.restId
      const row = (await product.rest('GET', `/appointments/${id}`)).body.data
      if (by === caller) expect(row.patient_id).toBe(patient)
      else expect(row.clinician_profile_id).toBe(clinician)
    }
  })

  test('A write that names another patient is refused, and nothing goes upstream', async () => {
    await using clinic = await startClinic()
    const { product, patient, clinician, own, other, otherPatient, caller } = clinic
    const byClinician = await bearer({ scope: 'appointments:write', clinician_id: clinician })
    const update =
      'mutation ($input: UpdateAppointmentInput!) { updateAppointment(input: $input) { appointment { id } } }'
    const global = Buffer.from(`Patient:${otherPatient}`).toString('base64')
    for (const [by, document, input] of [
      [caller, CREATE, { ...SLOT, patientId: otherPatient }],
      [caller, CREATE, { ...SLOT, patientId: global }],
      [byClinician, CREATE, { ...SLOT, patientId: patient, clinicianId: 'cli_other' }],
      [caller, update, { id: own, patientId: otherPatient }],
      // Another patient's appointment and a missing one have the same error.
      [caller, update, { id: other, patientId: otherPatient }],
      [caller, update, { id: MISSING, patientId: otherPatient }],
      // To remove the patient from an appointment would give it away too.
      [caller, update, { id: own, patientId: null }],
      [byClinician, update, { id: own, clinicianId: 'cli_other' }],
    ] as const) {
      const { data, errors } = await product.query(document, { input }, by)
      expect(Object.values(data)).toEqual([null])
      expect(errors?.map(({ extensions }) => extensions)).toEqual([{ code: 'FORBIDDEN' }])
      expect(JSON.stringify(errors)).not.toMatch(new RegExp(`${otherPatient}|${patient}|cli_`))
    }
    expect(product.takeRequests()).toEqual([])
    expect(await patientOf(product, own)).toBe(patient)
  })

  test('Two callers with the same idempotency key book two appointments', async () => {
    await using clinic = await startClinic()
    const { product, otherPatient, caller } = clinic
    const other = await bearer({ scope: 'appointments:write', patient_id: otherPatient })
    const input = { ...SLOT, idempotencyKey: '0d5a3c52-2c3b-4e0c-9a0e-6a3c9c1f7a11' }
    const book = async (by: Readonly<Record<string, string>>) => {
      return (await product.query(CREATE, { input }, by)).data.createAppointment.appointment.restId
    }
    const first = await book(caller)
    expect(await book(caller)).toBe(first)
    expect(await book(other)).not.toBe(first)
  })

  test('A clinician sees only its own rows, although list rows have no clinician', async () => {
    await using clinic = await startClinic()
    const { product, clinician } = clinic
    const caller = await bearer({ scope: 'appointments:write', clinician_id: clinician })
    const { data } = await product.query(
      '{ appointments(first: 3) { nodes { restId clinician { restId } } } }',
      {},
      caller,
    )
    const rows: { restId: string; clinician: { restId: string } }[] = data.appointments.nodes
    expect(rows.map((row) => row.clinician.restId)).toEqual(rows.map(() => clinician))
    // The filter proves the clinician, so the gateway loads no row.
    expect(product.takeRequests()).toEqual([expect.stringContaining(`clinician_id=${clinician}`)])
    const listed = (await product.rest('GET', '/appointments?limit=100')).body.data
    const answers = await Promise.all(
      listed.slice(0, 20).map(async ({ id }: { id: string }) => {
        const row = (await product.rest('GET', `/appointments/${id}`)).body.data
        const seen = (await product.query(`{ appointment(id: "${id}") { restId } }`, {}, caller)).data
          .appointment
        return { isOwn: row.clinician_profile_id === clinician, isSeen: seen !== null }
      }),
    )
    expect(answers.filter(({ isOwn, isSeen }) => isOwn !== isSeen)).toEqual([])
  })

  test("The gateway hides rows outside the caller's narrowing, after a change too", async () => {
    const row = { id: 'a', title: 'Jane', patient_id: 'pat_2' }
    let reads = 0
    await using upstream = await startScriptedUpstream(({ line }) => {
      if (line.includes('?')) return { body: { data: [row], meta: { has_more: false } } }
      const isFirstRead = line.startsWith('GET') && reads++ === 0
      return { body: { data: isFirstRead ? { ...row, patient_id: 'pat_1' } : row, meta: {} } }
    })
    await using gateway = await startGateway({ url: upstream.url, key: 'k', tokens: TOKENS })
    const caller = await bearer({ scope: 'appointments:write', patient_id: 'pat_1' })
    const listed = await gateway.query('{ appointments { nodes { title } } }', {}, caller)
    expect(listed.data.appointments.nodes).toEqual([null])
    const updated = await gateway.query(
      'mutation { updateAppointment(input: { id: "a", description: "d" }) { appointment { restId title } } }',
      {},
      caller,
    )
    expect(updated.data.updateAppointment.appointment).toEqual({ restId: 'a', title: null })
    expect(updated.errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND'])
    expect(JSON.stringify([listed, updated])).not.toContain('Jane')
  })
})

describe('A narrowed caller that books where the time is free', () => {
  const BOOK = `mutation ($input: CreateAppointmentInput!) {
    createAppointment(input: $input) { appointment { restId } } }`

  test("It learns that another patient's appointment takes the time, and nothing else", async () => {
    await using clinic = await startClinic()
    const { product, caller, otherPatient } = clinic
    const clinician = 'cli_busy'
    const taken = { title: 'Zebedee', start_time: SLOT.startTime, end_time: '2030-01-07T10:20:00Z' }
    const other = { ...taken, patient_id: otherPatient, clinician_profile_id: clinician }
    const { body } = await product.rest('POST', '/appointments', other)
    product.takeRequests()
    const input = { ...SLOT, clinicianId: clinician, ifFree: ['CLINICIAN', 'PATIENT'] }
    const { errors } = await product.query(BOOK, { input }, caller)
    expect(errors?.[0]?.extensions).toEqual({
      code: 'SLOT_TAKEN',
      slot: { owner: 'CLINICIAN', startTime: SLOT.startTime, endTime: '2030-01-07T10:20:00Z' },
    })
    expect(JSON.stringify(errors)).not.toMatch(new RegExp(`${otherPatient}|${body.data.id}|Zebedee`))
    expect(product.takeRequests().filter((line) => !line.startsWith('GET /appointments?'))).toEqual([])
  })

  test('It books for itself, and may repeat the booking with its idempotency key', async () => {
    await using clinic = await startClinic()
    const { product, caller, patient } = clinic
    const input = {
      ...SLOT,
      clinicianId: 'cli_free',
      ifFree: ['CLINICIAN', 'PATIENT'],
      idempotencyKey: 'mine',
    }
    const first = await product.query(BOOK, { input }, caller)
    expect(first.errors).toBeUndefined()
    expect(await patientOf(product, first.data.createAppointment.appointment.restId)).toBe(patient)
    expect((await product.query(BOOK, { input }, caller)).data).toEqual(first.data)
  })

  test("It can't check another patient's time, and a clinician no patient's time", async () => {
    await using clinic = await startClinic()
    const { product, caller, otherPatient, clinician } = clinic
    const input = { ...SLOT, patientId: otherPatient, ifFree: ['PATIENT'] }
    const ofClinician = await bearer({ sub: 'c', scope: 'appointments:write', clinician_id: clinician })
    product.takeRequests()
    for (const as of [caller, ofClinician]) {
      const { errors } = await product.query(BOOK, { input }, as)
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    }
    expect(product.takeRequests()).toEqual([])
  })

  test("A clinician's own time is checked where the input names no clinician", async () => {
    await using clinic = await startClinic()
    const { product, clinician } = clinic
    const ofClinician = await bearer({ sub: 'c', scope: 'appointments:write', clinician_id: clinician })
    const input = { ...SLOT, ifFree: ['CLINICIAN'] }
    expect((await product.query(BOOK, { input }, ofClinician)).errors).toBeUndefined()
    expect((await product.query(BOOK, { input }, ofClinician)).errors?.[0]?.extensions.code).toBe(
      'SLOT_TAKEN',
    )
  })
})
