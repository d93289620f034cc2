import type { KeyNote } from '../../shared/notes.ts'
import { type Clock, HOUR_MS, wallTimeOf } from '../clock.ts'
import { quotaSpent } from '../errors.ts'
import { type Exchange, GRACE_MS, type Lock, upstreamHourOf } from './exchange.ts'
import { createProbeTimer } from './probe-timer.ts'

/** The pause of one key after a 429. */
export interface Pause {
  lock(): Lock | undefined
  /** @param latestHour the latest clock hour of the upstream that a response has proven */
  end(exchange: Exchange, latestHour: number): void
  /** When the pause ends, in milliseconds since the epoch. */
  endsAt(): number
  /** Takes over the pause that another instance knows, where it is newer. */
  apply(note: NonNullable<KeyNote['pause']>): void
  toNote(): Partial<Pick<KeyNote, 'pause'>>
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * A 429 pauses its key: for the time of `Retry-After`, else to the end of the response's own hour where no quota of that
 * remains, else blindly, for a second at first and twice as long after each probe that gets a 429 again.
 */
export function createPause(clock: Clock): Pause {
  let since = 0
  let until = 0
  let blindMs = 0
  /** When it began or ended; 0 = it never did. */
  let changedAt = 0
  const probes = createProbeTimer()

  function pauseUntil(exchange: Exchange, latestHour: number): number {
    const { endedAt, sentAt, response } = exchange
    if (response?.retryAfterMs) return endedAt + Math.min(response.retryAfterMs, HOUR_MS)
    const own = response?.quota?.remaining === 0 ? upstreamHourOf(exchange, clock.now()) : undefined
    // A 429 of an hour that is over does not limit the current one.
    if (own !== undefined) return own.hour < latestHour ? 0 : own.endsAt + GRACE_MS
    if (blindMs === 0 || sentAt >= since)
      blindMs = Math.min(blindMs === 0 ? FIRST_PAUSE_MS : 2 * blindMs, LONGEST_PAUSE_MS)
    return endedAt + blindMs
  }

  function endsAt(): number {
    const now = clock.monotonic()
    return wallTimeOf(clock, now < until ? until : now + blindMs)
  }

  return {
    lock() {
      // A blind pause ends only when its probe is answered.
      if (blindMs === 0 && clock.monotonic() >= until) return undefined
      const probeAt = blindMs > 0 ? until : Math.min(until, probes.nextAfter(since))
      return { probeAt, error: quotaSpent(endsAt()) }
    },
    end(exchange, latestHour) {
      const { response, sentAt, endedAt } = exchange
      if (response === undefined) return
      if (response.status === 429) {
        const next = pauseUntil(exchange, latestHour)
        if (next <= endedAt) return
        probes.note(true)
        until = Math.max(until, next)
        since = endedAt
        changedAt = endedAt
      } else if (sentAt >= since) {
        if (until > 0 || blindMs > 0) changedAt = endedAt
        probes.note(false)
        until = 0
        blindMs = 0
      }
    },
    endsAt,
    apply(note) {
      const { now, monotonic } = clock
      const toMonotonic = (instant: number) => (instant === 0 ? 0 : monotonic() + instant - now())
      // The margin is for this instance's own note, which returns with the rounding errors of the clocks.
      if (toMonotonic(note.since) <= changedAt + 5) return
      changedAt = toMonotonic(note.since)
      since = changedAt
      until = toMonotonic(note.until)
      blindMs = note.blindMs
    },
    toNote() {
      if (changedAt === 0) return {}
      const toWall = (instant: number) => (instant === 0 ? 0 : clock.now() + instant - clock.monotonic())
      return { pause: { since: toWall(changedAt), until: toWall(until), blindMs } }
    },
  }
}
