import type { PartialAppointment } from '../../contract/field-names.ts'

/** Relates the two clocks of the upstream, which may differ: one dates its answers, the other its events. */
export interface UpstreamClock {
  /** An answer with this date has just arrived, in milliseconds since the epoch. */
  observeDate(dateMs: number): void
  /**
   * The earliest instant at which a change can have happened, on the clock of answers, in milliseconds since the epoch.
   * `reportedAt` (RFC 3339) is the creation of its event. Undefined before the first answer.
   */
  sinceOf(reportedAt: string, now: PartialAppointment): number | undefined
}

/** `Date` counts whole seconds, and answers take their time to arrive. */
const LATE_MS = 1000

export function createUpstreamClock(monotonic: () => number): UpstreamClock {
  let latest: { readonly dateMs: number; readonly at: number } | undefined
  /** How far the clock of events is ahead: an event that seems to be from the future proves it. */
  let leadMs = 0
  return {
    observeDate(dateMs) {
      latest = { dateMs, at: monotonic() }
    },
    sinceOf(reportedAt, { updatedAt }) {
      if (latest === undefined) return undefined
      const reportedMs = Date.parse(reportedAt)
      leadMs = Math.max(leadMs, reportedMs - (latest.dateMs + monotonic() - latest.at) - LATE_MS)
      // The upstream may create an event some time after its change.
      const changedMs = updatedAt == null ? reportedMs : Math.min(reportedMs, Date.parse(updatedAt))
      return changedMs - leadMs
    },
  }
}
