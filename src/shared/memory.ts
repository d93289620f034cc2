import { createEpochs } from './epochs.ts'
import { createEventLog } from './event-log.ts'
import { createLeases } from './leases.ts'
import { NO_NOTES } from './notes.ts'
import { NO_REPLIES } from './replies.ts'
import type { Shared } from './shared.ts'

export interface MemoryOptions {
  /**
   * The number of changes of an account that subscribers can resume from.
   * @default 10000
   */
  readonly eventsKept?: number
  /**
   * How long the id of an event is kept to recognise duplicates, in milliseconds.
   * @default two days
   */
  readonly seenMs?: number
  /** Receives the errors that followers of the event log throw: faults of the gateway. */
  readonly onFault?: (thrown: unknown) => void
  readonly monotonic: () => number
}

/** The shared state of a gateway that runs as one process. */
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
