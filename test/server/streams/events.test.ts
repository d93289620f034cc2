import { expect, test } from 'vitest'
import { deliver, eventBody, SECRET, shown } from '../../support/events.ts'
import { startProduct } from '../../support/product.ts'
import { subscribe } from '../../support/stream.ts'

test('A subscriber gets a change as an event told it, at no cost', async () => {
  await using product = await startProduct({ gateway: { webhooks: { secrets: [{ secret: SECRET }] } } })
  await using stream = await subscribe(product.url, {
    query:
      'subscription { appointmentChanged { kind movement source occurredAt appointment { restId title } } }',
  })
  const change = { object: shown('apt_x'), previous: shown('apt_x', { title: 'Before' }) }
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
