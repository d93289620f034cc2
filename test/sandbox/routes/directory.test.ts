import { describe, expect, test } from 'vitest'
import type { ClinicianProfile, Patient } from '../../../src/contract/directory.ts'
import { type Client, sandboxFor } from '../client.ts'

const NORTH = { key: 'pk_test_north', organisation: 'org_north' }
const SOUTH = { key: 'pk_test_south', organisation: 'org_south' }
const READS = [
  ['/clinician-profiles', 'read_clinicians'],
  ['/locations', 'read_locations'],
  ['/appointment-templates', 'read_appointment_templates'],
  ['/patients', 'read_patients'],
] as const
const ALL = [...READS.map(([, scope]) => scope), 'write_patients'] as const
const clock = () => new Date('2025-01-15T12:00:00Z')
const SARAH = { first_name: 'Sarah', last_name: 'Johnson' }

async function idsIn(call: Client, target: string): Promise<string[]> {
  const { body } = await call(`GET ${target}`)
  return body.data.map(({ id }: { id: string }) => id)
}

describe.each(READS)('The list at %s', (path, scope) => {
  test('has pages without a total, each row once', async () => {
    const { call } = await sandboxFor({ seed: 60, clock })
    const all = await idsIn(call, `${path}?limit=100`)
    expect(all.length).toBeGreaterThan(2)
    const rows: string[] = []
    for (let offset: number | null = 0; offset !== null; ) {
      const { body } = await call(`GET ${path}?limit=2&offset=${offset}`)
      expect(body.meta).toEqual({
        limit: 2,
        next_offset: rows.length + 2 < all.length ? rows.length + 2 : null,
        has_more: rows.length + 2 < all.length,
        request_id: expect.stringMatching(/^req_/),
      })
      rows.push(...body.data.map(({ id }: { id: string }) => id))
      offset = body.meta.next_offset
    }
    expect(rows).toEqual(all)
  })

  test('has the complete object in each row, as the single read does', async () => {
    const { call } = await sandboxFor({ seed: 6, clock })
    const { body } = await call(`GET ${path}`)
    for (const row of body.data) expect((await call(`GET ${path}/${row.id}`)).body.data).toEqual(row)
  })

  test('needs its own scope, and so does the single read', async () => {
    const keys = [
      { ...NORTH, scopes: [scope] },
      { ...SOUTH, organisation: 'org_north', scopes: ALL.filter((other) => other !== scope) },
    ]
    const { call } = await sandboxFor({ keys, seed: 6 })
    const [id] = await idsIn(call, path)
    for (const target of [path, `${path}/${id}`, `${path}/none`]) {
      expect(await call(`GET ${target}`, { key: SOUTH.key })).toMatchObject({
        status: 403,
        body: { error: { code: 'FORBIDDEN', details: { required_scope: scope } } },
      })
      expect((await call(`GET ${target}`)).status).toBe(target.endsWith('none') ? 404 : 200)
    }
  })

  test('has nothing of another organisation, whose ids are missing ones', async () => {
    const keys = [
      { ...NORTH, scopes: ALL },
      { ...SOUTH, scopes: ALL },
    ]
    const { call } = await sandboxFor({ keys, seed: 6 })
    const [id] = await idsIn(call, path)
    expect((await call(`GET ${path}`, { key: SOUTH.key })).body.data).toEqual([])
    const foreign = await call(`GET ${path}/${id}`, { key: SOUTH.key })
    const missing = await call(`GET ${path}/none`, { key: SOUTH.key })
    expect(foreign).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } })
    expect(foreign.body.error).toEqual(missing.body.error)
  })

  test('counts against the quota like any request', async () => {
    const { call } = await sandboxFor({ seed: 6, rateLimit: 2 })
    const left = async () => (await call(`GET ${path}`)).headers.get('x-ratelimit-remaining')
    expect([await left(), await left()]).toEqual(['1', '0'])
    expect((await call(`GET ${path}`)).body.error.code).toBe('RATE_LIMITED')
  })

  test.each(['limit=0', 'offset=-1', 'limit=ten'])('refuses %s and names it', async (query) => {
    const { call } = await sandboxFor()
    const { status, body } = await call(`GET ${path}?${query}`)
    expect([status, Object.keys(body.error.details.fields)]).toEqual([400, [query.split('=')[0]]])
  })
})

describe('The filters', () => {
  test.each([
    ['/clinician-profiles', 'is_active', 5],
    ['/clinician-profiles', 'is_bookable_online', 5],
    ['/locations', 'is_active', 3],
    ['/appointment-templates', 'is_active', 7],
  ] as const)('of %s by %s divide the list in two', async (path, field, count) => {
    const { call } = await sandboxFor({ seed: 6 })
    const { data } = (await call(`GET ${path}`)).body
    expect(data).toHaveLength(count)
    for (const value of [true, false]) {
      const expected = data.filter((row: Record<string, unknown>) => row[field] === value)
      expect(expected).not.toEqual([])
      expect((await call(`GET ${path}?${field}=${value}`)).body.data).toEqual(expected)
    }
    expect((await call(`GET ${path}?${field}=yes`)).body.error.details.fields).toHaveProperty(field)
  })

  test('by location finds the clinicians whose visits are there', async () => {
    const { call } = await sandboxFor({ seed: 100, listRows: 'full' })
    const visits = (await call('GET /appointments?limit=100')).body.data
    for (const location of await idsIn(call, '/locations?is_active=true')) {
      const seen = visits.filter((row: { location_id: string }) => row.location_id === location)
      const expected = new Set(seen.map((row: { clinician_profile_id: string }) => row.clinician_profile_id))
      expect(new Set(await idsIn(call, `/clinician-profiles?location_id=${location}`))).toEqual(expected)
    }
  })

  test('by search need every word, in any order and case', async () => {
    const { call } = await sandboxFor({ seed: 200 })
    const people: Patient[] = (await call('GET /patients?limit=100')).body.data
    const { first_name, last_name, nhs_number } = people[3] as Patient
    const query = encodeURIComponent(`${last_name.toUpperCase()} ${first_name.toLowerCase()}`)
    const expected = people.filter((each) => each.first_name === first_name && each.last_name === last_name)
    expect((await call(`GET /patients?limit=100&search=${query}`)).body.data).toEqual(expected)
    expect((await call(`GET /patients?search=${nhs_number}`)).body.data).toEqual([people[3]])
    expect((await call(`GET /patients?search=${query}%20nobody`)).body.data).toEqual([])
    expect((await call('GET /patients?search=%25')).body.data).toEqual([])
    expect((await call('GET /patients?search=')).status).toBe(400)
    const [mill] = (await call('GET /locations?search=old%20mill')).body.data
    expect(mill.name).toBe('Old Mill Rooms')
    const [maya] = (await call('GET /clinician-profiles?search=maya')).body.data
    expect(maya.last_name).toBe('Lindqvist')
  })

  test('by search ignore the case of letters beyond ASCII too', async () => {
    const { call } = await sandboxFor()
    const patient = { first_name: 'ÉLODIE', last_name: 'Özil' }
    const { data } = (await call('POST /patients', { body: patient })).body
    for (const words of ['Özil', 'özil', 'ÖZIL', 'élodie özil', 'Élodie'])
      expect((await call(`GET /patients?search=${encodeURIComponent(words)}`)).body.data).toEqual([data])
    expect((await call('GET /patients?search=ozil')).body.data).toEqual([])
  })

  test('A sandbox that hides the inactive lists them only on request', async () => {
    const { call } = await sandboxFor({ seed: 6, inactive: 'hidden' })
    for (const path of ['/clinician-profiles', '/locations', '/appointment-templates']) {
      const inactive = await idsIn(call, `${path}?is_active=false`)
      expect(inactive).toHaveLength(1)
      expect(await idsIn(call, path)).toEqual(await idsIn(call, `${path}?is_active=true`))
      expect((await call(`GET ${path}/${inactive[0]}`)).body.data.is_active).toBe(false)
    }
  })
})

describe('The sample', () => {
  test.each(['prefixed', 'uuid'] as const)('has everybody that its visits name, with %s ids', async (ids) => {
    const { call } = await sandboxFor({ seed: 100, listRows: 'full', ids, rateLimit: 0 })
    const { data } = (await call('GET /appointments?limit=100')).body
    for (const row of data) {
      const patient: Patient = (await call(`GET /patients/${row.patient_id}`)).body.data
      expect(`${patient.first_name} ${patient.last_name}`).toBe(row.attendee_name)
      expect(patient.email).toBe(row.attendee_email)
      const type = (await call(`GET /appointment-templates/${row.appointment_type_id}`)).body.data
      expect([type.name, type.duration_minutes]).toEqual([row.title, row.duration_minutes])
      const clinician: ClinicianProfile = (await call(`GET /clinician-profiles/${row.clinician_profile_id}`))
        .body.data
      expect(clinician.is_active).toBe(true)
      if (row.location_id !== null)
        expect((await call(`GET /locations/${row.location_id}`)).body.data.timezone).toBe('Europe/London')
    }
  })

  test('has NHS numbers of the unassigned range, with their check digit', async () => {
    const { call } = await sandboxFor({ seed: 500 })
    const { data } = (await call('GET /patients?limit=100')).body
    for (const { nhs_number } of data as Patient[]) {
      expect(nhs_number).toMatch(/^999\d{7}$/)
      const sum = [...String(nhs_number)].reduce(
        (total, digit, index) => total + Number(digit) * (10 - index),
        0,
      )
      // The check digit has the weight 1.
      expect(sum % 11).toBe(0)
    }
  })
})

describe('A new patient', () => {
  test('has the given values, and null for the rest', async () => {
    const { call } = await sandboxFor({ clock })
    const given = { ...SARAH, date_of_birth: '1984-02-29', nhs_number: '9990000018', gender: null }
    const { status, body } = await call('POST /patients', {
      body: { ...given, id: 'pat_mine', colour: 'teal' },
    })
    expect(status).toBe(201)
    expect(body.data).toMatchObject({
      ...given,
      id: expect.stringMatching(/^pat_/),
      middle_name: null,
      status: 'active',
      is_deceased: false,
      created_at: '2025-01-15T12:00:00Z',
      updated_at: '2025-01-15T12:00:00Z',
    })
    expect((await call(`GET /patients/${body.data.id}`)).body.data).toEqual(body.data)
  })

  test.each([
    [{}, ['first_name', 'last_name']],
    [{ ...SARAH, first_name: ' ' }, ['first_name']],
    [{ ...SARAH, date_of_birth: '1985-02-29' }, ['date_of_birth']],
    [{ ...SARAH, date_of_birth: '29/02/1984' }, ['date_of_birth']],
    [{ ...SARAH, is_deceased: 'no', email: 1 }, ['email', 'is_deceased']],
    [[], ['body']],
  ])('made of %j is refused, and the fields are named', async (body, fields) => {
    const { call } = await sandboxFor()
    const answer = await call('POST /patients', { body })
    expect([answer.status, Object.keys(answer.body.error.details.fields)]).toEqual([400, fields])
    expect((await call('GET /patients')).body.data).toEqual([])
  })

  test('is one patient for one idempotency key, however often it is sent', async () => {
    const { call } = await sandboxFor()
    const headers = { 'idempotency-key': 'A7C1F4DE-58a5-4b42-8d54-2c3a9d5e7f10' }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST /patients', { body: SARAH, headers })),
    )
    expect(new Set(answers.map(({ body }) => JSON.stringify(body)))).toHaveProperty('size', 1)
    expect((await call('GET /patients')).body.data).toHaveLength(1)
    const other = await call('POST /patients', { body: { ...SARAH, title: 'Dr' }, headers })
    expect(other).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } })
    // The key is scoped to this endpoint.
    const visit = { title: 'Visit', start_time: '2025-01-25T10:00:00Z', end_time: '2025-01-25T10:30:00Z' }
    expect((await call('POST /appointments', { body: visit, headers })).status).toBe(201)
  })

  test('needs the scope to write, and so does an update', async () => {
    const keys = [
      { ...NORTH, scopes: ALL },
      { ...SOUTH, organisation: 'org_north', scopes: ALL.filter((scope) => scope !== 'write_patients') },
    ]
    const { call } = await sandboxFor({ keys })
    const { id } = (await call('POST /patients', { body: SARAH })).body.data
    for (const endpoint of ['POST /patients', `PATCH /patients/${id}`])
      expect(await call(endpoint, { key: SOUTH.key, body: SARAH })).toMatchObject({
        status: 403,
        body: { error: { details: { required_scope: 'write_patients' } } },
      })
  })
})

describe('An update of a patient', () => {
  test('changes what it names, clears what is null, and sets updated_at', async () => {
    let now = '2025-01-15T12:00:00Z'
    const { call } = await sandboxFor({ clock: () => new Date(now) })
    const { data } = (
      await call('POST /patients', { body: { ...SARAH, title: 'Ms', email: 's@example.com' } })
    ).body
    now = '2025-01-16T08:00:00Z'
    const changes = { title: null, town_city: 'Whitstable', is_deceased: true }
    const { body } = await call(`PATCH /patients/${data.id}`, { body: changes })
    expect(body.data).toEqual({ ...data, ...changes, updated_at: now })
    now = '2025-01-17T08:00:00Z'
    const same = await call(`PATCH /patients/${data.id}`, { body: { ...changes, last_name: 'Johnson' } })
    expect(same.body.data).toEqual(body.data)
    expect((await call(`GET /patients/${data.id}`)).body.data).toEqual(body.data)
  })

  test('refuses read-only fields, and a patient of another organisation', async () => {
    const keys = [
      { ...NORTH, scopes: ALL },
      { ...SOUTH, scopes: ALL },
    ]
    const { call } = await sandboxFor({ keys })
    const { data } = (await call('POST /patients', { body: SARAH })).body
    const refused = await call(`PATCH /patients/${data.id}`, { body: { id: 'pat_x', created_at: 'now' } })
    expect(Object.keys(refused.body.error.details.fields)).toEqual(['id', 'created_at'])
    const foreign = await call(`PATCH /patients/${data.id}`, { key: SOUTH.key, body: { title: 'Dr' } })
    expect(foreign).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } })
    expect((await call(`GET /patients/${data.id}`)).body.data).toEqual(data)
  })
})
