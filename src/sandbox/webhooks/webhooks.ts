import type { DatabaseSync } from 'node:sqlite'
import type { WebhookEvent } from '../../contract/event.ts'
import type { AppointmentChange } from '../storage/appointments.ts'
import { transaction } from '../storage/transaction.ts'
import { createDeliverer, type DelivererOptions } from './deliverer.ts'
import { createEndpoints } from './endpoints.ts'
import { appointmentEvent, eventType, testEvent } from './event.ts'
import { createOutbox } from './outbox.ts'

export interface WebhooksOptions extends Omit<DelivererOptions, 'outbox' | 'timeoutMs'> {
  readonly database: DatabaseSync
  /** @default 5000 */
  readonly timeoutMs?: number
}

/** Tells the webhooks of an organisation of what changes: the endpoints, the outbox, and who empties it. */
export function createWebhooks({ database, timeoutMs = 5_000, ...options }: WebhooksOptions) {
  const { knobs, clock } = options
  const endpoints = createEndpoints(database)
  const outbox = createOutbox(database)
  const deliverer = createDeliverer({ ...options, outbox, timeoutMs })

  /** Shuffled deliveries wait a while of random length, so that changes swap places that follow each other. */
  function firstDueAt(): number {
    return Date.now() + (knobs.webhookOrder === 'kept' ? 0 : Math.floor(Math.random() * knobs.webhookRetryMs))
  }

  return {
    endpoints,

    /** Writes the deliveries of a change into the outbox. The caller's transaction makes them and the change one. */
    record(change: AppointmentChange): void {
      const subscribers = endpoints.subscribers(change.organisation, eventType(change))
      if (subscribers.length === 0) return
      const { id: eventId, ...rest } = appointmentEvent(change, knobs.webhookObject, clock())
      const body = JSON.stringify({ id: eventId, ...rest })
      for (const webhookId of subscribers) {
        outbox.add({ webhookId, lane: webhookId, eventId, body, dueAt: firstDueAt() })
        deliverer.wake(webhookId)
      }
    },

    /** Sends a test event, past the events that wait for the same webhook. */
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
