import type { Epochs } from './epochs.ts'
import type { EventLog } from './event-log.ts'
import type { Leases } from './leases.ts'

/**
 * What the instances of the gateway that use one key have in common. `memory.ts` keeps it in this process, which is right
 * for one instance. All of it belongs to an account: a hash of the key.
 */
export interface Shared {
  readonly epochs: Epochs
  readonly events: EventLog
  readonly leases: Leases
}
