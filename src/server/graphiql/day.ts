/** The day of the tour: the first day after today that is no Saturday or Sunday, in UTC, as a `DateTimeRange`. */
export function nextWorkingDay(now: number): { readonly gte: string; readonly lte: string } {
  const days = [0, 1, 2].map((extra) => new Date(now + (1 + extra) * DAY_MS))
  const day = days.find((each) => each.getUTCDay() % 6 !== 0) ?? new Date(now + DAY_MS)
  const date = day.toISOString().slice(0, 10)
  return { gte: `${date}T00:00:00Z`, lte: `${date}T23:59:59Z` }
}

const DAY_MS = 24 * 60 * 60 * 1000
