import { expect, expectTypeOf, test } from 'vitest'
import type { z } from 'zod'
import type {
  Appointment,
  CancelAppointmentBody,
  CreateAppointmentBody,
  UpdateAppointmentBody,
} from '../../../src/contract/appointment.ts'
import type { CreatePatientBody, UpdatePatientBody } from '../../../src/contract/directory.ts'
import type { createPatientBody, updatePatientBody } from '../../../src/sandbox/directory/schema.ts'
import { SCOPES } from '../../../src/sandbox/http/context.ts'
import type { cancelBody, createBody, updateBody } from '../../../src/sandbox/schema/body.ts'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import { sandboxFor, UNREACHABLE_URL, VISIT } from '../client.ts'
import { type ApiDocument, documentedResponses, exampleOf, responseSchema } from '../document.ts'

test('The OpenAPI 3.1 document has every endpoint, and is free without a key', async () => {
  const { call } = await sandboxFor()
  const { status, body, headers } = await call('GET /openapi.json', { key: null })
  expect([status, body.openapi]).toEqual([200, '3.1.0'])
  expect(headers.has('x-ratelimit-remaining')).toBe(false)
  const routes = Object.entries((body as ApiDocument).paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(routes.sort()).toEqual([
    'DELETE /webhooks/{id}',
    'GET /appointment-templates',
    'GET /appointment-templates/{id}',
    'GET /appointments',
    'GET /appointments/{id}',
    'GET /clinician-profiles',
    'GET /clinician-profiles/{id}',
    'GET /locations',
    'GET /locations/{id}',
    'GET /patients',
    'GET /patients/{id}',
    'GET /webhooks',
    'GET /webhooks/{id}',
    'PATCH /appointments/{id}',
    'PATCH /patients/{id}',
    'PATCH /webhooks/{id}',
    'POST /appointments',
    'POST /appointments/{id}/cancel',
    'POST /patients',
    'POST /webhooks',
    'POST /webhooks/{id}/test',
  ])
})

test('The document names every parameter, header and body field of the reference', async () => {
  const { call } = await sandboxFor()
  const { paths, components } = (await call('GET /openapi.json')).body
  const parameters = (operation: { parameters: { name: string }[] }) =>
    operation.parameters.map(({ name }) => name)
  expect(parameters(paths['/appointments'].get)).toEqual([
    'limit',
    'offset',
    'patient_id',
    'clinician_id',
    'status',
    'status_in',
    'date_gte',
    'date_lte',
    'appointment_type_id',
    'location_id',
  ])
  expect(parameters(paths['/appointments'].post)).toEqual(['idempotency-key'])
  const page = ['limit', 'offset']
  expect(parameters(paths['/clinician-profiles'].get)).toEqual([
    ...page,
    'is_active',
    'is_bookable_online',
    'location_id',
    'search',
  ])
  expect(parameters(paths['/locations'].get)).toEqual([...page, 'is_active', 'search'])
  expect(parameters(paths['/appointment-templates'].get)).toEqual([...page, 'is_active'])
  expect(parameters(paths['/patients'].get)).toEqual([...page, 'search'])
  expect(parameters(paths['/patients'].post)).toEqual(['idempotency-key'])
  expect(components.schemas.CreateAppointment.required).toEqual(['title', 'start_time', 'end_time'])
  expect(Object.keys(components.schemas.CreateAppointment.properties)).toHaveLength(12)
  expect(Object.keys(components.schemas.Appointment.properties)).toHaveLength(24)
  expect(components.schemas.UpdateAppointment.properties.status.readOnly).toBe(true)
  expect(components.securitySchemes.key).toEqual({ type: 'http', scheme: 'bearer' })
})

test('The document names the host of its request as the server', async () => {
  const { call, url } = await sandboxFor()
  expect((await call('GET /openapi.json')).body.servers).toEqual([{ url }])
})

test('A field that may be null has null as an alternative, and no list of types', async () => {
  const { call } = await sandboxFor()
  const { body } = await call('GET /openapi.json')
  const { CreateAppointment, Appointment } = body.components.schemas
  expect(CreateAppointment.properties.patient_id.anyOf).toEqual([
    { type: 'string', minLength: 1 },
    { type: 'null' },
  ])
  const alternatives = Object.values(Appointment.properties as Record<string, { anyOf?: unknown }>)
  expect(alternatives.filter(({ anyOf }) => anyOf)).toHaveLength(15)
  expect(JSON.stringify(body)).not.toMatch(/"type":\[/)
})

test('The document has the control endpoints when the `faults` option opens them', async () => {
  const { call } = await sandboxFor({ faults: true })
  const { paths } = (await call('GET /openapi.json')).body
  expect(Object.keys(paths['/_faults'])).toEqual(['post', 'get', 'delete'])
  expect(Object.keys(paths['/_elsewhere'])).toEqual(['post'])
})

test('The API accepts every body that the contract types allow', () => {
  expectTypeOf<CreateAppointmentBody>().toExtend<z.input<typeof createBody>>()
  expectTypeOf<UpdateAppointmentBody>().toExtend<z.input<typeof updateBody>>()
  expectTypeOf<CreatePatientBody>().toExtend<z.input<typeof createPatientBody>>()
  expectTypeOf<UpdatePatientBody>().toExtend<z.input<typeof updatePatientBody>>()
  expectTypeOf<CancelAppointmentBody>().toExtend<z.input<typeof cancelBody>>()
})

const KEYS = [
  { key: 'pk_test_all', organisation: 'org_a', scopes: SCOPES },
  { key: 'pk_test_nothing', organisation: 'org_a', scopes: [] },
] as const
const LISTS = [
  'GET /appointments',
  'GET /webhooks',
  'GET /clinician-profiles',
  'GET /locations',
  'GET /appointment-templates',
  'GET /patients',
]
const ELSEWHERE = LISTS.slice(2).map((list) => list.replace('GET ', 'POST /_elsewhere'))
const READS = LISTS.flatMap((list) => [list, `${list}/{id}`])
const WITH_BODY = [
  'POST /patients',
  'PATCH /patients/{id}',
  'POST /appointments',
  'PATCH /appointments/{id}',
  'POST /appointments/{id}/cancel',
  'POST /webhooks',
  'PATCH /webhooks/{id}',
]
const WRITES = [...WITH_BODY, 'DELETE /webhooks/{id}', 'POST /webhooks/{id}/test']
const IDEMPOTENCY_KEY = 'a7c1f4de-58a5-4b42-8d54-2c3a9d5e7f10'

test.each<SandboxOptions>([
  {},
  { listRows: 'full', order: 'created_desc', overRange: 'clamp', transitionStatus: 422, ids: 'uuid' },
])('Responses match the document, and all but 500 occur: %o', async (knobs) => {
  const { call } = await sandboxFor({ ...knobs, keys: KEYS, seed: 60, faults: true, rateLimit: 220 })
  const document: ApiDocument = (await call('GET /openapi.json')).body
  const unseen = new Set(documentedResponses(document).map(({ route, status }) => `${route} ${status}`))

  /** Sends a request and checks the response against its schema in the document. */
  async function checkedCall(route: string, { id = 'none', query = '', ...request }: RouteRequest = {}) {
    const { status, body } = await call(route.replace('{id}', id) + query, request)
    const schema = responseSchema(document, route, status)
    expect(schema, `${route} ${status}`).toBeDefined()
    expect(schema?.safeParse(body).error, `${route} ${status}`).toBeUndefined()
    expect([route, body.error?.code]).toEqual([route, exampleOf(document, route, status)?.error?.code])
    unseen.delete(`${route} ${status}`)
    return body.data
  }

  const headers = { 'idempotency-key': IDEMPOTENCY_KEY }
  const { id } = await checkedCall('POST /appointments', { body: VISIT, headers })
  await checkedCall('POST /appointments', { body: { ...VISIT, title: 'Other' }, headers })
  const rows: Appointment[] = await checkedCall('GET /appointments', { query: '?limit=60' })
  for (const row of rows) await checkedCall('GET /appointments/{id}', { id: row.id })
  await checkedCall('PATCH /appointments/{id}', { id, body: { title: 'Review' } })
  await checkedCall('POST /appointments/{id}/cancel', { id })
  await checkedCall('POST /appointments/{id}/cancel', { id })
  const webhook = { url: UNREACHABLE_URL, description: 'Desk' }
  const { id: webhookId } = await checkedCall('POST /webhooks', { body: webhook, headers })
  await checkedCall('POST /webhooks', { body: { url: UNREACHABLE_URL }, headers })
  await checkedCall('GET /webhooks')
  await checkedCall('GET /webhooks/{id}', { id: webhookId })
  await checkedCall('PATCH /webhooks/{id}', { id: webhookId, body: { is_active: false } })
  await checkedCall('POST /webhooks/{id}/test', { id: webhookId })
  await checkedCall('DELETE /webhooks/{id}', { id: webhookId })
  const patient = { first_name: 'Zoë', last_name: 'Ng' }
  const { id: patientId } = await checkedCall('POST /patients', { body: patient, headers })
  await checkedCall('POST /patients', { body: { ...patient, title: 'Dr' }, headers })
  await checkedCall('PATCH /patients/{id}', { id: patientId, body: { title: 'Dr' } })
  for (const list of LISTS.slice(2)) {
    const [entry] = await checkedCall(list)
    await checkedCall(`${list}/{id}`, { id: entry.id })
    const elsewhere = list.replace('GET ', 'POST /_elsewhere')
    await checkedCall(elsewhere, { body: { id: entry.id } })
    await checkedCall(elsewhere, { body: { id: 'none' } })
    const { id: _id, created_at, updated_at, ...fields } = entry
    await checkedCall(elsewhere, { body: fields })
  }
  await checkedCall('POST /_elsewhere', { body: VISIT })
  await checkedCall('POST /_elsewhere', { body: { id, status: 'completed' } })
  await checkedCall('POST /_elsewhere', { body: { id: 'none' } })
  await checkedCall('GET /_faults')
  await checkedCall('POST /_faults', { body: { times: 2, delay_ms: 0, route: 'GET /appointments' } })
  for (const route of [...WITH_BODY, 'POST /_faults', 'POST /_elsewhere', ...ELSEWHERE]) {
    await checkedCall(route, { id, body: '{' })
    await checkedCall(route, { id, body: 'x'.repeat(2 ** 20 + 1) })
    await checkedCall(route, {
      id,
      body: 'title=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
  }
  for (const list of LISTS) await checkedCall(list, { query: '?limit=ten' })
  for (const route of [...READS, ...WRITES]) {
    await checkedCall(route, { ...(route.startsWith('PATCH') && { body: {} }) })
    await checkedCall(route, { key: null })
    await checkedCall(route, { key: 'pk_test_nothing' })
  }
  await checkedCall('DELETE /_faults')
  for (let isSpent = false; !isSpent; ) isSpent = (await call('GET /appointments')).status === 429
  for (const route of [...READS, ...WRITES]) await checkedCall(route)
  expect([...unseen].filter((response) => !response.endsWith(' 500'))).toEqual([])
})

interface RouteRequest {
  readonly id?: string
  readonly query?: string
  readonly key?: string | null
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
