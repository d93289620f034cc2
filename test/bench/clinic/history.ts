/** What the day looked like, version by version, and how old what a reader was shown is. */
export interface History {
  /** The rows of the day as they are from `at` on. `knownTo` is the row that was written through the gateway. */
  add(rows: readonly DayRow[], at: number, knownTo?: string): void
  latest(): readonly DayRow[]
  /** Notes down what a reader may not be shown any more. Call before it asks. */
  beginRead(id?: string): Reading
}

export interface DayRow {
  readonly restId: string
  readonly title: string
  readonly startTime: string
  readonly status: string
}

export interface Reading {
  /** How long ago what was shown was superseded, in milliseconds; undefined where the day never looked like that. */
  judge(shown: readonly DayRow[], now: number): { ageMs: number; isBeforeKnownWrite: boolean } | undefined
}

interface Version {
  readonly day: string
  readonly rows: ReadonlyMap<string, string>
  readonly since: number
}

export function createHistory(first: readonly DayRow[], at: number): History {
  const versions: Version[] = []
  let latest = first
  let knownDay = 0
  const knownRows = new Map<string, number>()

  function add(rows: readonly DayRow[], since: number, knownTo?: string): void {
    latest = rows
    versions.push({
      day: rows.map(textOf).join('\n'),
      rows: new Map(rows.map((row) => [row.restId, textOf(row)])),
      since,
    })
    if (knownTo === undefined) return
    knownDay = versions.length - 1
    knownRows.set(knownTo, knownDay)
  }

  add(first, at)
  return {
    add,
    latest: () => latest,
    beginRead(id) {
      const oldest = id === undefined ? knownDay : (knownRows.get(id) ?? 0)
      return {
        judge(shown, now) {
          const text = shown.map(textOf).join('\n')
          const seen = versions.findLastIndex(
            ({ day, rows }) => (id === undefined ? day : rows.get(id)) === text,
          )
          if (seen < 0) return undefined
          const superseded = versions
            .slice(seen + 1)
            .find(({ day, rows }) => (id === undefined ? day : rows.get(id)) !== text)
          return {
            ageMs: superseded === undefined ? 0 : now - superseded.since,
            isBeforeKnownWrite: seen < oldest,
          }
        },
      }
    },
  }
}

function textOf({ restId, title, startTime, status }: DayRow): string {
  return [restId, title, startTime, status].join(' ')
}
