import type { LoggedChange } from '../../shared/event-log.ts'
import type { Coherence } from '../coherence/coherence.ts'
import { mayConflict, type SlotRequest } from './schedule.ts'

export interface ConflictWatch {
  /** Whether an appointment other than this one may have taken the time since, or a change may have been missed. */
  hasConflict(ownId: string): boolean
  stop(): void
}

/** Collects the changes, from now on, that may give the requested time to an appointment. */
export async function watchConflicts(
  coherence: Pick<Coherence, 'hasEvents' | 'follow'>,
  account: string,
  request: SlotRequest,
): Promise<ConflictWatch> {
  const ids = new Set<string>()
  let isLost = false
  const following = coherence.hasEvents(account)
    ? await coherence.follow(account, undefined, {
        change({ now }: LoggedChange) {
          if (mayConflict(now, request)) ids.add(now.id)
        },
        lost() {
          isLost = true
        },
      })
    : undefined
  return {
    hasConflict: (ownId) => isLost || [...ids].some((id) => id !== ownId),
    stop: () => typeof following === 'object' && following.stop(),
  }
}
