import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { matches } from '../../events/filter.ts'
import { type Movement, movementOf } from '../../events/movement.ts'
import type { Follower, Following, LoggedChange } from '../../shared/event-log.ts'
import { isNarrowed } from '../access.ts'
import { narrow, requireRead } from '../appointments/guard.ts'
import { eventsUnavailable, eventsUnreachable, resumeExpired, unauthenticated } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { Coherence } from './coherence.ts'
import { isBlank } from './evidence.ts'
import type { Sweeps } from './sweeps.ts'

/** What a change means to one list of one caller. */
export interface Effect {
  /** `unclear` where only the whole appointment tells. */
  readonly movement: Movement | 'unclear'
  /** The caller may know no more than the id of the appointment. */
  readonly isHidden: boolean
}

export interface Changes {
  /**
   * Gives the follower the account's changes from now on, and returns those since `after`. Rejects with `UpstreamError` for
   * a caller that may not read, or whose account has no events, and where the log does not go back to `after`.
   */
  follow(after: string | undefined, by: Operation, follower: Follower): Promise<Following>
  /** Undefined where the change is none of the caller's, or does nothing to the list. */
  effectOf(change: LoggedChange, filter: AppointmentFilter, by: Operation): Effect | undefined
  /** The same where it is unclear, and somebody has read the appointment; undefined = there is none. */
  effectOnceRead(
    change: LoggedChange,
    read: PartialAppointment | undefined,
    filter: AppointmentFilter,
    by: Operation,
  ): SettledEffect | undefined
  /** Whether nothing newer is known of its appointment. */
  isLatest(change: LoggedChange, by: Operation): boolean
  /** Somebody has the list on a screen, until the returned function is called: losses in it are looked for. */
  readonly watch: Sweeps['watch']
}

export interface SettledEffect extends Effect {
  readonly movement: Movement
}

export function createChanges(coherence: Coherence, { watch }: Pick<Sweeps, 'watch'>): Changes {
  return {
    watch,
    async follow(after, by, follower) {
      if (by.credential === null) throw unauthenticated()
      requireRead(by)
      if (!coherence.hasEvents(by.account)) throw eventsUnavailable()
      const following = await coherence.follow(by.account, after, follower)
      if (following === 'expired') throw resumeExpired()
      if (following === 'unavailable') throw eventsUnreachable()
      return following
    },
    effectOf(change, filter, by) {
      const own = narrow(filter, by.access.narrowing)
      if (own === undefined) return undefined
      return isNarrowed(by.access) ? effectOnOwn(change, own, by) : effectOn(change, own)
    },
    effectOnceRead(change, read, filter, by) {
      const own = narrow(filter, by.access.narrowing)
      if (own === undefined) return undefined
      const { before } = change
      if (read === undefined || matches(by.access.narrowing, read) !== true)
        return effectOfLeaving(change, own, by)
      // What was before an unclear change is not certain. A screen may be told too often, and never too seldom.
      const movement = movementOf(own, { now: read, before: isBlank(change.now) ? undefined : before })
      return movement && { movement: movement === 'unclear' ? 'entered' : movement, isHidden: false }
    },
    isLatest: (change, by) => coherence.isLatest(by.account, change),
  }
}

function effectOn(change: LoggedChange, filter: AppointmentFilter): Effect | undefined {
  const movement = movementOf(filter, change)
  return movement && { movement, isHidden: false }
}

/** A narrowed caller is told of a change only where the appointment certainly is, or certainly was, its own. */
function effectOnOwn(change: LoggedChange, filter: AppointmentFilter, by: Operation): Effect | undefined {
  switch (matches(by.access.narrowing, change.now)) {
    case true:
      return effectOn(change, filter)
    case undefined:
      return { movement: 'unclear', isHidden: false }
    case false:
      return effectOfLeaving(change, filter, by)
  }
}

/** It may have been in the list. A narrowed caller is not told of what may never have been its own. */
function effectOfLeaving(
  { before }: LoggedChange,
  filter: AppointmentFilter,
  { access }: Operation,
): SettledEffect | undefined {
  if (before === null) return undefined
  const mayHaveBeenIn = before === undefined || matches(filter, before) !== false
  const wasOwn = !isNarrowed(access) || (before !== undefined && matches(access.narrowing, before) === true)
  return mayHaveBeenIn && wasOwn ? { movement: 'left', isHidden: true } : undefined
}
