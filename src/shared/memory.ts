import { createEpochs } from './epochs.ts'
import { createEventLog } from './event-log.ts'
import { createLeases } from './leases.ts'
import { NO_NOTES } from './notes.ts'
import { NO_REPLIES } from './replies.ts'
import type { Shared } from './shared.ts'

export interface MemoryOptions {
  /**
   * The changes that subscribers can resume from.
   * @default 10000
   */
  readonly eventsKept?: number
  /**
   * How long an event is known by its id, in milliseconds.
   * @default two days
   */
  readonly seenMs?: number
  /** Gets what a follower of the events has thrown: a fault of the gateway. */
  readonly onFault?: (thrown: unknown) => void
  readonly monotonic: () => number
}

/** What is shared, where this process is the only one. */
export function createMemory({
  eventsKept = 10_000,
  seenMs = 172_800_000,
  onFault = () => {},
  monotonic,
}: MemoryOptions): Shared {
  return {
    epochs: createEpochs(),
    events: createEventLog({ maxChanges: eventsKept, seenMs, monotonic, onFault }),
    leases: createLeases(monotonic),
    notes: NO_NOTES,
    replies: NO_REPLIES,
    state: () => 'off',
    wasUpSince: () => true,
    close: async () => {},
  }
}
