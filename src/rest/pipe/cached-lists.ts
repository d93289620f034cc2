import { LRUCache } from 'lru-cache'
import { FIELD_NAMES, type FieldName, type PartialAppointment } from '../../contract/field-names.ts'
import { createOrderEvidence, type OrderEvidence } from '../../events/list-order.ts'
import { patch } from '../../events/patch.ts'
import type { AppointmentDiff } from '../../shared/epochs.ts'
import { readableFields, readRow } from '../appointments/row.ts'
import { invalidResponse, UpstreamError } from '../errors.ts'
import { isCompleteList, limitOf } from './page.ts'
import type { Layer, Reply, RestRequest } from './pipe.ts'

/** Patches changes into cached lists of appointments. */
export interface CachedLists {
  /** Learns from each list that is read by which orders the upstream may sort its lists. */
  readonly layer: Layer
  /**
   * The reply to a read with these changes applied, oldest first: with the same `data` where they do not change it. Undefined
   * where the read has to be sent again.
   */
  readonly applyChanges: (
    changes: readonly AppointmentDiff[],
    read: RestRequest,
    reply: Reply,
    account: string,
  ) => Reply | undefined
}

const MAX_ACCOUNTS = 10_000
/** About what an entry of `changedAt` takes. */
const CHANGED_AT_BYTES = 100

export function createCachedLists(): CachedLists {
  const evidenceOf = new LRUCache<string, OrderEvidence>({ max: MAX_ACCOUNTS })

  function learn(account: string, { data }: Reply): void {
    const { rows, isComplete } = readRows(data)
    if (!isComplete || rows.length < 2) return
    const evidence = evidenceOf.get(account) ?? createOrderEvidence()
    evidenceOf.set(account, evidence)
    evidence.learn(rows)
  }

  return {
    layer: (next) => async (request, operation) => {
      const reply = await next(request, operation)
      if (request.filter !== undefined) learn(operation.account, reply)
      return reply
    },
    applyChanges(changes, read, reply, account) {
      if (changes.length === 0) return reply
      const { filter, window } = read
      if (filter === undefined || window === undefined) return undefined
      const { rows, isComplete } = readRows(reply.data)
      const list = {
        filter,
        limit: limitOf(reply, window),
        rows,
        isComplete: isComplete && isCompleteList(read, reply),
        asOf: reply.asOf ?? Number.POSITIVE_INFINITY,
        changedAt: reply.changedAt ?? new Map(),
      }
      // A row that can't be read may be at any place in the order.
      const orders = isComplete ? (evidenceOf.get(account)?.orders() ?? []) : []
      const patched = patch(list, changes, orders)
      if (patched === null) return undefined
      const data = patched.rows === rows ? reply.data : dataOf(patched.rows, rows, reply)
      return sized({ ...reply, data, asOf: patched.asOf, changedAt: patched.changedAt }, reply)
    },
  }
}

function dataOf(
  patched: readonly PartialAppointment[],
  before: readonly PartialAppointment[],
  { data }: Reply,
): readonly unknown[] {
  const restRows = new Map(before.map((row, nth) => [row, (data as readonly unknown[])[nth]]))
  return patched.map((row) => restRows.get(row) ?? restRowOf(row))
}

/** The patched reply with an estimate of its memory, from that of the reply before. */
function sized(patched: Reply, before: Reply): Reply {
  const countOf = ({ data }: Reply) => 1 + (Array.isArray(data) ? data.length : 0)
  const changedAtBytes = ({ changedAt }: Reply) => CHANGED_AT_BYTES * (changedAt?.size ?? 0)
  const rows = ((before.bytes - changedAtBytes(before)) * countOf(patched)) / countOf(before)
  return { ...patched, bytes: Math.ceil(rows) + changedAtBytes(patched) }
}

interface ReadRows {
  /** The readable fields of each row that has an id. */
  readonly rows: readonly PartialAppointment[]
  /** Whether every row, and every value in it, could be read. */
  readonly isComplete: boolean
}

function readRows(data: unknown): ReadRows {
  if (!Array.isArray(data)) return { rows: [], isComplete: false }
  const rows: PartialAppointment[] = []
  let isComplete = true
  for (const item of data) {
    const row = readRow(item, invalidResponse)
    if (row instanceof UpstreamError) isComplete = false
    else {
      rows.push(row as PartialAppointment)
      isComplete &&= !Object.values(row).some((value) => value instanceof UpstreamError)
    }
  }
  return { rows: isComplete ? rows : rows.map((row) => readableFields(row)), isComplete }
}

function restRowOf(row: PartialAppointment): Record<string, unknown> {
  return Object.fromEntries((Object.keys(row) as FieldName[]).map((name) => [FIELD_NAMES[name], row[name]]))
}
