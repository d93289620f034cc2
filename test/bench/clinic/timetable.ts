import { seeded } from '../../pagination/drift.ts'

export type Write = 'book' | 'cancel' | 'reschedule' | 'elsewhere'

/** The operations in one second of the hour, sent concurrently. */
export interface Second {
  readonly second: number
  /** The number of screens that poll the day. */
  polls: number
  /** The number of appointments that a user opens. */
  views: number
  write: Write | undefined
}

/** The operations of the hour. Another system sends the `elsewhere` writes directly to the REST API. */
export const HOUR = {
  screens: 20,
  pollEverySeconds: 30,
  views: 300,
  writes: { book: 60, cancel: 20, reschedule: 30, elsewhere: 40 },
} as const

const SECONDS = 3_600

/** Puts one write at most in each second, so that the bench knows what a reader may see, and reads anywhere. */
export function createTimetable(seed: number): Second[] {
  const random = seeded(seed)
  const below = (bound: number) => Math.floor(random() * bound)
  const seconds = Array.from(
    { length: SECONDS },
    (_, second): Second => ({ second, polls: 0, views: 0, write: undefined }),
  )
  const at = (second: number) => seconds[second] as Second
  for (let screen = 0; screen < HOUR.screens; screen++) {
    const phase = below(HOUR.pollEverySeconds)
    for (let second = phase; second < SECONDS; second += HOUR.pollEverySeconds) at(second).polls += 1
  }
  for (let view = 0; view < HOUR.views; view++) at(below(SECONDS)).views += 1
  for (const [write, times] of Object.entries(HOUR.writes) as [Write, number][]) {
    for (let left = times; left > 0; ) {
      const free = at(below(SECONDS))
      if (free.write !== undefined) continue
      free.write = write
      left -= 1
    }
  }
  return seconds.filter(({ polls, views, write }) => polls + views > 0 || write !== undefined)
}
