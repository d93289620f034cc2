import { expect, expectTypeOf, test } from 'vitest'
import {
  AppointmentDocument,
  type AppointmentSummary,
  AppointmentsDocument,
  CancelAppointmentDocument,
  CreateAppointmentDocument,
  createClient,
  hasCode,
  RequestError,
  UpdateAppointmentDocument,
} from '../../src/client/index.ts'
import { startProduct } from '../support/product.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const FRIDAY = { startTime: '2026-01-09T10:00:00Z', endTime: '2026-01-09T10:30:00Z' }

async function startClient() {
  const product = await startProduct()
  return {
    product,
    client: createClient({ url: `${product.url}/graphql` }),
    [Symbol.asyncDispose]: () => product[Symbol.asyncDispose](),
  }
}

function rejection(promise: Promise<unknown>): Promise<RequestError> {
  return promise.then(
    () => expect.unreachable('The request did not fail.'),
    (error) => {
      expect(error).toBeInstanceOf(RequestError)
      return error
    },
  )
}

test('A page of appointments is typed, needs no variables and costs one request', async () => {
  await using started = await startClient()
  const { appointments } = await started.client.request(AppointmentsDocument)
  expect(appointments?.nodes).toHaveLength(20)
  expectTypeOf(appointments?.nodes).toEqualTypeOf<(AppointmentSummary | null)[] | undefined>()
  const { upstreamRequests } = await started.client.ask(AppointmentsDocument, { first: 3 })
  expect(upstreamRequests).toBe(1)
  expect(started.product.takeRequests()).toHaveLength(2)
  // @ts-expect-error This operation requires the variable `id`.
  await rejection(started.client.request(AppointmentDocument))
})

test('The operations of the package book, change and cancel an appointment', async () => {
  await using started = await startClient()
  const { client } = started
  const { createAppointment } = await client.request(CreateAppointmentDocument, {
    input: { title: 'First visit', ...FRIDAY },
  })
  const id = createAppointment?.appointment?.id ?? ''
  await client.request(UpdateAppointmentDocument, { input: { id, title: 'Second visit' } })
  const { appointment } = await client.request(AppointmentDocument, { id })
  expect(appointment).toMatchObject({ title: 'Second visit', durationMinutes: 30, ...FRIDAY })
  const { cancelAppointment } = await client.request(CancelAppointmentDocument, { input: { id } })
  expect(cancelAppointment?.appointment?.status).toBe('CANCELLED')
})

test('The error of a refused cancel has the current status in typed details', async () => {
  await using started = await startClient()
  const { client } = started
  const created = await client.request(CreateAppointmentDocument, { input: { title: 'Visit', ...FRIDAY } })
  const input = { id: created.createAppointment?.appointment?.id ?? '' }
  await client.request(CancelAppointmentDocument, { input })
  const error = await rejection(client.request(CancelAppointmentDocument, { input }))
  expect(error.find('INVALID_STATE_TRANSITION')?.extensions.details.current_status).toBe('cancelled')
  expect(error.find('CONFLICT')).toBeUndefined()
  const [first] = error.errors
  if (first && hasCode(first, 'INVALID_STATE_TRANSITION')) {
    expectTypeOf(first.extensions.code).toEqualTypeOf<'INVALID_STATE_TRANSITION'>()
    expect(first.extensions.details.attempted_action).toBe('cancel')
  } else expect.unreachable('The error has another code.')
})

test('`ask` resolves to data and errors when a part fails', async () => {
  await using started = await startClient()
  const { data, errors } = await started.client.ask(AppointmentDocument, { id: 'not an id' })
  expect([
    data,
    errors.map((error) => hasCode(error, 'BAD_USER_INPUT') && error.extensions.argument),
  ]).toEqual([{ appointment: null }, ['id']])
})

test('The client calls a headers function before each request', async () => {
  await using server = await startScriptedUpstream(() => ({ body: { data: { appointments: null } } }))
  let token = 0
  const client = createClient({
    url: server.url,
    headers: async () => ({ authorization: `Bearer ${++token}` }),
  })
  await client.request(AppointmentsDocument, {})
  await client.request(AppointmentsDocument, {})
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2'])
})

test('An HTML page rejects with RequestError, an aborted request with AbortError', async () => {
  await using server = await startScriptedUpstream(() => ({ status: 502, body: '<h1>Bad gateway</h1>' }))
  const client = createClient({ url: server.url })
  const { status, errors, message } = await rejection(client.request(AppointmentsDocument))
  expect([status, errors, message]).toEqual([502, [], 'The answer (HTTP status 502) is not one of GraphQL.'])
  const aborted = client.request(AppointmentsDocument, {}, { signal: AbortSignal.abort() })
  await expect(aborted).rejects.toHaveProperty('name', 'AbortError')
})
