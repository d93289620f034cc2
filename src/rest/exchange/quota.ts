import { utcOf } from '../../contract/instant.ts'
import type { QuotaCount, ResponseInfo } from '../errors.ts'

/** What is known of a key's quota: requests an hour, requests left of it, and when the window ends (RFC 3339). */
export interface RateLimit extends QuotaCount {
  readonly resetsAt: string
}

/** What one key may still ask of the upstream. Times are milliseconds since the epoch, on the gateway's clock. */
export interface Quota {
  /** Reserves room for one request; where there is none, returns when there will be. */
  take(mayUseReserve: boolean): number | undefined
  /** The request has ended; undefined where it got no response. */
  end(response: ResponseInfo | undefined): void
  /** When the pause ends that a 429 began. */
  resumesAt(): number
  rateLimit(): RateLimit | null
}

interface Window {
  readonly limit: number
  readonly remaining: number
  /** On the upstream's clock. */
  readonly endsAt: number
  /** How far the upstream's clock is ahead. */
  readonly skew: number
}

const HOUR_MS = 3_600_000
/** The `Date` header is a second coarse, and clocks disagree. */
const GRACE_MS = 2_000
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * The API documents neither a reset header nor `Retry-After`. Its window is the clock hour (upstream-facts, "The
 * quota"), so the reset is the next full hour by the `Date` of its responses.
 */
export function createQuota(options: {
  readonly writeReservePercent: number
  readonly now: () => number
}): Quota {
  const { writeReservePercent, now } = options
  let window: Window | undefined
  let inFlight = 0
  let pausedUntil = 0
  // A 429 that does not say when to come back: how long the last pause was, and whether its one probe is in flight.
  let blindPauseMs = 0
  let isProbing = false

  const resetAt = ({ endsAt, skew }: Window) => endsAt - skew + GRACE_MS

  /** What the caller learns: of a spent window its full hour, without the grace. */
  function reportedInstant(until: number): number {
    if (window === undefined || until !== resetAt(window)) return until
    return now() < until - GRACE_MS ? window.endsAt : until
  }

  function current(): Window | undefined {
    if (window === undefined || now() < resetAt(window)) return window
    return { ...window, remaining: window.limit, endsAt: nextHour(now() + window.skew) }
  }

  function learn({ quota, dateMs = now() }: ResponseInfo): void {
    if (quota === undefined) return
    const endsAt = nextHour(dateMs)
    // Within a window, an older one counts for nothing. After it any counts, or one wrong clock would be trusted for good.
    if (window !== undefined && now() < resetAt(window) && endsAt < window.endsAt) return
    // Responses overtake each other: within a window the lowest count is the latest.
    const remaining =
      window?.endsAt === endsAt ? Math.min(window.remaining, quota.remaining) : quota.remaining
    window = { limit: quota.limit, remaining, endsAt, skew: dateMs - now() }
  }

  function pause({ quota, retryAfterMs }: ResponseInfo): void {
    const untilReset = quota?.remaining === 0 && window !== undefined ? resetAt(window) : 0
    const untilAsked = retryAfterMs === undefined ? 0 : now() + Math.min(retryAfterMs, HOUR_MS)
    if (untilReset === 0 && untilAsked === 0)
      blindPauseMs = Math.min(blindPauseMs === 0 ? FIRST_PAUSE_MS : 2 * blindPauseMs, LONGEST_PAUSE_MS)
    const untilProbe = untilReset === 0 && untilAsked === 0 ? now() + blindPauseMs : 0
    pausedUntil = Math.max(pausedUntil, untilReset, untilAsked, untilProbe)
  }

  return {
    take(mayUseReserve) {
      if (now() < pausedUntil) return reportedInstant(pausedUntil)
      if (blindPauseMs > 0 && isProbing) return now() + blindPauseMs
      const known = current()
      if (known !== undefined) {
        const reserve = mayUseReserve ? 0 : Math.ceil((known.limit * writeReservePercent) / 100)
        if (known.remaining - inFlight <= reserve) return reportedInstant(resetAt(known))
      }
      inFlight += 1
      isProbing = blindPauseMs > 0
      return undefined
    },
    end(response) {
      inFlight -= 1
      const isPaused = now() < pausedUntil
      isProbing = false
      if (response === undefined) return
      learn(response)
      if (response.status === 429) pause(response)
      else if (!isPaused) blindPauseMs = 0
    },
    resumesAt: () => reportedInstant(pausedUntil),
    rateLimit() {
      const known = current()
      if (known === undefined) return null
      const resetsAt = utcOf(known.endsAt)
      return { limit: known.limit, remaining: known.remaining, resetsAt }
    },
  }
}

function nextHour(ms: number): number {
  return (Math.floor(ms / HOUR_MS) + 1) * HOUR_MS
}
