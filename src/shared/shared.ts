import type { Epochs } from './epochs.ts'
import type { EventLog } from './event-log.ts'
import type { Leases } from './leases.ts'
import type { Notes } from './notes.ts'
import type { Replies } from './replies.ts'

/**
 * The state that all instances of the gateway with one upstream key share. `memory.ts` keeps it in this process, for one instance;
 * `redis/redis.ts` keeps it in Redis. All of it belongs to an account, which is a hash of the key.
 */
export interface Shared {
  readonly epochs: Epochs
  readonly events: EventLog
  readonly leases: Leases
  readonly notes: Notes
  readonly replies: Replies
  readonly state: () => SharedState
  /** Whether this process has received the changes of other instances without a break since that instant of the monotonic clock. */
  readonly wasUpSince: (since: number) => boolean
  close(): Promise<void>
}

/** `off`: nothing is shared. `down`: Redis is unreachable, and this process uses its own state. */
export type SharedState = 'off' | 'up' | 'down'
