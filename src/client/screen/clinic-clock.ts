/** What the clocks of a clinic show. A day is a text such as `2026-03-29`, an instant milliseconds since the epoch. */
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
/** No clock is further from UTC. */
const REACH_MS = 16 * HOUR_MS

/**
 * For what a screen does with the `day` of a filter: draws its hours, and makes an instant of the time that somebody typed.
 * Right for every zone of today: their clocks are some whole minutes from UTC. Throws a RangeError for an unknown zone.
 *
 * @param timeZone an IANA name, such as `Europe/London`
 */
export function createClinicClock(timeZone: string): ClinicClock {
  // Swedish clocks write `2026-03-29 09:30`.
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const readingOf = (instant: number) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`)

  function instantsOf(reading: number) {
    const tried = [reading - REACH_MS, reading + REACH_MS].map((near) => reading - (readingOf(near) - near))
    return { shown: tried.filter((instant) => readingOf(instant) === reading), latest: Math.max(...tried) }
  }

  /** Where the clocks skip midnight, the day begins when they do. */
  function startOf(day: string): number {
    const { shown, latest } = instantsOf(Date.parse(day))
    return shown.length > 0 ? Math.min(...shown) : latest
  }

  return {
    dayOf: (instant) => format.format(instant).slice(0, 10),
    timeOf: (instant) => format.format(instant).slice(11),
    rangeOf: (day) => [startOf(day), startOf(addDays(day, 1))],
    instantOf(day, time) {
      const { shown } = instantsOf(Date.parse(`${day}T${time}Z`))
      return shown.length > 0 ? Math.min(...shown) : undefined
    },
  }
}

/** Steps through the calendar, where every day has 24 hours. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * HOUR_MS).toISOString().slice(0, 10)
}

/** The seven days of its week, from Monday on. */
export function weekOf(day: string): readonly string[] {
  const sinceMonday = (new Date(day).getUTCDay() + 6) % 7
  return Array.from({ length: 7 }, (_, index) => addDays(day, index - sinceMonday))
}
