import type { Epochs } from './epochs.ts'
import type { EventLog } from './event-log.ts'
import type { Leases } from './leases.ts'
import type { Notes } from './notes.ts'
import type { Replies } from './replies.ts'

/**
 * What the instances of the gateway that use one key have in common. `memory.ts` keeps it in this process, which is right
 * for one instance; `redis/redis.ts` shares it. All of it belongs to an account: a hash of the key.
 */
export interface Shared {
  readonly epochs: Epochs
  readonly events: EventLog
  readonly leases: Leases
  readonly notes: Notes
  readonly replies: Replies
  readonly state: () => SharedState
  /** Whether what the others shared has reached this process at all times since that instant of the monotonic clock. */
  readonly wasUpSince: (since: number) => boolean
  close(): Promise<void>
}

/** `off`: this process is alone. `down`: what is shared can't be reached, and this process goes by its own. */
export type SharedState = 'off' | 'up' | 'down'
