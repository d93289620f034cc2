import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { matches } from '../../events/filter.ts'
import { type Movement, movementOf } from '../../events/movement.ts'
import type { Follower, Following, LoggedChange } from '../../shared/event-log.ts'
import { isNarrowed } from '../access.ts'
import { narrow, requireRead } from '../appointments/guard.ts'
import { eventsUnavailable, eventsUnreachable, resumeExpired, unauthenticated } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { Coherence } from './coherence.ts'
import { isStateUnknown } from './evidence.ts'
import type { Sweeps } from './sweeps.ts'

/** The effect of a change on a list of one caller. */
export interface Effect {
  /** `unclear` where only the complete appointment decides. */
  readonly movement: Movement | 'unclear'
  /** Whether the caller may see only the id of the appointment. */
  readonly isHidden: boolean
}

export interface Changes {
  /**
   * The follower receives the account's changes from now on; the changes since `after` are returned. Rejects with `UpstreamError`
   * for a caller that may not read, for an account without events, and where the log no longer has the changes since `after`.
   */
  follow(after: string | undefined, operation: Operation, follower: Follower): Promise<Following>
  /** Undefined where the caller may not see the change, or the change does not affect the list. */
  effectOf(change: LoggedChange, filter: AppointmentFilter, operation: Operation): Effect | undefined
  /** The same for an unclear effect, by a later read of the appointment. `read` is undefined where there is no such appointment. */
  effectOnceRead(
    change: LoggedChange,
    read: PartialAppointment | undefined,
    filter: AppointmentFilter,
    operation: Operation,
  ): SettledEffect | undefined
  /** Whether the change is the latest known one of its appointment. */
  isLatest(change: LoggedChange, operation: Operation): boolean
  /** Sweeps look for lost events of the list until the returned function is called. */
  readonly watch: Sweeps['watch']
}

export interface SettledEffect extends Effect {
  readonly movement: Movement
}

export function createChanges(coherence: Coherence, { watch }: Pick<Sweeps, 'watch'>): Changes {
  return {
    watch,
    async follow(after, operation, follower) {
      if (operation.credential === null) throw unauthenticated()
      requireRead(operation)
      if (!coherence.hasEvents(operation.account)) throw eventsUnavailable()
      const following = await coherence.follow(operation.account, after, follower)
      if (following === 'expired') throw resumeExpired()
      if (following === 'unavailable') throw eventsUnreachable()
      return following
    },
    effectOf(change, filter, operation) {
      const own = narrow(filter, operation.access.narrowing)
      if (own === undefined) return undefined
      return isNarrowed(operation.access) ? effectOnOwn(change, own, operation) : effectOn(change, own)
    },
    effectOnceRead(change, read, filter, operation) {
      const own = narrow(filter, operation.access.narrowing)
      if (own === undefined) return undefined
      const { before } = change
      if (read === undefined || matches(operation.access.narrowing, read) !== true)
        return effectOfLeaving(change, own, operation)
      // The state before an unclear change is not certain. A subscriber may receive one change too many, and never one too few.
      const movement = movementOf(own, { now: read, before: isStateUnknown(change.now) ? undefined : before })
      return movement && { movement: movement === 'unclear' ? 'entered' : movement, isHidden: false }
    },
    isLatest: (change, operation) => coherence.isLatest(operation.account, change),
  }
}

function effectOn(change: LoggedChange, filter: AppointmentFilter): Effect | undefined {
  const movement = movementOf(filter, change)
  return movement && { movement, isHidden: false }
}

/** A narrowed caller receives a change only of an appointment that certainly is, or certainly was, in its view. */
function effectOnOwn(
  change: LoggedChange,
  filter: AppointmentFilter,
  operation: Operation,
): Effect | undefined {
  switch (matches(operation.access.narrowing, change.now)) {
    case true:
      return effectOn(change, filter)
    case undefined:
      return { movement: 'unclear', isHidden: false }
    case false:
      return effectOfLeaving(change, filter, operation)
  }
}

/** `left` where the appointment may have been in the list and, for a narrowed caller, certainly was in its view. */
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
