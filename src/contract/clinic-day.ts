import { toUtc } from './instant.ts'

/** The instants of a day: its first and its last millisecond. RFC 3339 in UTC. */
export interface DayRange {
  readonly startsFrom: string
  readonly startsTo: string
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** More than the largest UTC offset of any time zone. */
const REACH_MS = 16 * HOUR_MS

/** The UTC offset of a time zone at an instant, both in milliseconds. */
type OffsetAt = (ms: number) => number

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/

/** Cached, because creating a formatter takes some 30 microseconds. The number of names limits the size. */
const formatters = new Map<string, Intl.DateTimeFormat>()

/** Whether the IANA database has the name, in any case. An offset such as `+01:00` is not a zone: it has no clock changes. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

/** Whether the text is an RFC 3339 full-date of an existing day. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && toUtc(`${text}T00:00:00Z`) !== undefined
}

/**
 * The instants of this day in a time zone. The days of a zone follow each other without a gap or an overlap. Where midnight
 * occurs twice the day begins at the first one, and where clocks skip midnight, at that moment. Undefined where clocks skip
 * the entire day, and where a part of the day is outside the years 0000 to 9999 of UTC.
 */
export function rangeOfDay(day: string, timeZone: string): DayRange | undefined {
  const midnight = Date.parse(`${day}T00:00:00Z`)
  const [from, next] = startsOf(midnight, offsetsOf(timeZone))
  if (from === next) return undefined
  const startsFrom = toUtc(new Date(from).toISOString())
  const startsTo = toUtc(new Date(next - 1).toISOString())
  return startsFrom === undefined || startsTo === undefined ? undefined : { startsFrom, startsTo }
}

/**
 * Converts an instant in the form of `toUtc` to local time: RFC 3339 with the offset of the time zone. Where RFC 3339 can't
 * express the local time, the instant stays in UTC: offsets had seconds until 1972, and a year has four digits.
 */
export function toLocal(utc: string, timeZone: string): string {
  const second = Date.parse(`${utc.slice(0, 19)}Z`)
  const offset = offsetsOf(timeZone)(second)
  const wall = new Date(second + offset).toISOString()
  if (offset % 60_000 !== 0 || !/^\d/.test(wall)) return utc
  const fraction = utc.slice(19, -1)
  return `${wall.slice(0, 19)}${fraction}${textOfOffset(offset)}`
}

/** The starts of a day and of the next day. `midnight` is that of the day in milliseconds, as if its zone were UTC. */
function startsOf(midnight: number, offsetAt: OffsetAt): readonly [from: number, next: number] {
  const nextMidnight = midnight + DAY_MS
  const before = offsetAt(midnight - REACH_MS)
  // On most days no clock changes.
  if (before === offsetAt(nextMidnight + REACH_MS)) return [midnight - before, nextMidnight - before]
  return [startOf(midnight, offsetAt), startOf(nextMidnight, offsetAt)]
}

function startOf(midnight: number, offsetAt: OffsetAt): number {
  const starts = [midnight - REACH_MS, midnight + REACH_MS].map((at) => midnight - offsetAt(at))
  const matching = starts.filter((at) => at + offsetAt(at) === midnight)
  return matching.length > 0 ? Math.min(...matching) : skippedMidnight(midnight, offsetAt)
}

/** The moment when the clocks skip midnight, which has no fraction of a second. */
function skippedMidnight(midnight: number, offsetAt: OffsetAt): number {
  let [low, high] = [(midnight - REACH_MS) / 1000, (midnight + REACH_MS) / 1000]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (middle * 1000 + offsetAt(middle * 1000) < midnight) low = middle
    else high = middle
  }
  return high * 1000
}

function offsetsOf(timeZone: string): OffsetAt {
  const formatter = formatterOf(timeZone)
  return (ms) => {
    const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(formatter.format(ms)) ?? []
    const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
    return sign === '-' ? -offset : offset
  }
}

/** Throws a RangeError for an unknown time zone. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  // Names are case-insensitive, so that all spellings of a name share a formatter.
  const name = timeZone.toLowerCase()
  const cached = formatters.get(name)
  if (cached !== undefined) return cached
  // The hour replaces the default fields, which take longer to format.
  const formatter = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset', hour: 'numeric' })
  formatters.set(name, formatter)
  return formatter
}

function textOfOffset(offset: number): string {
  const minutes = Math.abs(offset) / 60_000
  const two = (value: number) => String(value).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
