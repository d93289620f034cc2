import { randomBytes, randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { formatInstant } from '../instants.ts'
import { transaction } from '../storage/transaction.ts'
import { urlProblem } from './address.ts'
import { EVENT_TYPES, type EventType } from './event.ts'

/** `*` is every type, including those of later versions. */
export const SUBSCRIBABLE: readonly Subscribable[] = [...EVENT_TYPES, '*']
export type Subscribable = EventType | '*'

/** A webhook in responses of the API, without its secret. */
export interface Webhook {
  readonly id: string
  readonly url: string
  readonly events: Subscribable[]
  readonly is_active: boolean
  readonly description: string | null
  readonly created_at: string
  readonly updated_at: string
}

export interface NewWebhook {
  readonly organisation: string
  readonly url: string
  /** `undefined` generates one. */
  readonly secret?: string | undefined
  /** `undefined` is every type of event. */
  readonly events?: readonly Subscribable[] | undefined
  readonly is_active?: boolean | undefined
  readonly description?: string | null | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** The new values of an update. An undefined field keeps its value. */
export type WebhookChanges = {
  readonly [Field in 'url' | 'secret' | 'events' | 'is_active' | 'description']?:
    | NewWebhook[Field]
    | undefined
}

interface Row extends Omit<Webhook, 'events' | 'is_active' | 'created_at' | 'updated_at'> {
  readonly organisation: string
  readonly secret: string
  readonly events: string
  readonly is_active: 0 | 1
  readonly created_at: number
  readonly updated_at: number
}

/** The webhooks of all organisations. Each call names an organisation and reaches only its rows. */
export function createEndpoints(database: DatabaseSync) {
  const insertOne = database.prepare(
    `INSERT INTO webhooks (id, organisation, url, secret, events, is_active, description, created_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const updateOne = database.prepare(
    `UPDATE webhooks SET url = ?, secret = ?, events = ?, is_active = ?, description = ?, updated_at = ? WHERE id = ?`,
  )
  const deleteOne = database.prepare('DELETE FROM webhooks WHERE id = ? AND organisation = ?')
  const deletePending = database.prepare('DELETE FROM deliveries WHERE webhook_id = ?')
  const clearSignatures = database.prepare('UPDATE deliveries SET headers = NULL WHERE webhook_id = ?')
  const findOne = database.prepare('SELECT * FROM webhooks WHERE id = ? AND organisation = ?')
  const findByUrl = database.prepare(
    'SELECT * FROM webhooks WHERE organisation = ? AND url = ? ORDER BY position LIMIT 1',
  )
  const listAll = database.prepare(
    'SELECT * FROM webhooks WHERE organisation = ? ORDER BY position LIMIT ? OFFSET ?',
  )
  const listActive = database.prepare(
    'SELECT * FROM webhooks WHERE organisation = ? AND is_active = 1 ORDER BY position',
  )

  function insert({ organisation, url, secret = newSecret(), now, ...rest }: NewWebhook) {
    const { events = EVENT_TYPES, is_active = true, description = null } = rest
    const id = `wh_${randomUUID()}`
    insertOne.run(
      ...[id, organisation, url, secret, JSON.stringify(events), is_active ? 1 : 0, description, now, now],
    )
    return { ...toWebhook(findOne.get(id, organisation) as unknown as Row), secret }
  }

  function change(row: Row, changes: WebhookChanges, now: number): Webhook {
    const after: Row = {
      ...row,
      url: changes.url ?? row.url,
      secret: changes.secret ?? row.secret,
      events: changes.events ? JSON.stringify(changes.events) : row.events,
      is_active: changes.is_active === undefined ? row.is_active : changes.is_active ? 1 : 0,
      description: changes.description === undefined ? row.description : changes.description,
    }
    const { url, secret, events, is_active, description } = after
    const columns = ['url', 'secret', 'events', 'is_active', 'description'] as const
    if (columns.every((column) => after[column] === row[column])) return toWebhook(row)
    updateOne.run(url, secret, events, is_active, description, now, row.id)
    if (is_active === 0) deletePending.run(row.id)
    if (secret !== row.secret) clearSignatures.run(row.id)
    return toWebhook({ ...after, updated_at: now })
  }

  return {
    /** The caller opens the transaction. */
    insert,

    list(organisation: string, { limit, offset }: { readonly limit: number; readonly offset: number }) {
      const rows = listAll.all(organisation, limit + 1, offset) as unknown as Row[]
      return { rows: rows.slice(0, limit).map(toWebhook), hasMore: rows.length > limit }
    },

    find(organisation: string, id: string): Webhook | undefined {
      const row = findOne.get(id, organisation) as Row | undefined
      return row && toWebhook(row)
    },

    /** Deactivating a webhook deletes its pending deliveries. */
    update(organisation: string, id: string, changes: WebhookChanges, now: number): Webhook | undefined {
      return transaction(database, () => {
        const row = findOne.get(id, organisation) as Row | undefined
        return row && change(row, changes, now)
      })
    },

    /** Deletes a webhook with its pending deliveries. False if there is no such webhook. */
    remove(organisation: string, id: string): boolean {
      return deleteOne.run(id, organisation).changes > 0
    },

    /** Creates an active webhook for all types with this secret, or updates the one with this URL. */
    put({ organisation, url, secret, now }: NewWebhook & { readonly secret: string }): void {
      const problem = urlProblem(url)
      if (problem !== undefined) throw new Error(`The url of a webhook ${problem}`)
      transaction(database, () => {
        const row = findByUrl.get(organisation, url) as Row | undefined
        if (row) change(row, { secret, events: EVENT_TYPES, is_active: true }, now)
        else insert({ organisation, url, secret, now })
      })
    },

    /** The ids of the active webhooks that subscribe to this type of event. */
    subscribers(organisation: string, type: string): readonly string[] {
      const rows = listActive.all(organisation) as unknown as Row[]
      return rows
        .map(toWebhook)
        .filter(({ events }) => events.some((subscribed) => subscribed === '*' || subscribed === type))
        .map(({ id }) => id)
    },
  }
}

function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`
}

function toWebhook(row: Row): Webhook {
  return {
    id: row.id,
    url: row.url,
    // Written by `insert` and `change`.
    events: JSON.parse(row.events) as Subscribable[],
    is_active: row.is_active === 1,
    description: row.description,
    created_at: formatInstant(row.created_at),
    updated_at: formatInstant(row.updated_at),
  }
}
