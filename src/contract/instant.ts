/**
 * Matches instants in the form that `toUtc` returns, up to the 28th of a month: `toUtc` returns these without creating a
 * `Date`. Most instants from the upstream match.
 */
const CANONICAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/

/** `Date` formats a year that does not have four digits with a sign: `-000001`, `+010000`. */
const HAS_SIGN = /^[+-]/

/**
 * Converts an RFC 3339 instant to UTC with the shortest fraction, so that equal instants are equal texts. Keeps up to nine
 * digits of the fraction. Returns undefined for any other value, and for an instant outside the years 0000 to 9999 of UTC.
 */
export function toUtc(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  if (CANONICAL.test(value)) return value
  const match = RFC_3339.exec(value)
  if (match === null) return undefined
  const [, date = '', time = '', fraction = '', offset = ''] = match
  const instant = new Date(`${date}T${time}${offset.toUpperCase()}`)
  if (Number.isNaN(instant.getTime()) || !isInCalendar(`${date}T${time}`)) return undefined
  const utc = instant.toISOString()
  return HAS_SIGN.test(utc) ? undefined : utc.replace('.000Z', `${fraction.replace(/\.?0+$/, '')}Z`)
}

/** False for 30 February, which `Date` parses as a day in March. */
function isInCalendar(local: string): boolean {
  const instant = new Date(`${local}Z`)
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(local)
}

/** Formats milliseconds since the epoch in the form that `toUtc` returns. */
export function utcOf(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

/**
 * Rounds an instant in the form of `toUtc` to milliseconds: the nearest one that is not before it (`up`), or not after it
 * (`down`). Undefined where the result is after the year 9999.
 */
export function toMilliseconds(utc: string, round: 'up' | 'down'): string | undefined {
  const truncated = utc.replace(/(\.\d{3})\d+Z$/, '$1Z')
  if (truncated === utc) return utc
  return toUtc(new Date(Date.parse(truncated) + (round === 'up' ? 1 : 0)).toISOString())
}
