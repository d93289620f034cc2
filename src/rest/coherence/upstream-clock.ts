import type { PartialAppointment } from '../../contract/field-names.ts'

/** The upstream has two clocks: one dates its answers, the other its events. They may differ. */
export interface UpstreamClock {
  /** An answer with this date has just come, in milliseconds since the epoch. */
  hear(dateMs: number): void
  /**
   * The earliest instant at which a change can have happened, on the clock of answers, in milliseconds since the epoch.
   * `toldAt` (RFC 3339) is when its event was made. Undefined before the first answer.
   */
  sinceOf(toldAt: string, now: PartialAppointment): number | undefined
}

/** `Date` counts whole seconds, and answers take their time to arrive. */
const LATE_MS = 1000

export function createUpstreamClock(monotonic: () => number): UpstreamClock {
  let heard: { readonly dateMs: number; readonly at: number } | undefined
  /** How far events are ahead of answers: one that seems to be from the future proves it. */
  let leadMs = 0
  return {
    hear(dateMs) {
      heard = { dateMs, at: monotonic() }
    },
    sinceOf(toldAt, { updatedAt }) {
      if (heard === undefined) return undefined
      const toldMs = Date.parse(toldAt)
      leadMs = Math.max(leadMs, toldMs - (heard.dateMs + monotonic() - heard.at) - LATE_MS)
      // An event may be made some time after its change.
      const changedMs = updatedAt == null ? toldMs : Math.min(toldMs, Date.parse(updatedAt))
      return changedMs - leadMs
    },
  }
}
