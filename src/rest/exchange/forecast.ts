import type { QuotaCount } from '../errors.ts'

/** Whether a quota lasts until it is full again. Instants are on the clock of the `ForecastInput`. */
export interface Forecast {
  /** Reads may use quota until the reset. */
  readonly isEnough: boolean
  /** When no quota is left for reads; undefined where some is left until the reset. */
  readonly spentAt: number | undefined
  readonly remainingAtReset: number
}

export interface ForecastInput {
  readonly remaining: number
  /** The requests that are reserved for writes. */
  readonly reserve: number
  /** Requests per millisecond. */
  readonly pace: number
  readonly now: number
  readonly endsAt: number
}

/** The forecast where requests continue at this pace. Reads stop at the reserve. */
export function forecastOf({ remaining, reserve, pace, now, endsAt }: ForecastInput): Forecast {
  const forReads = Math.max(0, remaining - reserve)
  const needed = pace * Math.max(0, endsAt - now)
  if (forReads > 0 && needed < forReads)
    return { isEnough: true, spentAt: undefined, remainingAtReset: Math.floor(remaining - needed) }
  const spentAt = forReads === 0 ? now : now + forReads / pace
  return { isEnough: false, spentAt, remainingAtReset: Math.min(remaining, reserve) }
}

/** How fast a quota is spent, by all clients of the key: the upstream's counts include every one of them. */
export interface Pace {
  /** @param hour the upstream's clock hour to which the count belongs */
  note(count: QuotaCount, hour: number, at: number): void
  /** Requests per millisecond over the last five minutes; undefined in the first minute. */
  at(now: number): number | undefined
}

interface Mark {
  readonly at: number
  /** Requests between the first count and this one. */
  readonly spent: number
}

/** How far back the pace looks. */
const WINDOW_MS = 5 * 60_000
const SHORTEST_MS = 60_000
/** Counts that are closer together make one mark. */
const STEP_MS = 10_000

export function createPace(): Pace {
  const marks: Mark[] = []
  let last: (QuotaCount & { readonly hour: number }) | undefined

  function spentSinceLast({ limit, remaining }: QuotaCount, hour: number): number {
    if (last === undefined || hour < last.hour) return 0
    // Where a new hour began in between, only the requests of the new hour are certain.
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
