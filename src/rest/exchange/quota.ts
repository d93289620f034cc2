import { utcOf } from '../../contract/instant.ts'
import type { KeyNote } from '../../shared/notes.ts'
import { type Clock, HOUR_MS, wallTimeOf } from '../clock.ts'
import { type QuotaCount, quotaSpent } from '../errors.ts'
import { type Exchange, GRACE_MS, type Lock, type UpstreamHour, upstreamHourOf } from './exchange.ts'
import { createPace, forecastOf } from './forecast.ts'
import { createProbeTimer } from './probe-timer.ts'

/** A key's quota: requests an hour, requests left of it, and when it is full again (RFC 3339). */
export interface RateLimit extends QuotaCount {
  readonly resetsAt: string
}

/** A key's quota, and its forecast at the pace of the last minutes. */
export interface QuotaReport extends RateLimit {
  /** null in the first minute. */
  readonly forecast: QuotaForecast | null
}

export interface QuotaForecast {
  /** Reads may use quota until the reset. */
  readonly enough: boolean
  /** RFC 3339: when no quota is left for reads; null where some is left until the reset. */
  readonly spentAt: string | null
  readonly remainingAtReset: number
}

/** The requests that one key may still send within the upstream's clock hour. */
export interface Quota {
  /** Why the quota has no room for one more request; undefined where it has. */
  lock(mayUseReserve: boolean): Lock | undefined
  begin(): void
  end(exchange: Exchange): void
  /** Takes over the count that another instance knows, where it is newer. */
  apply(note: NonNullable<KeyNote['quota']>): void
  toNote(): Partial<Pick<KeyNote, 'quota'>>
  /** The latest clock hour of the upstream that a response has proven. */
  latestHour(): number
  rateLimit(): RateLimit | null
  report(): QuotaReport | null
}

interface Window extends QuotaCount, UpstreamHour {
  /** When the request was sent, and when its response with this count arrived, on the monotonic clock. */
  readonly sentAt: number
  readonly knownSince: number
}

/**
 * The API documents no reset header. Its window is the clock hour (upstream-facts, "The quota"), so the quota is full again
 * at the next full hour by the `Date` of its responses.
 */
export function createQuota(writeReservePercent: number, clock: Clock): Quota {
  let window: Window | undefined
  let inFlight = 0
  const pace = createPace()
  const probes = createProbeTimer()

  /** Once its hour is over, the quota counts as full until a response contains another count. */
  function current(): Window | undefined {
    if (window === undefined) return undefined
    const hoursOver = Math.floor((clock.monotonic() - window.endsAt - GRACE_MS) / HOUR_MS) + 1
    if (hoursOver <= 0) return window
    return { ...window, remaining: window.limit, endsAt: window.endsAt + hoursOver * HOUR_MS }
  }

  function reserveOf({ limit }: QuotaCount): number {
    return Math.ceil((limit * writeReservePercent) / 100)
  }

  function hasRoom(count: QuotaCount, mayUseReserve: boolean): boolean {
    return count.remaining - inFlight > (mayUseReserve ? 0 : reserveOf(count))
  }

  function record(latest: Window): void {
    window = latest
    pace.note(latest, latest.hour, latest.knownSince)
  }

  function limitOf({ limit, remaining, endsAt }: Window): RateLimit {
    return { limit, remaining, resetsAt: utcOf(wallTimeOf(clock, endsAt)) }
  }

  function forecast(known: Window): QuotaForecast | null {
    const now = clock.monotonic()
    const perMs = pace.at(now)
    if (perMs === undefined) return null
    const { isEnough, spentAt, remainingAtReset } = forecastOf({
      remaining: known.remaining,
      reserve: reserveOf(known),
      pace: perMs,
      now,
      endsAt: known.endsAt,
    })
    return {
      enough: isEnough,
      spentAt: spentAt === undefined ? null : utcOf(wallTimeOf(clock, spentAt)),
      remainingAtReset,
    }
  }

  /**
   * Responses arrive out of order: of requests that overlap, the lowest count of the latest hour is the newest. The count of a
   * request that was sent after the known count arrived always replaces it, so a wrong count heals, and so does a raised limit.
   */
  function isNewer(count: QuotaCount, hour: number, { sentAt }: Pick<Exchange, 'sentAt'>): boolean {
    const known = current()
    if (known === undefined || known !== window || sentAt >= known.knownSince) return true
    return hour > known.hour || (hour === known.hour && count.remaining < known.remaining)
  }

  return {
    lock(mayUseReserve) {
      const known = current()
      if (known === undefined || hasRoom(known, mayUseReserve)) return undefined
      return {
        probeAt: probes.nextAfter(known.knownSince),
        error: quotaSpent(wallTimeOf(clock, Math.max(known.endsAt, clock.monotonic()))),
      }
    },
    begin() {
      inFlight += 1
    },
    end(exchange) {
      inFlight -= 1
      const count = exchange.response?.quota
      const hour = upstreamHourOf(exchange, clock.now())
      if (count === undefined || hour === undefined || !isNewer(count, hour.hour, exchange)) return
      probes.note(!hasRoom(count, false))
      record({ ...count, ...hour, knownSince: exchange.endedAt, sentAt: exchange.sentAt })
    },
    apply({ limit, remaining, hour, endsAt, sentAt, endedAt }) {
      const { now, monotonic } = clock
      const toMonotonic = (instant: number) => monotonic() + instant - now()
      if (!isNewer({ limit, remaining }, hour, { sentAt: toMonotonic(sentAt) })) return
      record({
        limit,
        remaining,
        hour,
        endsAt: toMonotonic(endsAt),
        knownSince: toMonotonic(endedAt),
        sentAt: toMonotonic(sentAt),
      })
    },
    toNote() {
      if (window === undefined) return {}
      const { limit, remaining, hour, endsAt, sentAt, knownSince } = window
      const toWall = (instant: number) => clock.now() + instant - clock.monotonic()
      return {
        quota: {
          limit,
          remaining,
          hour,
          endsAt: toWall(endsAt),
          sentAt: toWall(sentAt),
          endedAt: toWall(knownSince),
        },
      }
    },
    latestHour: () => window?.hour ?? 0,
    rateLimit() {
      const known = current()
      return known === undefined ? null : limitOf(known)
    },
    report() {
      const known = current()
      return known === undefined ? null : { ...limitOf(known), forecast: forecast(known) }
    },
  }
}
