import type { Clock } from '../clock.ts'

/**
 * Whether the upstream's events can be relied on:
 * - `waiting`: none has come yet
 * - `healthy`: they come, and nothing contradicts them
 * - `silent`: the last one is too long ago
 * - `contradicted`: one was lost, and none has come since that was found
 */
export type FeedState = 'waiting' | 'healthy' | 'silent' | 'contradicted'

export interface HealthOptions {
  /** Without an event for this long the feed counts as silent, in milliseconds. */
  readonly silentMs: number
  readonly clock: Clock
  /** Called when the state is found to be another one. */
  readonly onChange: (state: FeedState) => void
}

/** The health of one account's feed. */
export interface Health {
  readonly state: () => FeedState
  /** An event has come, of this appointment if of any. */
  hear(appointmentId: string | undefined): void
  /** The appointment has changed, and no event has told of it: it may still be on its way. */
  suspect(appointmentId: string): void
  /** It was the gateway's own write. */
  explain(appointmentId: string): void
  /** Whether events told of every change since that instant of the monotonic clock. */
  readonly covers: (since: number) => boolean
}

/** An event that takes longer than this counts as lost. */
const GRACE_MS = 30_000

export function createHealth({ silentMs, clock, onChange }: HealthOptions): Health {
  const suspectedAt = new Map<string, number>()
  let known: FeedState = 'waiting'
  let heardAt = Number.NEGATIVE_INFINITY
  let healthySince = Number.POSITIVE_INFINITY

  function become(state: FeedState): FeedState {
    if (state !== known) {
      known = state
      healthySince = state === 'healthy' ? clock.monotonic() : Number.POSITIVE_INFINITY
      if (state !== 'healthy') suspectedAt.clear()
      onChange(state)
    }
    return state
  }

  function state(): FeedState {
    if (known !== 'healthy') return known
    const now = clock.monotonic()
    // The first one is the oldest.
    for (const at of suspectedAt.values()) {
      if (now - at >= GRACE_MS) return become('contradicted')
      break
    }
    return now - heardAt >= silentMs ? become('silent') : known
  }

  return {
    state,
    hear(appointmentId) {
      if (appointmentId !== undefined) suspectedAt.delete(appointmentId)
      state()
      heardAt = clock.monotonic()
      become('healthy')
    },
    suspect(appointmentId) {
      if (state() === 'healthy' && !suspectedAt.has(appointmentId))
        suspectedAt.set(appointmentId, clock.monotonic())
    },
    explain: (appointmentId) => void suspectedAt.delete(appointmentId),
    covers: (since) => state() === 'healthy' && since > healthySince,
  }
}
