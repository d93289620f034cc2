/** What the clocks of a time zone show. A day is a text such as `2026-03-29`, an instant milliseconds since the epoch. */
export interface Clock {
  dayOf(instant: number): string
  /** `09:30` */
  timeOf(instant: number): string
  /** The first instant of the day, and that of the next: 23 or 25 hours later where the clocks change. */
  rangeOf(day: string): readonly [from: number, to: number]
  /** When the clocks of a day first show this time; undefined where they skip it. */
  instantOf(day: string, time: string): number | undefined
}

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
/** No clock is further from UTC. */
const REACH = 16 * HOUR

export function createClock(timeZone: string): Clock {
  // Swedish clocks write `2026-03-29 09:30`.
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const readingOf = (instant: number) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`)

  function instantsOf(reading: number) {
    const tried = [reading - REACH, reading + REACH].map((near) => reading - (readingOf(near) - near))
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

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * 24 * HOUR).toISOString().slice(0, 10)
}

/** The seven days of the week that has this day, from Monday. */
export function weekOf(day: string): readonly string[] {
  const monday = addDays(day, -((new Date(day).getUTCDay() + 6) % 7))
  return Array.from({ length: 7 }, (_, index) => addDays(monday, index))
}

/** A day in words, in the parts that the options name. */
export function nameOfDay(day: string, parts: Intl.DateTimeFormatOptions): string {
  return new Date(day).toLocaleDateString('en-GB', { timeZone: 'UTC', ...parts })
}
