/** All versions of the rows of a day, to tell how old the rows in a response are. */
export interface History {
  /** Adds the rows of the day as of `at`. `writtenId` is the id of a row that the gateway itself wrote, if any. */
  add(rows: readonly DayRow[], at: number, writtenId?: string): void
  latest(): readonly DayRow[]
  /** Records the oldest version that a reader may see. Call it before the read; without an id it is for the day. */
  beginRead(id?: string): Reading
}

export interface DayRow {
  readonly restId: string
  readonly title: string
  readonly startTime: string
  readonly status: string
}

export interface Reading {
  judge(rows: readonly DayRow[], now: number): Judgment
}

export interface Judgment {
  /** The time since a newer version exists, in milliseconds. Undefined if no version has all of these rows. */
  readonly ageMs: number | undefined
  /** A row is older than the gateway's own write of it, or is missing. */
  readonly isBeforeKnownWrite: boolean
}

interface Version {
  readonly day: string
  readonly rows: ReadonlyMap<string, string>
  readonly since: number
}

export function createHistory(first: readonly DayRow[], at: number): History {
  const versions: Version[] = []
  let latest = first
  const knownRows = new Map<string, number>()

  function add(rows: readonly DayRow[], since: number, writtenId?: string): void {
    latest = rows
    versions.push({
      day: rows.map(textOf).join('\n'),
      rows: new Map(rows.map((row) => [row.restId, textOf(row)])),
      since,
    })
    if (writtenId === undefined) return
    knownRows.set(writtenId, versions.length - 1)
  }

  add(first, at)
  return {
    add,
    latest: () => latest,
    beginRead(id) {
      const oldest = id === undefined ? new Map(knownRows) : new Map([[id, knownRows.get(id) ?? 0]])
      return {
        judge(read, now) {
          const shown = new Map(read.map((row) => [row.restId, textOf(row)]))
          const isBeforeKnownWrite = [...oldest].some(
            ([each, since]) =>
              versions.findLastIndex(({ rows }) => rows.get(each) === shown.get(each)) < since,
          )
          const text = read.map(textOf).join('\n')
          const seen = versions.findLastIndex(
            ({ day, rows }) => (id === undefined ? day : rows.get(id)) === text,
          )
          if (seen < 0) return { ageMs: undefined, isBeforeKnownWrite }
          const superseded = versions
            .slice(seen + 1)
            .find(({ day, rows }) => (id === undefined ? day : rows.get(id)) !== text)
          return {
            ageMs: superseded === undefined ? 0 : now - superseded.since,
            isBeforeKnownWrite,
          }
        },
      }
    },
  }
}

function textOf({ restId, title, startTime, status }: DayRow): string {
  return [restId, title, startTime, status].join(' ')
}
