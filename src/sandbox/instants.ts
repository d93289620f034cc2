/**
 * Instants inside are milliseconds since the epoch, so that comparing them is arithmetic whatever offset or
 * precision they came with. Outside they read as in the reference: `2025-01-20T14:00:00Z`.
 */

/** ISO 8601 with a zone, to milliseconds; `undefined` if it is not an instant. Digits after milliseconds are dropped. */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text)
  if (!match?.[1] || !isCalendarDate(match[1])) return undefined
  return withinYears(Date.parse(text))
}

/** A bare date is its midnight in UTC, for `date_gte` and for `date_lte` alike. */
export function parseDateOrInstant(text: string): number | undefined {
  return BARE_DATE.test(text) && isCalendarDate(text)
    ? withinYears(Date.parse(`${text}T00:00:00Z`))
    : parseInstant(text)
}

/** A fraction shows only where there is one. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z')
}

/** The server's own instants (created, updated, performed) are whole seconds, as everywhere in the reference. */
export function wholeSecond(now: Date): number {
  return Math.floor(now.getTime() / 1000) * 1000
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
const BARE_DATE = /^\d{4}-\d{2}-\d{2}$/

/** `Date.parse` rolls 30 February over into March. */
function isCalendarDate(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date)
}

/** An offset can push an instant out of the years that four digits can write. */
function withinYears(milliseconds: number): number | undefined {
  return milliseconds >= FIRST && milliseconds <= LAST ? milliseconds : undefined
}
const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')
