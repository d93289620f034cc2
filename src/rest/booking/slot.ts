import type { AppointmentFilter, PartialAppointment } from '../../contract/field-names.ts'
import { utcOf } from '../../contract/instant.ts'
import { isBefore } from '../../events/filter.ts'
import type { AppointmentChanges, SlotOwner } from '../appointments/appointments.ts'
import type { AppointmentRow } from '../appointments/row.ts'
import { DAY_MS } from '../clock.ts'
import { invalidResponse, noSlotOwner } from '../errors.ts'

// When two appointments overlap, and which ones to read to find out. Pure.

/** A half-open interval: `endTime` is not part of it. Both are RFC 3339 in UTC. */
export interface Slot {
  readonly startTime: string
  readonly endTime: string
}

const FIRST_MS = Date.parse('0000-01-01T00:00:00Z')

const ID_OF = { clinician: 'clinicianId', patient: 'patientId', location: 'locationId' } as const

/** A list filter for the appointments of the owner. Throws where `fields` names no such person or place. */
export function ownerFilterOf(fields: AppointmentChanges, owner: SlotOwner): AppointmentFilter {
  const name = ID_OF[owner]
  const id = fields[name]
  if (id == null) throw noSlotOwner(owner, `input.${name}`)
  return { [name]: id }
}

/**
 * The days of a slot, `2030-01-07`. They are days in UTC, whatever the time zone of a clinic: so all instances take leases of
 * the same days, and two slots that overlap have a day in common.
 */
export function daysOf({ startTime, endTime }: Slot): readonly string[] {
  const first = Date.parse(`${startTime.slice(0, 10)}T00:00:00Z`)
  const last = Date.parse(`${endTime.slice(0, 10)}T00:00:00Z`)
  // A slot that ends at midnight does not reach into the day that begins then.
  const isOpen = last > first && /T00:00:00Z$/.test(endTime)
  const count = (last - first) / DAY_MS + (isOpen ? 0 : 1)
  return Array.from({ length: count }, (_, nth) => dayOf(first + nth * DAY_MS))
}

/**
 * The start times between which to look for overlapping appointments: the days of the slot, and the day before them. The
 * upstream filters by start time alone, so an appointment longer than a day is found on its first two days only.
 */
export function searchRangeOf(slot: Slot): Required<Pick<AppointmentFilter, 'startsFrom' | 'startsTo'>> {
  const days = daysOf(slot)
  const first = Date.parse(`${days[0]}T00:00:00Z`)
  return {
    startsFrom: utcOf(Math.max(first - DAY_MS, FIRST_MS)),
    startsTo: `${days.at(-1)}T23:59:59.999Z`,
  }
}

/** The part of the slot that the appointment takes; undefined where it takes none. Touching ends do not overlap. */
export function overlapOf(row: AppointmentRow, slot: Slot): Slot | undefined {
  if (!occupiesTime(row)) return undefined
  const { startTime, endTime } = row
  if (typeof startTime !== 'string' || typeof endTime !== 'string')
    throw invalidResponse('The upstream does not tell from when to when an appointment is.')
  if (!isBefore(startTime, slot.endTime) || !isBefore(slot.startTime, endTime)) return undefined
  return {
    startTime: isBefore(startTime, slot.startTime) ? slot.startTime : startTime,
    endTime: isBefore(slot.endTime, endTime) ? slot.endTime : endTime,
  }
}

/** The same for an appointment with unknown fields: without both times it may be at any time. */
export function mayOverlap(known: PartialAppointment, slot: Slot): boolean {
  const isTimed = known.startTime != null && known.endTime != null
  return occupiesTime(known) && (!isTimed || overlapOf(known, slot) !== undefined)
}

function occupiesTime({ status }: AppointmentRow): boolean {
  return status !== 'cancelled' && status !== 'no_show'
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
