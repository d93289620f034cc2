import type { AppointmentFilter, PartialAppointment } from '../contract/field-names.ts'
import { matches } from './filter.ts'

/** What a change does to a list: what a list on a screen must do. */
export type Movement = 'entered' | 'changed' | 'left'

interface Diff {
  readonly now: PartialAppointment
  /** null for an appointment that is new; undefined where it is not known. */
  readonly before: PartialAppointment | null | undefined
}

/**
 * Undefined where the change does nothing to the list. `unclear` where the fields of `now` do not tell. Where only what was
 * before is not known, the change may have begun or ended the appointment's place in the list: it counts as if it had.
 */
export function movementOf(
  filter: AppointmentFilter,
  { now, before }: Diff,
): Movement | 'unclear' | undefined {
  const isIn = matches(filter, now)
  const wasIn = before === null ? false : before === undefined ? undefined : matches(filter, before)
  if (isIn === undefined) return 'unclear'
  if (isIn) return wasIn ? 'changed' : 'entered'
  return wasIn === false ? undefined : 'left'
}
