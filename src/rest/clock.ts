/** Two clocks, because a machine's wall clock may step. Ages and waits use the monotonic clock, instants the wall clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds since some instant. Never steps. */
  readonly monotonic: () => number
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const SAME_MS = 2_000

/**
 * Converts an instant of the monotonic clock to wall time, in milliseconds since the epoch. Rounds to a future full hour within
 * two seconds: the upstream dates its responses to the second, and its quota resets at the full hour.
 */
export function wallTimeOf({ now, monotonic }: Clock, at: number): number {
  const wall = now() + at - monotonic()
  const fullHour = Math.round(wall / HOUR_MS) * HOUR_MS
  return Math.abs(wall - fullHour) <= SAME_MS && fullHour > now() ? fullHour : Math.ceil(wall)
}
