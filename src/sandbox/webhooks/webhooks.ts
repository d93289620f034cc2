import type { DatabaseSync } from 'node:sqlite'
import type { WebhookEvent } from '../../contract/event.ts'
import type { EntryChange } from '../directory/directory.ts'
import type { AppointmentChange } from '../storage/appointments.ts'
import { transaction } from '../storage/transaction.ts'
import { createDeliverer, type DelivererOptions } from './deliverer.ts'
import { createEndpoints } from './endpoints.ts'
import { appointmentEvent, entryEvent, testEvent } from './event.ts'
import { createOutbox } from './outbox.ts'

export interface WebhooksOptions extends Omit<DelivererOptions, 'outbox' | 'timeoutMs'> {
  readonly database: DatabaseSync
  /** @default 5000 */
  readonly timeoutMs?: number
}

/** Delivers changes to the webhooks of an organisation: the endpoints, the outbox, and the deliverer. */
export function createWebhooks({ database, timeoutMs = 5_000, ...options }: WebhooksOptions) {
  const { knobs, clock } = options
  const endpoints = createEndpoints(database)
  const outbox = createOutbox(database)
  const deliverer = createDeliverer({ ...options, outbox, timeoutMs })

  /** Shuffled deliveries wait for a random time, so that consecutive changes may be sent in another order. */
  function firstDueAt(): number {
    return Date.now() + (knobs.webhookOrder === 'kept' ? 0 : Math.floor(Math.random() * knobs.webhookRetryMs))
  }

  /** Writes the deliveries of an event into the outbox, in the transaction of the change. */
  function record(event: WebhookEvent): void {
    const body = JSON.stringify(event)
    for (const webhookId of endpoints.subscribers(event.organization_id, event.type)) {
      outbox.add({ webhookId, lane: webhookId, eventId: event.id, body, dueAt: firstDueAt() })
      deliverer.wake(webhookId)
    }
  }

  return {
    endpoints,

    recordAppointment: (change: AppointmentChange): void =>
      record(appointmentEvent(change, knobs.webhookObject, clock())),

    recordEntry: (change: EntryChange): void => record(entryEvent(change, clock())),

    /** Sends a test event, ahead of the pending deliveries of the same webhook. */
    test(organisation: string, webhookId: string): WebhookEvent {
      const event = testEvent(webhookId, organisation, clock())
      const lane = `${webhookId}/test`
      const body = JSON.stringify(event)
      transaction(database, () => outbox.add({ webhookId, lane, eventId: event.id, body, dueAt: Date.now() }))
      deliverer.wake(lane)
      return event
    },

    start: deliverer.start,
    close: deliverer.close,
  }
}
export type Webhooks = ReturnType<typeof createWebhooks>
