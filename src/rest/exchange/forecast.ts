import type { QuotaCount } from '../errors.ts'

/** Whether a quota lasts until it is full again. Instants are on the clock of what it was made of. */
export interface Forecast {
  /** Reads find room until the reset. */
  readonly isEnough: boolean
  /** When reads find no more room; undefined where they always do. */
  readonly spentAt: number | undefined
  readonly remainingAtReset: number
}

export interface Outlook {
  readonly remaining: number
  /** What reads leave to writes. */
  readonly reserve: number
  /** Requests in a millisecond. */
  readonly pace: number
  readonly now: number
  readonly endsAt: number
}

/** What becomes of the quota where requests go on at this pace. Reads stop at the reserve. */
export function forecastOf({ remaining, reserve, pace, now, endsAt }: Outlook): Forecast {
  const forReads = Math.max(0, remaining - reserve)
  const needed = pace * Math.max(0, endsAt - now)
  if (forReads > 0 && needed < forReads)
    return { isEnough: true, spentAt: undefined, remainingAtReset: Math.floor(remaining - needed) }
  const spentAt = forReads === 0 ? now : now + forReads / pace
  return { isEnough: false, spentAt, remainingAtReset: Math.min(remaining, reserve) }
}

/** How fast a quota is spent, by whoever uses the key: its counts tell of all of them. */
export interface Pace {
  /** @param hour the clock hour of the upstream that the count is of */
  note(count: QuotaCount, hour: number, at: number): void
  /** Requests in a millisecond over the last minutes; undefined in the first minute. */
  at(now: number): number | undefined
}

interface Mark {
  readonly at: number
  /** Requests since the first count. */
  readonly spent: number
}

/** The last minutes. */
const WINDOW_MS = 5 * 60_000
const SHORTEST_MS = 60_000
/** Counts that are closer together make one mark. */
const STEP_MS = 10_000

export function createPace(): Pace {
  const marks: Mark[] = []
  let last: (QuotaCount & { readonly hour: number }) | undefined

  function spentSinceLast({ limit, remaining }: QuotaCount, hour: number): number {
    if (last === undefined || hour < last.hour) return 0
    // Between two hours only what was spent in the new one is certain.
    return Math.max(0, (hour === last.hour ? last.remaining : limit) - remaining)
  }

  function spentAt(instant: number): number {
    const next = marks.findIndex(({ at }) => at > instant)
    const [before, after] = next < 0 ? [marks.at(-1), undefined] : [marks[next - 1], marks[next]]
    if (before === undefined) return after?.spent ?? 0
    if (after === undefined) return before.spent
    const part = (instant - before.at) / (after.at - before.at)
    return before.spent + part * (after.spent - before.spent)
  }

  return {
    note(count, hour, at) {
      const latest = marks.at(-1)
      const spent = (latest?.spent ?? 0) + spentSinceLast(count, hour)
      last = { ...count, hour }
      const previous = marks.at(-2)
      if (previous !== undefined && at - previous.at < STEP_MS) marks.pop()
      marks.push({ at: Math.max(at, latest?.at ?? at), spent })
      while (marks[1] !== undefined && marks[1].at <= at - WINDOW_MS) marks.shift()
    },
    at(now) {
      const [first] = marks
      if (first === undefined || now - first.at < SHORTEST_MS) return undefined
      const from = Math.max(first.at, now - WINDOW_MS)
      return (spentAt(now) - spentAt(from)) / (now - from)
    },
  }
}
