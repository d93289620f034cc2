import { LRUCache } from 'lru-cache'
import {
  type AppointmentFilter,
  FIELD_NAMES,
  type FieldName,
  type PartialAppointment,
} from '../../contract/field-names.ts'
import { matches } from '../../events/filter.ts'
import { isInOrder, LIST_ORDERS, type ListOrder } from '../../events/list-order.ts'
import { agreesWith, patch } from '../../events/patch.ts'
import type { AppointmentDiff } from '../../shared/epochs.ts'
import { readRow } from '../appointments/row.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { isWhole, type ListRead } from './page.ts'
import type { Layer, Reply, RestRequest } from './pipe.ts'

/** Remembered lists of appointments, and what changes do to them. */
export interface Lists {
  /** Learns from each list that is read in which orders the upstream's lists may be. */
  readonly layer: Layer
  /**
   * The reply to a read once these changes have happened, oldest first: itself where they leave it as it is, or a patched
   * one. Undefined where it has to be asked for again.
   */
  readonly after: (
    changes: readonly AppointmentDiff[],
    read: RestRequest,
    reply: Reply,
    account: string,
  ) => Reply | undefined
}

/** What the lists of an account have shown of their order. */
interface Evidence {
  readonly orders: readonly ListOrder[]
  /** The rows that were compared with their neighbours. */
  readonly pairs: number
}

/** So many rows are in one of the known orders by chance once in some thousand times. */
const ENOUGH_PAIRS = 6
const MAX_ACCOUNTS = 10_000

export function createLists(): Lists {
  const evidenceOf = new LRUCache<string, Evidence>({ max: MAX_ACCOUNTS })

  function learn(account: string, { data }: Reply): void {
    const rows = readRows(data)
    if (rows === undefined || rows.length < 2) return
    const { orders, pairs } = evidenceOf.get(account) ?? { orders: LIST_ORDERS, pairs: 0 }
    evidenceOf.set(account, {
      orders: orders.filter((order) => isInOrder(rows, order)),
      pairs: pairs + rows.length - 1,
    })
  }

  function ordersOf(account: string): readonly ListOrder[] {
    const { orders = [], pairs = 0 } = evidenceOf.get(account) ?? {}
    return pairs < ENOUGH_PAIRS ? [] : orders
  }

  return {
    layer: (next) => async (request, operation) => {
      const reply = await next(request, operation)
      if (request.filter !== undefined) learn(operation.account, reply)
      return reply
    },
    after(changes, read, reply, account) {
      if (changes.length === 0) return reply
      if (read.filter === undefined) return undefined
      return isWhole(read, reply)
        ? patchReply(reply, read, changes, ordersOf(account))
        : afterUnseen(changes, read.filter, reply)
    },
  }
}

function patchReply(
  reply: Reply,
  { filter, window }: ListRead,
  changes: readonly AppointmentDiff[],
  orders: readonly ListOrder[],
): Reply | undefined {
  const given = readRows(reply.data)
  if (given === undefined) return afterUnseen(changes, filter, reply)
  const { asOf = Number.POSITIVE_INFINITY, changedAt = new Map() } = reply
  const list = { filter, limit: window.limit, rows: given, asOf, changedAt }
  const patched = changes.reduce<typeof list | null>(
    (known, change) => known && patch(known, change, orders),
    list,
  )
  if (patched === null) return undefined
  if (patched.rows === given) return { ...reply, changedAt: patched.changedAt }
  const shown = new Map(given.map((row, nth) => [row, (reply.data as readonly unknown[])[nth]]))
  const data = patched.rows.map((row) => shown.get(row) ?? restRowOf(row))
  const bytes = Math.ceil((reply.bytes * (1 + data.length)) / (1 + given.length))
  return { ...reply, data, bytes, changedAt: patched.changedAt }
}

/** The rows of a list that can be read in full; undefined where one can't. */
function readRows(data: unknown): readonly PartialAppointment[] | undefined {
  if (!Array.isArray(data)) return undefined
  const rows = data.map((item) => readRow(item, invalidResponse))
  const isReadable = rows.every(
    (row) =>
      !(row instanceof UpstreamError) && !Object.values(row).some((value) => value instanceof UpstreamError),
  )
  return isReadable ? (rows as readonly PartialAppointment[]) : undefined
}

function restRowOf(row: PartialAppointment): Record<string, unknown> {
  return Object.fromEntries((Object.keys(row) as FieldName[]).map((name) => [FIELD_NAMES[name], row[name]]))
}

/** Of a part of a list: what lies before it moves it along. */
function afterUnseen(
  changes: readonly AppointmentDiff[],
  filter: AppointmentFilter,
  reply: Reply,
): Reply | undefined {
  return changes.some((change) => mayChange(filter, change, reply)) ? undefined : reply
}

function rowIn(data: unknown, id: string): unknown {
  const rows: readonly unknown[] = Array.isArray(data) ? data : []
  return rows.find((row) => (row as { readonly id?: unknown } | null)?.id === id)
}

function showsAll(shown: unknown, now: PartialAppointment): boolean {
  const [row] = readRows([shown]) ?? []
  return row !== undefined && agreesWith(row, now)
}

function mayChange(
  filter: AppointmentFilter,
  { id, now, before }: AppointmentDiff,
  { data }: Reply,
): boolean {
  const shown = rowIn(data, id)
  if (shown !== undefined && matches(filter, now) === true && showsAll(shown, now)) return false
  if (before === undefined || matches(filter, now) !== false) return true
  if (before !== null && matches(filter, before) !== false) return true
  // A list may show the appointment as it was before a change that nobody told of.
  return shown !== undefined
}
