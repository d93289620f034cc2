/** The wall clock of a clinic. A day is a text such as `2026-03-29`, an instant milliseconds since the epoch. */
export interface ClinicClock {
  dayOf(instant: number): string
  /** `09:30` */
  timeOf(instant: number): string
  /** The first instant of the day, and that of the next: 23 or 25 hours later where the clocks change. */
  rangeOf(day: string): readonly [from: number, to: number]
  /** When the clocks of a day first show a time such as `09:30`; undefined where they skip it. */
  instantOf(day: string, time: string): number | undefined
}

const HOUR_MS = 3_600_000
/** More than the largest UTC offset of any time zone. */
const REACH_MS = 16 * HOUR_MS

/**
 * Converts between instants and the local time of a clinic, to draw the hours of a filter's `day` or to read a typed time.
 * Correct for every current zone, since their UTC offsets are full minutes. Throws a RangeError for an unknown zone.
 *
 * @param timeZone an IANA name, such as `Europe/London`
 */
export function createClinicClock(timeZone: string): ClinicClock {
  // The Swedish format is `2026-03-29 09:30`.
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const readingOf = (instant: number) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`)

  function instantsOf(reading: number) {
    const tried = [reading - REACH_MS, reading + REACH_MS].map((near) => reading - (readingOf(near) - near))
    return { matching: tried.filter((instant) => readingOf(instant) === reading), latest: Math.max(...tried) }
  }

  /** Where the clocks skip midnight, the day begins at that moment. */
  function startOf(day: string): number {
    const { matching, latest } = instantsOf(Date.parse(day))
    return matching.length > 0 ? Math.min(...matching) : latest
  }

  return {
    dayOf: (instant) => format.format(instant).slice(0, 10),
    timeOf: (instant) => format.format(instant).slice(11),
    rangeOf: (day) => [startOf(day), startOf(addDays(day, 1))],
    instantOf(day, time) {
      const { matching } = instantsOf(Date.parse(`${day}T${time}Z`))
      return matching.length > 0 ? Math.min(...matching) : undefined
    },
  }
}

/** Steps through the calendar, where every day has 24 hours. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * HOUR_MS).toISOString().slice(0, 10)
}

/** The seven days of the day's week, from Monday on. */
export function weekOf(day: string): readonly string[] {
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7
  return Array.from({ length: 7 }, (_, index) => addDays(day, index - sinceMonday))
}
