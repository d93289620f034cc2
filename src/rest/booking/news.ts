import type { LoggedChange } from '../../shared/event-log.ts'
import type { Coherence } from '../coherence/coherence.ts'
import { mayConflict, type Wanted } from './days.ts'

export interface News {
  /** Whether one of them may be of another appointment that takes the time. */
  concern(ownId: string): boolean
  stop(): void
}

/** Notes the changes from now on that may take the time. */
export async function watchNews(
  coherence: Pick<Coherence, 'hasEvents' | 'follow'>,
  account: string,
  wanted: Wanted,
): Promise<News> {
  const ids = new Set<string>()
  let isLost = false
  const following = coherence.hasEvents(account)
    ? await coherence.follow(account, undefined, {
        change({ now }: LoggedChange) {
          if (mayConflict(now, wanted)) ids.add(now.id)
        },
        lost() {
          isLost = true
        },
      })
    : undefined
  return {
    concern: (ownId) => isLost || [...ids].some((id) => id !== ownId),
    stop: () => typeof following === 'object' && following.stop(),
  }
}
