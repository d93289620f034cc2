import type { AppointmentFilter } from '../../../src/contract/field-names.ts'
import type { ModelRow } from './model-upstream.ts'

/** What one reader may see of a list: each appointment in one of its versions, and in none before a known one. */
export interface Judge {
  /** The gateway has received an event of this version, or has written it. */
  know(id: string, version: number): void
  /** To call when a read begins. The returned function judges the rows of its answer: it returns a line for each fault. */
  begin(list: string, filter: AppointmentFilter): (shown: readonly string[]) => string[]
}

export interface JudgeOptions {
  readonly ids: readonly string[]
  readonly historyOf: (id: string) => readonly ModelRow[]
  readonly order: (a: ModelRow, b: ModelRow) => number
}

export function createJudge({ ids, historyOf, order }: JudgeOptions): Judge {
  const known = new Map<string, number>()
  /** By list and appointment, the version that a reader of it has seen. */
  const seen = new Map<string, number>()

  return {
    know: (id, version) => void known.set(id, Math.max(version, known.get(id) ?? 0)),
    begin(list, filter) {
      const atLeast = new Map(
        ids.map((id) => [id, Math.max(known.get(id) ?? 0, seen.get(`${list} ${id}`) ?? 0)]),
      )
      return (shown) => {
        const faults: string[] = []
        const rows = shown.map((name) => rowOf(name, filter))
        for (const row of rows) {
          if (row.version < (atLeast.get(row.id) ?? 0))
            faults.push(`${list} showed ${row.id} as of ${row.version}, not ${atLeast.get(row.id)}`)
          if (!isIn(filter, row)) faults.push(`${list} showed ${row.id}, which was not in it`)
          seen.set(`${list} ${row.id}`, row.version)
        }
        for (const id of ids)
          if (!rows.some((row) => row.id === id) && !mayLack(id, atLeast.get(id) ?? 0, filter))
            faults.push(`${list} lacked ${id}`)
        rows.forEach((row, nth) => {
          const previous = rows[nth - 1]
          if (previous !== undefined && order(previous, row) > 0) faults.push(`${list} is out of order`)
        })
        return faults
      }
    },
  }

  /** A version may have several states: the list may contain any of those that match it. */
  function rowOf(name: string, filter: AppointmentFilter): ModelRow {
    const [id = '', version = ''] = name.split(':')
    const rows = historyOf(id).filter((each) => each.version === Number(version))
    const row = rows.find((each) => isIn(filter, each)) ?? rows[0]
    if (row === undefined) throw new Error(`There was never ${name}`)
    return row
  }

  /** Whether one of its versions was not in the list, or it did not exist yet. */
  function mayLack(id: string, atLeast: number, filter: AppointmentFilter): boolean {
    return atLeast === 0 || historyOf(id).some((row) => row.version >= atLeast && !isIn(filter, row))
  }
}

export function isIn(
  { patientId, clinicianId, statuses, startsFrom, startsTo }: AppointmentFilter,
  { patient, clinician, status, hour }: ModelRow,
): boolean {
  const hourOf = (instant: string) => Number(instant.slice(11, 13))
  return (
    (patientId === undefined || patientId === patient) &&
    (clinicianId === undefined || clinicianId === clinician) &&
    (statuses === undefined || statuses.includes(status)) &&
    (startsFrom === undefined || hour >= hourOf(startsFrom)) &&
    (startsTo === undefined || hour <= hourOf(startsTo))
  )
}
