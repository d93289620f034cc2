import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import { isBefore } from '../../events/filter.ts'
import type { AppointmentChanges, SlotOwner } from '../appointments/appointments.ts'
import type { AppointmentRow } from '../appointments/row.ts'
import { DAY_MS } from '../clock.ts'
import { invalidResponse, noSlotOwner } from '../errors.ts'

// When two appointments overlap, and what is to be read to find out. Pure.

/** From an instant up to another one, which is not a part of it. Both are RFC 3339 in UTC. */
export interface Slot {
  readonly startTime: string
  readonly endTime: string
}

const FIRST_MS = Date.parse('0000-01-01T00:00:00Z')

const ID_OF = { clinician: 'clinicianId', patient: 'patientId', location: 'locationId' } as const

/** Whose time it is, as the filter of a list. Throws where the appointment has no such person or place. */
export function ownerIn(fields: AppointmentChanges, owner: SlotOwner): AppointmentFilter {
  const name = ID_OF[owner]
  const id = fields[name]
  if (id == null) throw noSlotOwner(owner, `input.${name}`)
  return { [name]: id }
}

/**
 * The days of a slot, `2030-01-07`. They are those of UTC, whatever the zone of a clinic: all instances mean the same ones,
 * and two slots that overlap have a day in common.
 */
export function daysOf({ startTime, endTime }: Slot): readonly string[] {
  const first = Date.parse(`${startTime.slice(0, 10)}T00:00:00Z`)
  const last = Date.parse(`${endTime.slice(0, 10)}T00:00:00Z`)
  // A slot that ends at midnight has nothing of the day that begins then.
  const isOpen = last > first && /T00:00:00Z$/.test(endTime)
  const count = (last - first) / DAY_MS + (isOpen ? 0 : 1)
  return Array.from({ length: count }, (_, nth) => dayOf(first + nth * DAY_MS))
}

/**
 * The instants from which an appointment may reach into the slot: its days, and the one before them. The upstream filters by
 * the start alone, so an appointment that is longer than a day is seen on its first two days only.
 */
export function reachOf(slot: Slot): Required<Pick<AppointmentFilter, 'startsFrom' | 'startsTo'>> {
  const days = daysOf(slot)
  const first = Date.parse(`${days[0]}T00:00:00Z`)
  return {
    startsFrom: utcOf(Math.max(first - DAY_MS, FIRST_MS)),
    startsTo: `${days.at(-1)}T23:59:59.999Z`,
  }
}

/** The part of the slot that the appointment takes; undefined where it takes none. Touching ends do not overlap. */
export function takenBy(row: AppointmentRow, slot: Slot): Slot | undefined {
  if (!takesTime(row)) return undefined
  const { startTime, endTime } = row
  if (typeof startTime !== 'string' || typeof endTime !== 'string')
    throw invalidResponse('The upstream does not tell from when to when an appointment is.')
  if (!isBefore(startTime, slot.endTime) || !isBefore(slot.startTime, endTime)) return undefined
  return {
    startTime: isBefore(startTime, slot.startTime) ? slot.startTime : startTime,
    endTime: isBefore(slot.endTime, endTime) ? slot.endTime : endTime,
  }
}

/** The same of an appointment of which not all is known: it may be at any time that it does not tell. */
export function mayTake(known: PartialAppointment, slot: Slot): boolean {
  const isTimed = known.startTime != null && known.endTime != null
  return takesTime(known) && (!isTimed || takenBy(known, slot) !== undefined)
}

function takesTime({ status }: AppointmentRow): boolean {
  return status !== 'cancelled' && status !== 'no_show'
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
