/**
 * Inside the sandbox an instant is a number, milliseconds since the epoch, so that instants with different offsets or
 * fractions compare as numbers. In requests and responses it is text, as in the reference: `2025-01-20T14:00:00Z`.
 */

/** Reads ISO 8601 with a zone; `undefined` for anything else. Drops digits after milliseconds. */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text)
  if (!match?.[1] || !isCalendarDate(match[1])) return undefined
  return withinYears(Date.parse(text))
}

/** Also reads a bare date, as its midnight in UTC. Both `date_gte` and `date_lte` mean that midnight. */
export function parseDateOrInstant(text: string): number | undefined {
  return BARE_DATE.test(text) && isCalendarDate(text)
    ? withinYears(Date.parse(`${text}T00:00:00Z`))
    : parseInstant(text)
}

/** Writes milliseconds only if they are not zero. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z')
}

/** Truncates the server's timestamps (created, updated, performed) to seconds, as in the examples of the reference. */
export function truncateToSecond(now: Date): number {
  return Math.floor(now.getTime() / 1000) * 1000
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
const BARE_DATE = /^\d{4}-\d{2}-\d{2}$/

/** Compares with the input, because `Date.parse` reads 30 February as a day in March. */
export function isCalendarDate(date: string): boolean {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date)
}

/** The offset can move an instant to a year before 1 or after 9999, which four digits cannot write. */
function withinYears(milliseconds: number): number | undefined {
  return milliseconds >= FIRST && milliseconds <= LAST ? milliseconds : undefined
}
const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59.999Z')
