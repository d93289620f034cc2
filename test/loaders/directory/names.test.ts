import { describe, expect, test } from 'vitest'
import type { AppointmentTemplate, ClinicianProfile, Patient } from '../../../src/contract/directory.ts'
import { type Product, startProduct } from '../../support/product.ts'

const NOON = Date.parse('2026-01-05T12:00:00Z')
const CLINICIANS = 'GET /clinician-profiles?limit=100&offset=0'
const LOCATIONS = 'GET /locations?limit=100&offset=0'
const TYPES = 'GET /appointment-templates?limit=100&offset=0'

/** The product with rows that show all fields, at noon of a Monday; `later` moves the clock of the gateway. */
async function startClinic(options: Parameters<typeof startProduct>[0] = {}) {
  let now = NOON
  const product = await startProduct({
    sandbox: { listRows: 'full', clock: () => new Date(now), faults: true, ...options.sandbox },
    gateway: { now: () => now, ...options.gateway },
  })
  return {
    product,
    later(seconds: number) {
      now += seconds * 1000
    },
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

async function everyone<Entry>(product: Product, path: string): Promise<Map<string, Entry>> {
  const { body } = await product.rest('GET', `${path}?limit=100`)
  return new Map(body.data.map((entry: Entry & { id: string }) => [entry.id, entry]))
}

async function addFault(product: Product, fault: object): Promise<void> {
  expect((await product.rest('POST', '/_faults', fault)).status).toBe(201)
}

describe('The first name that an operation asks for', () => {
  test('Each row gets the names of its own clinician, location, type and patient', async () => {
    await using clinic = await startClinic()
    const { product } = clinic
    const { data, errors } = await product.query(`{
      appointments(first: 10) { nodes {
        attendeeName title durationMinutes
        clinician { restId displayName isActive } location { restId name townCity timeZone latitude }
        appointmentType { restId name durationMinutes } patient { restId firstName lastName dateOfBirth nhsNumber }
      } }
    }`)
    expect(errors).toBeUndefined()
    const clinicians = await everyone<ClinicianProfile>(product, '/clinician-profiles')
    const types = await everyone<AppointmentTemplate>(product, '/appointment-templates')
    const patients = await everyone<Patient>(product, '/patients')
    for (const row of data.appointments.nodes) {
      expect(row.clinician.displayName).toBe(clinicians.get(row.clinician.restId)?.display_name)
      expect(row.clinician.isActive).toBe(true)
      expect(row.appointmentType).toMatchObject({ name: row.title, durationMinutes: row.durationMinutes })
      expect(types.get(row.appointmentType.restId)?.name).toBe(row.title)
      expect(`${row.patient.firstName} ${row.patient.lastName}`).toBe(row.attendeeName)
      const { date_of_birth, nhs_number } = patients.get(row.patient.restId) ?? {}
      expect([row.patient.dateOfBirth, row.patient.nhsNumber]).toEqual([date_of_birth, nhs_number])
      if (row.location !== null)
        expect(row.location).toMatchObject({ timeZone: 'Europe/London', latitude: 51.36 })
    }
  })

  test('The whole directory is read once, whatever the number of rows and fields', async () => {
    await using clinic = await startClinic()
    const { product, later } = clinic
    const names = `{ appointments(first: 50) { nodes {
      clinician { displayName role } location { name } appointmentType { name }
    } } }`
    await product.query(names)
    expect(product.takeRequests().sort()).toEqual(
      ['GET /appointments?limit=58&offset=0', CLINICIANS, LOCATIONS, TYPES].sort(),
    )
    later(60)
    const { data } = await product.query(names)
    expect(data.appointments.nodes).toHaveLength(50)
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=58&offset=0'])
  })

  test('The directory is kept for ten minutes, and patients as long as appointments', async () => {
    await using clinic = await startClinic()
    const { product, later } = clinic
    const [patient] = [...(await everyone(product, '/patients')).keys()]
    const [clinician] = [...(await everyone(product, '/clinician-profiles')).keys()]
    const names = `{ patient(id: "${patient}") { firstName } clinician(id: "${clinician}") { name } }`
    await product.query(names)
    expect(product.takeRequests().sort()).toEqual([CLINICIANS, `GET /patients/${patient}`].sort())
    later(9)
    await product.query(names)
    expect(product.takeRequests()).toEqual([])
    later(2)
    await product.query(names)
    expect(product.takeRequests()).toEqual([`GET /patients/${patient}`])
    later(588)
    await product.query(`{ clinician(id: "${clinician}") { email } }`)
    expect(product.takeRequests()).toEqual([])
    later(2)
    await product.query(`{ clinician(id: "${clinician}") { email } }`)
    expect(product.takeRequests()).toEqual([CLINICIANS])
  })

  test('directoryTtlSeconds says how long, also where nothing else is cached', async () => {
    await using clinic = await startClinic({ gateway: { cacheTtlSeconds: 0, directoryTtlSeconds: 30 } })
    const { product, later } = clinic
    const names = '{ appointments(first: 1) { nodes { clinician { name } patient { lastName } } } }'
    const { data } = await product.query(names)
    const [, , patient] = product.takeRequests().sort()
    const fresh = ['GET /appointments?limit=9&offset=0', patient]
    later(29)
    // The answer as a whole is not given again: two of its reads are not kept.
    expect((await product.query(names)).data).toEqual(data)
    expect(product.takeRequests()).toEqual(fresh)
    later(2)
    await product.query(names)
    expect(product.takeRequests().sort()).toEqual([...fresh, CLINICIANS].sort())

    await using never = await startClinic({ gateway: { directoryTtlSeconds: 0 } })
    for (const _ of [1, 2]) await never.product.query('{ clinician(id: "c") { name email } }')
    const single = 'GET /clinician-profiles/c'
    expect(never.product.takeRequests()).toEqual([CLINICIANS, single, CLINICIANS, single])
  })

  test('An id that is not in the directory is one read, remembered where there is none', async () => {
    await using clinic = await startClinic()
    const { product, later } = clinic
    const missing = '{ a: clinician(id: "cli_none") { restId name } b: location(id: "loc_none") { name } }'
    for (const _ of [1, 2]) {
      const { data, errors } = await product.query(missing)
      expect(errors).toBeUndefined()
      expect(data).toEqual({ a: { restId: 'cli_none', name: null }, b: { name: null } })
      later(300)
    }
    expect(product.takeRequests().sort()).toEqual(
      [CLINICIANS, 'GET /clinician-profiles/cli_none', LOCATIONS, 'GET /locations/loc_none'].sort(),
    )
  })

  test('One that the list hides, because it is inactive, has its name all the same', async () => {
    await using clinic = await startClinic({ sandbox: { inactive: 'hidden' } })
    const { product } = clinic
    const former = (await product.rest('GET', '/clinician-profiles?is_active=false')).body.data[0]
    const { data } = await product.query(
      '{ clinician(id: "ID") { displayName isActive } }'.replace('ID', former.id),
    )
    expect(data.clinician).toEqual({ displayName: former.display_name, isActive: false })
    expect(product.takeRequests()).toEqual([CLINICIANS, `GET /clinician-profiles/${former.id}`])
  })

  test('Operations at the same time share one read of the directory', async () => {
    await using clinic = await startClinic()
    const { product } = clinic
    const [id] = [...(await everyone(product, '/locations')).keys()]
    const fields = ['name', 'postcode', 'phone', 'country', 'email']
    await Promise.all(fields.map((name) => product.query(`{ location(id: "${id}") { ${name} } }`)))
    expect(product.takeRequests()).toEqual([LOCATIONS])
  })

  test('A write of an appointment forgets nobody', async () => {
    await using clinic = await startClinic()
    const { product } = clinic
    const names = '{ appointments(first: 1) { nodes { restId clinician { name } } } }'
    const { data } = await product.query(names)
    const id: string = data.appointments.nodes[0].restId
    product.takeRequests()
    await product.query(
      `mutation { updateAppointment(input: { id: "${id}", title: "Other" }) { appointment { clinician { name } } } }`,
    )
    await product.query(names)
    expect(product.takeRequests()).toEqual([
      `PATCH /appointments/${id}`,
      'GET /appointments?limit=9&offset=0',
    ])
  })

  test('Where the quota is spent, names that are older than they may be say so', async () => {
    await using clinic = await startClinic({ gateway: { staleIfLimitedSeconds: 300 } })
    const { product, later } = clinic
    const [id] = [...(await everyone(product, '/clinician-profiles')).keys()]
    await product.query(`{ clinician(id: "${id}") { name } }`)
    later(700)
    await addFault(product, { status: 429, code: 'RATE_LIMITED', times: 9 })
    const { data, errors, extensions } = await product.query(`{ clinician(id: "${id}") { role title } }`)
    expect(errors).toBeUndefined()
    expect(data.clinician.role).toEqual(expect.any(String))
    expect(extensions.upstream).toMatchObject({
      stale: [
        { path: ['clinician', 'role'], asOf: '2026-01-05T12:00:00.000Z' },
        { path: ['clinician', 'title'], asOf: '2026-01-05T12:00:00.000Z' },
      ],
    })
  })
})

describe('Patients', () => {
  test('Each patient of a page is one read, and none is found by a list', async () => {
    await using clinic = await startClinic({ gateway: { maxUpstreamRequests: 100 } })
    const { product } = clinic
    const rows = (await product.rest('GET', '/appointments?limit=50')).body.data
    const patients = new Set(rows.map((row: { patient_id: string }) => row.patient_id))
    const { data } = await product.query(
      '{ appointments(first: 50) { nodes { attendeeName patient { firstName lastName } } } }',
    )
    for (const { attendeeName, patient } of data.appointments.nodes)
      expect(`${patient.firstName} ${patient.lastName}`).toBe(attendeeName)
    expect(product.takeRequests().sort()).toEqual(
      ['GET /appointments?limit=58&offset=0', ...[...patients].map((id) => `GET /patients/${id}`)].sort(),
    )
  })

  test('A change of the patient through another key is seen once its read is old', async () => {
    await using clinic = await startClinic()
    const { product, later } = clinic
    const [id] = [...(await everyone(product, '/patients')).keys()]
    const name = `{ patient(id: "${id}") { preferredName } }`
    expect((await product.query(name)).data.patient.preferredName).toBeNull()
    await product.rest('PATCH', `/patients/${id}`, { preferred_name: 'Bo' })
    later(11)
    expect((await product.query(name)).data.patient.preferredName).toBe('Bo')
  })

  test('More patients than the ceiling allows are refused before any of them is read', async () => {
    await using clinic = await startClinic({ gateway: { maxUpstreamRequests: 10 } })
    const { product } = clinic
    await product.query('{ patient(id: "p") { title } }')
    product.takeRequests()
    const { data, errors } = await product.query(
      '{ appointments(first: 40) { nodes { title patient { firstName } } } }',
    )
    expect(data.appointments.nodes).toHaveLength(40)
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['QUERY_TOO_COSTLY']))
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=48&offset=0'])
  })
})

describe('A key without the scope', () => {
  test.each(['FORBIDDEN', 'INSUFFICIENT_SCOPE', 'missing_scope'])(
    'is FORBIDDEN on the names alone, asked once for all rows, where it is called %s',
    async (code) => {
      await using clinic = await startClinic()
      const { product } = clinic
      for (const route of ['GET /clinician-profiles', 'GET /patients/{id}'])
        await addFault(product, { route, status: 403, code, times: 100 })
      const { data, errors } = await product.query(
        '{ appointments(first: 20) { nodes { title clinician { restId name } location { name } patient { restId lastName } } } }',
      )
      expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['FORBIDDEN']))
      expect(errors).toHaveLength(40)
      for (const { title, clinician, patient } of data.appointments.nodes) {
        expect([clinician.name, patient.lastName]).toEqual([null, null])
        expect([title, clinician.restId, patient.restId]).toEqual(Array(3).fill(expect.any(String)))
      }
      const patient = data.appointments.nodes[0].patient.restId
      expect(product.takeRequests().sort()).toEqual(
        ['GET /appointments?limit=28&offset=0', CLINICIANS, LOCATIONS, `GET /patients/${patient}`].sort(),
      )
    },
  )

  test('that gets the scope has its names from then on', async () => {
    await using clinic = await startClinic()
    const { product } = clinic
    await addFault(product, { route: 'GET /patients/{id}', status: 403 })
    const names = '{ appointments(first: 5) { nodes { patient { lastName } } } }'
    expect((await product.query(names)).errors).toHaveLength(5)
    const { data, errors } = await product.query(names)
    expect(errors).toBeUndefined()
    for (const { patient } of data.appointments.nodes) expect(patient.lastName).toEqual(expect.any(String))
  })

  test('of the sandbox itself reads appointments and no names', async () => {
    const keys = [{ key: 'pk', organisation: 'o', scopes: ['read_appointments', 'read_locations'] }] as const
    await using clinic = await startClinic({ sandbox: { keys } })
    const { data, errors } = await clinic.product.query(
      '{ appointments(first: 3) { nodes { title clinician { name } appointmentType { name } patient { lastName } } } }',
    )
    expect(errors?.map(({ path, extensions }) => [path?.at(-2), extensions.code])).toEqual(
      expect.arrayContaining([
        ['clinician', 'FORBIDDEN'],
        ['appointmentType', 'FORBIDDEN'],
        ['patient', 'FORBIDDEN'],
      ]),
    )
    expect(data.appointments.nodes.map(({ title }: { title: string }) => title)).toHaveLength(3)
  })
})
