import type { AppointmentFilter, PartialAppointment } from '../contract/field-names.ts'
import { matches } from './filter.ts'

/** How a change affects a list, and so what a screen that shows the list has to do. */
export type Movement = 'entered' | 'changed' | 'left'

interface Diff {
  readonly now: PartialAppointment
  /** null for an appointment that is new; undefined where it is not known. */
  readonly before: PartialAppointment | null | undefined
}

/**
 * Undefined where the change does not affect the list; `unclear` where `now` does not contain the fields that decide. Where only the
 * state before is not known, the change counts as one that moved the appointment into the list, or out of it.
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
