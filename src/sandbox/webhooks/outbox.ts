import type { DatabaseSync } from 'node:sqlite'

/** A pending delivery of an event to one webhook. */
export interface Delivery {
  readonly id: number
  /** Deliveries of one lane share its limit in flight; those of different lanes never wait for each other. */
  readonly lane: string
  readonly webhookId: string
  readonly url: string
  readonly secret: string
  readonly eventId: string
  readonly body: string
  readonly failedAttempts: number
  /** When the next attempt is due: milliseconds since the epoch, by the system clock. */
  readonly dueAt: number
  /** The headers of the first attempt, if retries repeat them. */
  readonly headers: Readonly<Record<string, string>> | null
}

export type NewDelivery = Pick<Delivery, 'lane' | 'webhookId' | 'eventId' | 'body' | 'dueAt'>

/**
 * The pending deliveries. A row is written in the transaction of the change that it reports. It is removed when the
 * receiver has accepted the delivery or the deliverer gives up.
 */
export function createOutbox(database: DatabaseSync) {
  const insertOne = database.prepare(
    'INSERT INTO deliveries (webhook_id, lane, event_id, body, tries, due_at) VALUES (?, ?, ?, ?, 0, ?)',
  )
  const findNext = database.prepare(
    `SELECT deliveries.id, lane, webhook_id, url, secret, event_id, body, tries, due_at, headers
     FROM deliveries JOIN webhooks ON webhooks.id = webhook_id
     WHERE lane = ? ORDER BY due_at, deliveries.id LIMIT ?`,
  )
  const findLanes = database.prepare('SELECT DISTINCT lane FROM deliveries')
  const deleteOne = database.prepare('DELETE FROM deliveries WHERE id = ?')
  const postponeOne = database.prepare(
    'UPDATE deliveries SET tries = ?, due_at = ?, headers = ? WHERE id = ?',
  )

  return {
    /** The caller opens the transaction. */
    add({ webhookId, lane, eventId, body, dueAt }: NewDelivery): void {
      insertOne.run(webhookId, lane, eventId, body, dueAt)
    },

    lanes(): readonly string[] {
      return findLanes.all().map(({ lane }) => String(lane))
    },

    /** The first delivery of the lane that is not in flight. It may be due later. */
    next(lane: string, inFlight: ReadonlySet<number>): Delivery | undefined {
      const rows = findNext.all(lane, inFlight.size + 1) as unknown as Row[]
      const row = rows.find(({ id }) => !inFlight.has(id))
      return row && toDelivery(row)
    },

    remove(id: number): void {
      deleteOne.run(id)
    },

    postpone(
      id: number,
      { failedAttempts, dueAt, headers }: Pick<Delivery, 'failedAttempts' | 'dueAt' | 'headers'>,
    ): void {
      postponeOne.run(failedAttempts, dueAt, headers && JSON.stringify(headers), id)
    },
  }
}
export type Outbox = ReturnType<typeof createOutbox>

interface Row {
  readonly id: number
  readonly lane: string
  readonly webhook_id: string
  readonly url: string
  readonly secret: string
  readonly event_id: string
  readonly body: string
  readonly tries: number
  readonly due_at: number
  readonly headers: string | null
}

function toDelivery({ webhook_id, event_id, tries, due_at, headers, ...row }: Row): Delivery {
  return {
    ...row,
    webhookId: webhook_id,
    eventId: event_id,
    failedAttempts: tries,
    dueAt: due_at,
    headers: headers === null ? null : JSON.parse(headers),
  }
}
