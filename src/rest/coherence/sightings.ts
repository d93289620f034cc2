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
 * Shows each row of each read to the coherence. A row that differs from the last word on it, or without one from what an
 * earlier read showed, is a change that no event told of.
 */
export function createSightings(coherence: Coherence, clock: Clock): Layer {
  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const askedAt = clock.monotonic()
    const reply = await next(request, operation)
    const seenAt = clock.monotonic()
    const period = periodOf(reply.response, seenAt - askedAt)
    if (period !== undefined) coherence.takeDate(operation.account, period.latest)
    const rows = rowsOf(reply).flatMap((row) => fieldsOf(row) ?? [])
    const since = period?.earliest
    for (const shown of rows) {
      const noting = coherence.takeRead(operation.account, { shown, askedAt, seenAt, since })
      if (noting !== undefined) await noting
    }
    if (isCompleteList(request, reply)) {
      const whole = { filter: request.filter, shown: rows, askedAt, seenAt, isAtOnce: true }
      const missing = await coherence.takeList(operation.account, whole)
      for (const each of missing) await coherence.takeMissing(operation.account, each, whole)
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

/** What can't be read is left out. */
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
