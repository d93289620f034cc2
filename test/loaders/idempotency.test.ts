import { describe, expect, test } from 'vitest'
import { startGateway } from '../support/gateway.ts'
import { startProduct } from '../support/product.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const KEY = '0b3e4c1a-6f1d-4f0e-9a53-0d8f2f6c7b11'

/** Sends `count` creates in one document, and returns the Idempotency-Key of each upstream request. */
async function keysSent(count: number, idempotencyKey: string | null): Promise<(string | undefined)[]> {
  await using upstream = await startScriptedUpstream(() => ({
    status: 201,
    body: { data: { id: 'a' }, meta: {} },
  }))
  await using gateway = await startGateway({ url: upstream.url, key: 'k' })
  const input = {
    title: 't',
    startTime: '2030-01-07T10:00:00Z',
    endTime: '2030-01-07T10:30:00Z',
    idempotencyKey,
  }
  const fields = Array.from(
    { length: count },
    (_, index) => `c${index}: createAppointment(input: $input) { clientMutationId }`,
  )
  const { errors } = await gateway.query(
    `mutation ($input: CreateAppointmentInput!) { ${fields.join(' ')} }`,
    { input },
  )
  expect(errors).toBeUndefined()
  return upstream.requests.map(({ headers }) => headers['idempotency-key'] as string | undefined)
}

describe('The Idempotency-Key of a create', () => {
  test('The gateway sends the key of the caller if it is a UUID', async () => {
    expect(await keysSent(1, KEY)).toEqual([KEY])
  })

  test('The gateway creates a key for each field without one', async () => {
    const [first, second] = await keysSent(2, null)
    expect(first).toMatch(UUID)
    expect(second).toMatch(UUID)
    expect(first).not.toBe(second)
  })

  test('The gateway derives another key for a second field, the same at each repeat', async () => {
    const [first, second] = await keysSent(2, KEY)
    expect(first).toBe(KEY)
    expect(second).toMatch(UUID)
    expect(second).not.toBe(KEY)
    expect(await keysSent(2, KEY)).toEqual([first, second])
  })

  test('The gateway derives a UUID from any other text, the same each time', async () => {
    const [key] = await keysSent(1, 'booking 4711')
    expect(key).toMatch(UUID)
    expect(await keysSent(1, 'booking 4711')).toEqual([key])
    expect(await keysSent(1, 'booking 4712')).not.toEqual([key])
  })

  test('Two spellings of one UUID are one key', async () => {
    const [lower, second] = await keysSent(2, KEY)
    expect(await keysSent(2, KEY.toUpperCase())).toEqual([lower, second])
  })

  test('A create that the gateway refuses leaves the keys of the others as they are', async () => {
    const sent: (string | undefined)[][] = []
    for (const endTime of ['2030-01-07T09:00:00Z', '2030-01-07T10:30:00Z']) {
      await using upstream = await startScriptedUpstream(() => ({
        status: 201,
        body: { data: { id: 'a' }, meta: {} },
      }))
      await using gateway = await startGateway({ url: upstream.url, key: 'k' })
      const input = { title: 't', startTime: '2030-01-07T10:00:00Z', idempotencyKey: KEY }
      await gateway.query(
        `mutation ($first: CreateAppointmentInput!, $second: CreateAppointmentInput!) {
          first: createAppointment(input: $first) { clientMutationId }
          second: createAppointment(input: $second) { clientMutationId }
        }`,
        { first: { ...input, endTime }, second: { ...input, endTime: '2030-01-07T11:00:00Z' } },
      )
      sent.push(upstream.requests.map(({ headers }) => headers['idempotency-key'] as string | undefined))
    }
    const [refused = [], corrected = []] = sent
    expect(refused).toHaveLength(1)
    expect(corrected).toEqual([KEY, refused[0]])
  })

  test('A repeated create after a cancel returns the appointment as it is now', async () => {
    await using product = await startProduct({ sandbox: { seed: 0 } })
    const create = `mutation ($input: CreateAppointmentInput!) {
      createAppointment(input: $input) { appointment { id status updatedAt cancellationReason } }
    }`
    const input = {
      title: 't',
      startTime: '2030-01-07T10:00:00Z',
      endTime: '2030-01-07T10:30:00Z',
      idempotencyKey: KEY,
    }
    const { data } = await product.query(create, { input })
    const { id } = data.createAppointment.appointment
    await product.query(
      'mutation ($id: ID!) { cancelAppointment(input: { id: $id, cancellationReason: "Ill" }) { performedAt } }',
      { id },
    )
    product.takeRequests()
    const repeated = await product.query(create, { input })
    expect(repeated.data.createAppointment.appointment).toMatchObject({
      id,
      status: 'CANCELLED',
      cancellationReason: 'Ill',
    })
    expect(product.takeRequests()).toEqual([
      'POST /appointments',
      expect.stringMatching(/^GET \/appointments\/apt_/),
    ])
  })
})
