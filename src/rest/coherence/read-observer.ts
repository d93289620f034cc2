import { FIELD_NAMES, type FieldName, type PartialAppointment } from '../../contract/field-names.ts'
import { FIELD_READERS, readId } from '../../contract/field-values.ts'
import type { Clock } from '../clock.ts'
import { isOfAppointments } from '../pipe/epochs.ts'
import { isCompleteList } from '../pipe/page.ts'
import {
  type Layer,
  type Operation,
  periodOf,
  type Reply,
  type RestRequest,
  type Send,
} from '../pipe/pipe.ts'
import type { Coherence } from './coherence.ts'

/**
 * Compares each row of each answer with the latest known change of its appointment, or without one with the previous read. A
 * difference is a change that no event has reported.
 */
export function createReadObserver(coherence: Coherence, clock: Clock): Layer {
  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const requestedAt = clock.monotonic()
    const reply = await next(request, operation)
    const receivedAt = clock.monotonic()
    const period = periodOf(reply.response, receivedAt - requestedAt)
    if (period !== undefined) coherence.observeDate(operation.account, period.latest)
    const rows = rowsOf(reply).flatMap((row) => fieldsOf(row) ?? [])
    const since = period?.earliest
    for (const row of rows) {
      const recording = coherence.compareRead(operation.account, { row, requestedAt, receivedAt, since })
      if (recording !== undefined) await recording
    }
    if (isCompleteList(request, reply)) {
      const list = { filter: request.filter, rows, requestedAt, receivedAt, isOneRequest: true }
      const missing = await coherence.compareList(operation.account, list)
      for (const each of missing) await coherence.recordMissing(operation.account, each, list)
    }
    return period === undefined ? reply : { ...reply, asOf: period.latest }
  }

  return (next) => (request, operation) =>
    request.method === 'GET' && isOfAppointments(request) && coherence.hasEvents(operation.account)
      ? read(request, operation, next)
      : next(request, operation)
}

type RestRow = Readonly<Record<string, unknown>>

function rowsOf({ data }: Reply): readonly RestRow[] {
  const rows: readonly unknown[] = Array.isArray(data) ? data : [data]
  return rows.filter((row): row is RestRow => typeof row === 'object' && row !== null)
}

/** A field that can't be read is undefined. */
function fieldsOf(row: RestRow): PartialAppointment | undefined {
  const id = readId(row.id)
  if (id === undefined) return undefined
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(FIELD_NAMES) as FieldName[]) {
    const value = row[FIELD_NAMES[name]]
    fields[name] = value === null ? null : FIELD_READERS[name](value)
  }
  return { ...fields, id }
}
