import DataLoader from 'dataloader'
import type { AppointmentFields, AppointmentFilter, FieldName } from '../contract/field-names.ts'
import type { AppointmentChanges, AppointmentPage, Appointments, Cancellation } from '../rest/appointments.ts'
import { filterQuery } from '../rest/appointments.ts'
import type { Counts } from '../rest/counts.ts'
import { invalidResponse, UpstreamError } from '../rest/errors.ts'
import type { Operation } from '../rest/pipe.ts'
import type { AppointmentRow } from '../rest/row.ts'
import { createConnectionReader, type ReadConnection } from './connection.ts'
import type { Memory } from './memory.ts'
import { type AppointmentRef, refTo } from './ref.ts'

export interface AppointmentLoader {
  /** null where there is none. At most one GET an id. */
  find(id: string): Promise<AppointmentRef | null>
  /** At once where the field is held; else after loading the whole appointment, once for all its fields. */
  field<Name extends FieldName>(id: string, name: Name): MaybePromise<AppointmentFields[Name]>
  /** A page of a list, and its count when asked for. One GET for each different window. */
  readonly connection: ReadConnection
  create(fields: AppointmentChanges, idempotencyKey: string): Promise<AppointmentRef>
  update(id: string, changes: AppointmentChanges): Promise<AppointmentRef>
  cancel(id: string, reason: string | null): Promise<Cancellation & { readonly appointment: AppointmentRef }>
}

type MaybePromise<T> = T | Promise<T>
interface PageKey {
  readonly filter: AppointmentFilter
  readonly window: { readonly offset: number; readonly limit: number }
}

export interface AppointmentLoaderOptions {
  readonly rest: Appointments
  readonly counts: Counts
  readonly by: Operation
  readonly memory: Memory
  readonly maxPageSize: number
}

export function createAppointmentLoader(options: AppointmentLoaderOptions): AppointmentLoader {
  const { rest, counts, by, memory, maxPageSize } = options
  // The API can't fetch several ids at once, so these loaders only remove repeats. Batching would make the slowest
  // key hold up all the others.
  const whole = new DataLoader<string, AppointmentRow>(
    ([id]) => settle(() => rest.retrieve(id as string, by).then(({ row }) => remember(row))),
    { batch: false },
  )
  const pages = new DataLoader<PageKey, AppointmentPage, string>(
    ([key]) => settle(() => list(key as PageKey)),
    {
      batch: false,
      cacheKeyFn: ({ filter, window }) => `${window.offset}+${window.limit}?${filterQuery(filter)}`,
    },
  )

  async function list({ filter, window }: PageKey): Promise<AppointmentPage> {
    const page = await rest.list(filter, window, by)
    for (const row of page.rows) if (!(row instanceof UpstreamError)) memory.remember(row)
    return page
  }

  function remember(row: AppointmentRow): AppointmentRow {
    memory.remember(row)
    return row
  }

  /** A write may change any field of its appointment, and move it into or out of any list; so may one that failed. */
  async function write<Answer>(id: string | null, send: () => Promise<Answer>): Promise<Answer> {
    by.ledger.isMutation = true
    try {
      return await send()
    } finally {
      pages.clearAll()
      if (id !== null) {
        whole.clear(id)
        memory.forget(id)
      }
    }
  }

  return {
    async find(id) {
      if (memory.row(id) !== undefined) return refTo(id)
      try {
        await whole.load(id)
        return refTo(id)
      } catch (error) {
        if (isNotFound(error)) return null
        throw error
      }
    },
    field(id, name) {
      return memory.holds(id, name)
        ? held(memory, id, name)
        : whole.load(id).then(() => held(memory, id, name))
    },
    connection: createConnectionReader({
      maxPageSize,
      counts,
      by,
      page: (filter, window) => pages.load({ filter, window }),
    }),
    create: (fields, idempotencyKey) =>
      write(null, () => rest.create(fields, idempotencyKey, by)).then((row) => refTo(remember(row).id)),
    update: (id, changes) =>
      write(id, () => rest.update(id, changes, by)).then((row) => refTo(remember(row).id)),
    cancel: (id, reason) =>
      write(id, () => rest.cancel(id, reason, by)).then((done) => ({
        ...done,
        appointment: refTo(remember(done.row).id),
      })),
  }
}

function held<Name extends FieldName>(memory: Memory, id: string, name: Name): AppointmentFields[Name] {
  const value = memory.row(id)?.[name]
  if (value instanceof UpstreamError) throw value
  if (value === undefined) throw invalidResponse(`The upstream's whole appointment lacks ${name}.`)
  return value as AppointmentFields[Name]
}

/** The API's name for "not found" is not documented, so its status decides; a page of a proxy is no such answer. */
function isNotFound(error: unknown): boolean {
  return (
    error instanceof UpstreamError && error.told.status === 404 && error.code !== 'UPSTREAM_INVALID_RESPONSE'
  )
}

/** DataLoader wants a failure as a value. */
async function settle<Value>(load: () => Promise<Value>): Promise<(Value | Error)[]> {
  return [await load().catch((error: Error) => error)]
}
