import { FIELD_NAMES, type FieldName, type PartialAppointment } from '../../contract/field-names.ts'
import { FIELD_READERS, readId } from '../../contract/field-values.ts'
import type { Clock } from '../clock.ts'
import type { Layer, Reply } from '../pipe/pipe.ts'
import type { Coherence } from './coherence.ts'

/** Shows each row of each read to the coherence: what differs from the last word on it is a change that no event told of. */
export function createSightings(coherence: Coherence, clock: Clock): Layer {
  return (next) => async (request, operation) => {
    const { account } = operation
    if (request.method !== 'GET' || !coherence.hasEvents(account)) return next(request, operation)
    const askedAt = clock.monotonic()
    const reply = await next(request, operation)
    const { dateMs } = reply.response
    for (const row of rowsOf(reply)) {
      const id = readId(row.id)
      if (id === undefined) continue
      const known = coherence.lastWord(account, id)
      if (known !== undefined)
        await coherence.takeRead(account, { shown: fieldsOf(row, id), askedAt, dateMs })
    }
    return reply
  }
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
