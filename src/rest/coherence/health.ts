import type { PartialAppointment } from '../../contract/field-names.ts'
import { agree } from '../../events/order.ts'
import type { Clock } from '../clock.ts'
import { isStateUnknown } from './evidence.ts'

/**
 * Whether the upstream's events can be relied on:
 * - `waiting`: none has arrived yet
 * - `healthy`: they arrive, and no read contradicts them
 * - `silent`: the last one arrived too long ago
 * - `contradicted`: a read has proved that one was lost, and none has arrived since
 */
export type FeedState = 'waiting' | 'healthy' | 'silent' | 'contradicted'

export interface HealthOptions {
  /** Without an event for this long the feed counts as silent, in milliseconds. */
  readonly silentMs: number
  readonly clock: Clock
  /** Called with each new state. */
  readonly onChange: (state: FeedState) => void
}

/** The health of one account's feed. */
export interface Health {
  readonly state: () => FeedState
  /** An event of any kind has arrived. */
  eventReceived(): void
  /** A read has found a state that no event has reported. Its event may still arrive. */
  suspect(found: PartialAppointment): void
  /** An event, or a write of the gateway's own, has reported this state. */
  explain(reported: PartialAppointment): void
  /** Whether events have reported every change since that instant of the monotonic clock. */
  readonly covers: (since: number) => boolean
}

interface Suspicion {
  readonly found: PartialAppointment
  readonly at: number
}

/** An event that takes longer than this counts as lost. */
const GRACE_MS = 30_000

export function createHealth({ silentMs, clock, onChange }: HealthOptions): Health {
  /** Oldest first. */
  let suspicions: readonly Suspicion[] = []
  let current: FeedState = 'waiting'
  let lastEventAt = Number.NEGATIVE_INFINITY
  let healthySince = Number.POSITIVE_INFINITY

  function become(state: FeedState): FeedState {
    if (state !== current) {
      current = state
      healthySince = state === 'healthy' ? clock.monotonic() : Number.POSITIVE_INFINITY
      if (state !== 'healthy') suspicions = []
      onChange(state)
    }
    return state
  }

  function state(): FeedState {
    if (current !== 'healthy') return current
    const now = clock.monotonic()
    const [oldest] = suspicions
    if (oldest !== undefined && now - oldest.at >= GRACE_MS) return become('contradicted')
    return now - lastEventAt >= silentMs ? become('silent') : current
  }

  return {
    state,
    eventReceived() {
      state()
      lastEventAt = clock.monotonic()
      become('healthy')
    },
    suspect(found) {
      if (state() === 'healthy') suspicions = [...suspicions, { found, at: clock.monotonic() }]
    },
    explain(reported) {
      state()
      suspicions = suspicions.filter(({ found }) => !explains(reported, found))
    },
    covers: (since) => state() === 'healthy' && since > healthySince,
  }
}

/** A report of another state does not explain the found one. Where only the fact of a change was found, any report explains it. */
function explains(reported: PartialAppointment, found: PartialAppointment): boolean {
  return reported.id === found.id && (isStateUnknown(found) || agree(reported, found))
}
