import { describe, expect, test } from 'vitest'
import {
  AppointmentByIdDocument,
  AppointmentPageDocument,
  AppointmentPageWithAttendeesDocument,
  CancelAppointmentDocument,
  CreateAppointmentDocument,
  LatestOfEachPatientDocument,
  UpdateAppointmentDocument,
} from '../client/generated/graphql.ts'
import { type Product, startProduct } from '../support/product.ts'

async function someIds(product: Product, count: number): Promise<string[]> {
  const { body } = await product.rest('GET', `/appointments?limit=${count}`)
  return body.data.map(({ id }: { id: string }) => id)
}

async function book(product: Product, fields: object = {}): Promise<string> {
  const { body } = await product.rest('POST', '/appointments', {
    title: 'Check-up',
    start_time: '2030-01-07T10:00:00Z',
    end_time: '2030-01-07T10:30:00Z',
    ...fields,
  })
  return body.data.id
}

describe('The upstream requests of a document', () => {
  test('One appointment with all its fields costs one request', async () => {
    await using product = await startProduct()
    const [id = ''] = await someIds(product, 1)
    const { data, errors, headers, extensions } = await product.query(AppointmentByIdDocument, { id })
    expect(errors).toBeUndefined()
    expect(data.appointment?.restId).toBe(id)
    expect(product.takeRequests()).toEqual([`GET /appointments/${id}`])
    expect(headers.get('x-upstream-requests')).toBe('1')
    expect(extensions.upstream.requests).toBe(1)
  })

  test('Twenty aliases of two ids cost two requests', async () => {
    await using product = await startProduct()
    const ids = await someIds(product, 2)
    const aliases = Array.from(
      { length: 20 },
      (_, index) => `a${index}: appointment(id: "${ids[index % 2]}") { attendeeName }`,
    )
    const { errors } = await product.query(`{ ${aliases.join(' ')} }`)
    expect(errors).toBeUndefined()
    expect(product.takeRequests().sort()).toEqual(ids.map((id) => `GET /appointments/${id}`).sort())
  })

  test('A page of 20 with the fields of list rows costs one request', async () => {
    await using product = await startProduct()
    const { data } = await product.query(AppointmentPageDocument, {})
    expect(data.appointments?.edges).toHaveLength(20)
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=28&offset=0'])
  })

  test('The same page twice in one document costs one request', async () => {
    await using product = await startProduct()
    await product.query(
      '{ a: appointments { nodes { id } } b: appointments(first: 20) { nodes { title } pageInfo { endCursor } } }',
    )
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=28&offset=0'])
  })

  test('A field missing from list rows costs one request per row, with full rows none', async () => {
    await using summary = await startProduct({ sandbox: { listRows: 'summary' } })
    const ids = await someIds(summary, 20)
    const answer = await summary.query(AppointmentPageWithAttendeesDocument, { first: 20 })
    expect(answer.errors).toBeUndefined()
    const [list, ...whole] = summary.takeRequests()
    expect(list).toBe('GET /appointments?limit=28&offset=0')
    expect(whole.sort()).toEqual(ids.map((id) => `GET /appointments/${id}`).sort())

    await using full = await startProduct({ sandbox: { listRows: 'full' } })
    const { data } = await full.query(AppointmentPageWithAttendeesDocument, { first: 20 })
    expect(full.takeRequests()).toEqual(['GET /appointments?limit=28&offset=0'])
    expect(data).toEqual(answer.data)
  })

  test('A field that is null in the list row costs nothing', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const id = await book(product)
    const { data } = await product.query('{ appointments { nodes { restId patient { id } } } }')
    expect(data.appointments.nodes).toEqual([{ restId: id, patient: null }])
    expect(product.takeRequests()).toEqual(['GET /appointments?limit=28&offset=0'])
  })

  test('The page of a patient below forty appointments costs one request per patient', async () => {
    await using product = await startProduct({ sandbox: { seed: 0, rateLimit: 0 } })
    for (let index = 0; index < 40; index++) await book(product, { patient_id: `pat_${index % 7}` })
    const { data, errors } = await product.query(LatestOfEachPatientDocument, {})
    expect(errors).toBeUndefined()
    expect(data.appointments?.nodes).toHaveLength(40)
    const [list, ...patients] = product.takeRequests()
    expect(list).toBe('GET /appointments?limit=48&offset=0')
    expect(patients.sort()).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => `GET /appointments?patient_id=pat_${n}&limit=11&offset=0`),
    )
  })

  test('A reference costs nothing, and its list costs one request', async () => {
    await using product = await startProduct()
    await product.query(
      '{ patient(id: "pat_x") { id restId } clinician(id: "c") { id } location(id: "l") { id } appointmentType(id: "t") { id } }',
    )
    expect(product.takeRequests()).toEqual([])
    await product.query(
      '{ clinician(id: "c") { appointments(first: 5, filter: { status: [CONFIRMED] }) { nodes { id } } } }',
    )
    expect(product.takeRequests()).toEqual([
      'GET /appointments?clinician_id=c&status=confirmed&limit=13&offset=0',
    ])
  })

  test('The gateway sends each filter condition under its REST name', async () => {
    await using product = await startProduct()
    await product.query(AppointmentPageDocument, {
      first: 10,
      filter: {
        patientId: 'p',
        clinicianId: 'c',
        appointmentTypeId: 't',
        locationId: 'l',
        status: ['SCHEDULED', 'PENDING', 'SCHEDULED'],
        startTime: { gte: '2025-01-20T01:00:00+01:00', lte: '2025-01-21T00:00:00Z' },
      },
    })
    expect(product.takeRequests().map((line) => decodeURIComponent(line))).toEqual([
      'GET /appointments?patient_id=p&clinician_id=c&appointment_type_id=t&location_id=l&status_in=pending,scheduled' +
        '&date_gte=2025-01-20T00:00:00Z&date_lte=2025-01-21T00:00:00Z&limit=18&offset=0',
    ])
  })

  test('A create costs one request, and the gateway does not read the row again', async () => {
    await using product = await startProduct()
    const { data, errors } = await product.query(CreateAppointmentDocument, {
      input: {
        title: 'Check-up',
        startTime: '2030-01-07T10:00:00Z',
        endTime: '2030-01-07T10:30:00Z',
        clientMutationId: 'one',
      },
    })
    expect(errors).toBeUndefined()
    expect(data.createAppointment).toMatchObject({
      clientMutationId: 'one',
      appointment: { title: 'Check-up', status: 'PENDING' },
    })
    expect(product.takeRequests()).toEqual(['POST /appointments'])
  })

  test('An update costs one request', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const id = await book(product, { attendee_name: 'A', patient_id: 'pat_1' })
    const { data, errors } = await product.query(UpdateAppointmentDocument, {
      input: { id, title: 'Moved', patientId: null, endTime: '2030-01-07T11:00:00Z' },
    })
    expect(errors).toBeUndefined()
    expect(data.updateAppointment?.appointment).toMatchObject({
      title: 'Moved',
      patient: null,
      attendeeName: 'A',
      durationMinutes: 60,
    })
    expect(product.takeRequests()).toEqual([`PATCH /appointments/${id}`])
  })

  test('A cancel costs one request, and one more for fields outside its response', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const id = await book(product)
    const { data, errors } = await product.query(CancelAppointmentDocument, {
      input: { id, cancellationReason: 'Ill' },
    })
    expect(errors).toBeUndefined()
    expect(data.cancelAppointment).toMatchObject({
      appointment: { status: 'CANCELLED', cancellationReason: 'Ill' },
      performedBy: expect.any(String),
    })
    expect(product.takeRequests()).toEqual([`POST /appointments/${id}/cancel`])

    const other = await book(product)
    const more = await product.query(
      'mutation ($input: CancelAppointmentInput!) { cancelAppointment(input: $input) { appointment { title status attendeeName updatedAt } } }',
      { input: { id: other } },
    )
    expect(more.data.cancelAppointment.appointment).toMatchObject({ title: 'Check-up', status: 'CANCELLED' })
    expect(product.takeRequests()).toEqual([
      `POST /appointments/${other}/cancel`,
      `GET /appointments/${other}`,
    ])
  })

  test('Mutations run in order, see earlier changes and survive a failure among them', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const id = await book(product)
    const { data, errors } = await product.query(
      `mutation ($id: ID!) {
        first: updateAppointment(input: { id: $id, title: "First" }) { appointment { title } }
        cancel: cancelAppointment(input: { id: $id }) { appointment { status title } }
        again: cancelAppointment(input: { id: $id }) { appointment { status } }
        last: updateAppointment(input: { id: $id, title: "Last" }) { appointment { title status } }
      }`,
      { id },
    )
    expect(data).toEqual({
      first: { appointment: { title: 'First' } },
      cancel: { appointment: { status: 'CANCELLED', title: 'First' } },
      again: null,
      last: { appointment: { title: 'Last', status: 'CANCELLED' } },
    })
    expect(errors).toMatchObject([
      { path: ['again'], extensions: { code: 'INVALID_STATE_TRANSITION', status: 409 } },
    ])
    expect(product.takeRequests()).toEqual([
      `PATCH /appointments/${id}`,
      `POST /appointments/${id}/cancel`,
      `GET /appointments/${id}`,
      `POST /appointments/${id}/cancel`,
      `PATCH /appointments/${id}`,
    ])
  })
})
