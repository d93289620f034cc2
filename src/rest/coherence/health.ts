import type { PartialAppointment } from '../../contract/field-names.ts'
import { agree } from '../../events/order.ts'
import type { Clock } from '../clock.ts'
import { isBlank } from './evidence.ts'

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
  /** An event has come, whatever it tells. */
  hear(): void
  /** The appointment became so, and no event has told of it: it may still be on its way. */
  suspect(found: PartialAppointment): void
  /** An event, or a write of the gateway's own, has told that the appointment became so. */
  explain(told: PartialAppointment): void
  /** Whether events told of every change since that instant of the monotonic clock. */
  readonly covers: (since: number) => boolean
}

interface Suspicion {
  readonly found: PartialAppointment
  readonly at: number
}

/** An event that takes longer than this counts as lost. */
const GRACE_MS = 30_000

export function createHealth({ silentMs, clock, onChange }: HealthOptions): Health {
  /** The first one is the oldest. */
  let suspicions: readonly Suspicion[] = []
  let known: FeedState = 'waiting'
  let heardAt = Number.NEGATIVE_INFINITY
  let healthySince = Number.POSITIVE_INFINITY

  function become(state: FeedState): FeedState {
    if (state !== known) {
      known = state
      healthySince = state === 'healthy' ? clock.monotonic() : Number.POSITIVE_INFINITY
      if (state !== 'healthy') suspicions = []
      onChange(state)
    }
    return state
  }

  function state(): FeedState {
    if (known !== 'healthy') return known
    const now = clock.monotonic()
    const [oldest] = suspicions
    if (oldest !== undefined && now - oldest.at >= GRACE_MS) return become('contradicted')
    return now - heardAt >= silentMs ? become('silent') : known
  }

  return {
    state,
    hear() {
      state()
      heardAt = clock.monotonic()
      become('healthy')
    },
    suspect(found) {
      if (state() === 'healthy') suspicions = [...suspicions, { found, at: clock.monotonic() }]
    },
    explain(told) {
      state()
      suspicions = suspicions.filter(({ found }) => !explains(told, found))
    },
    covers: (since) => state() === 'healthy' && since > healthySince,
  }
}

/** News of another state say nothing of the one that was found. Where only the change is known, any of it may be the one. */
function explains(told: PartialAppointment, found: PartialAppointment): boolean {
  return told.id === found.id && (isBlank(found) || agree(told, found))
}
