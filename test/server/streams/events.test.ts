import { expect, test } from 'vitest'
import { deliver, eventBody, eventObject, SECRET } from '../../support/events.ts'
import { startProduct } from '../../support/product.ts'
import { subscribe } from '../../support/stream.ts'

test('A subscriber gets a change as the event reported it, at no cost', async () => {
  await using product = await startProduct({ gateway: { webhooks: { secrets: [{ secret: SECRET }] } } })
  await using stream = await subscribe(product.url, {
    query:
      'subscription { appointmentChanged { kind movement source occurredAt appointment { restId title } } }',
  })
  const change = { object: eventObject('apt_x'), previous: eventObject('apt_x', { title: 'Before' }) }
  expect(await deliver(product.url, eventBody(change))).toBe(204)
  expect(await stream.next()).toMatchObject({
    data: {
      appointmentChanged: {
        kind: 'UPDATED',
        movement: 'CHANGED',
        source: 'WEBHOOK',
        occurredAt: '2026-01-05T12:00:00.5Z',
        appointment: { restId: 'apt_x', title: 'Visit' },
      },
    },
    extensions: { upstream: { requests: 0 } },
  })
  expect(product.takeRequests()).toEqual([])
})

test("The event of the gateway's own create is not announced again", async () => {
  await using product = await startProduct({ gateway: { webhooks: { secrets: [{ secret: SECRET }] } } })
  await using stream = await subscribe(product.url, {
    query: 'subscription { appointmentChanged { kind source appointment { restId title } } }',
  })
  const { data } = await product.query(
    `mutation { createAppointment(input: { title: "Booked", startTime: "2026-01-05T09:00:00Z", endTime: "2026-01-05T09:30:00Z" }) {
      appointment { restId status }
    } }`,
  )
  const { restId: id, status } = data.createAppointment.appointment
  product.takeRequests()
  expect(await stream.next()).toMatchObject({
    data: { appointmentChanged: { kind: 'CREATED', source: 'GATEWAY', appointment: { title: 'Booked' } } },
  })
  const { body } = await product.rest('GET', `/appointments/${id}`)
  const asCreated = eventObject(id, { ...body.data, status: status.toLowerCase() })
  const echo = { type: 'appointment.created', object: asCreated, previous: null }
  expect(await deliver(product.url, eventBody(echo))).toBe(204)
  const later = {
    object: { ...asCreated, title: 'Later', updated_at: '2030-01-05T12:00:00Z' },
    previous: asCreated,
  }
  expect(await deliver(product.url, eventBody(later))).toBe(204)
  expect(await stream.next()).toMatchObject({
    data: { appointmentChanged: { kind: 'UPDATED', source: 'WEBHOOK', appointment: { title: 'Later' } } },
  })
  expect(product.takeRequests()).toEqual([])
})
