import { expect, test } from 'vitest'
import { startProduct } from '../support/product.ts'

const BOOK_TWICE = `mutation ($input: CreateAppointmentInput!) {
  first: createAppointment(input: $input) { appointment { restId } }
  second: createAppointment(input: $input) { appointment { restId } }
}`

test('One key and one input twice in a document book two, as the schema states', async () => {
  await using product = await startProduct({ sandbox: { seed: 0 } })
  const input = {
    title: 't',
    startTime: '2030-01-07T10:00:00Z',
    endTime: '2030-01-07T11:00:00Z',
    idempotencyKey: 'booking 4711',
  }
  const { data } = await product.query(BOOK_TWICE, { input })
  expect(data.first.appointment.restId).not.toBe(data.second.appointment.restId)
  expect((await product.query(BOOK_TWICE, { input })).data).toEqual(data)
  expect((await product.rest('GET', '/appointments')).body.data).toHaveLength(2)

  const schema = await product.query(
    '{ __type(name: "CreateAppointmentInput") { inputFields { name description } } }',
  )
  expect(schema.data.__type.inputFields).toContainEqual({
    name: 'idempotencyKey',
    description: expect.stringContaining('twice in one document book two appointments'),
  })
})
