import { LRUCache } from 'lru-cache'
import { FIELD_NAMES, type FieldName, type PartialAppointment } from '../../contract/field-names.ts'
import { FIELD_READERS, readId } from '../../contract/field-values.ts'
import type { Clock } from '../clock.ts'
import type { Layer, Operation, Reply, RestRequest, Send } from '../pipe/pipe.ts'
import type { Coherence } from './coherence.ts'
import type { Sighting } from './evidence.ts'

/** Rows that are known by an earlier read only. */
const MAX_ROWS = 20_000

/**
 * Shows each row of each read to the coherence. A row that differs from the last word on it, or without one from what an
 * earlier read showed, is a change that no event told of.
 */
export function createSightings(coherence: Coherence, clock: Clock): Layer {
  const earlier = new LRUCache<string, Sighting>({ max: MAX_ROWS })

  async function read(request: RestRequest, operation: Operation, next: Send): Promise<Reply> {
    const askedAt = clock.monotonic()
    const reply = await next(request, operation)
    const seenAt = clock.monotonic()
    for (const row of rowsOf(reply)) {
      const id = readId(row.id)
      if (id === undefined) continue
      const key = `${operation.account} ${id}`
      const sighting = { shown: fieldsOf(row, id), askedAt, seenAt }
      const before = earlier.get(key)
      const noting = coherence.takeRead(operation.account, sighting, before)
      // As a rule there is nothing to note.
      if (noting !== undefined) await noting
      // An answer that took its time is not the latest.
      if (before === undefined || before.askedAt <= askedAt) earlier.set(key, sighting)
    }
    return reply
  }

  return (next) => (request, operation) =>
    request.method === 'GET' && coherence.hasEvents(operation.account)
      ? read(request, operation, next)
      : next(request, operation)
}

type RestRow = Readonly<Record<string, unknown>>

function rowsOf({ data }: Reply): readonly RestRow[] {
  const rows: readonly unknown[] = Array.isArray(data) ? data : [data]
  return rows.filter((row): row is RestRow => typeof row === 'object' && row !== null)
}

/** What can't be read is left out. */
function fieldsOf(row: RestRow, id: string): PartialAppointment {
  const fields: Record<string, unknown> = {}
  for (const name of Object.keys(FIELD_NAMES) as FieldName[]) {
    const value = row[FIELD_NAMES[name]]
    fields[name] = value === null ? null : FIELD_READERS[name](value)
  }
  return { ...fields, id }
}
