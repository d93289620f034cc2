import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AppointmentFilter, PartialAppointment } from '../../src/contract/field-names.ts'
import { matches } from '../../src/events/filter.ts'
import { movementOf } from '../../src/events/movement.ts'

const id = fc.constantFrom('x', 'y')
const hour = fc.integer({ min: 10, max: 14 }).map((value) => `2026-01-05T${value}:00:00Z`)
const statuses = ['confirmed', 'cancelled'] as const

const anyFilter: fc.Arbitrary<AppointmentFilter> = fc.record(
  {
    patientId: id,
    clinicianId: id,
    locationId: id,
    statuses: fc.subarray([...statuses], { minLength: 1 }),
    startsFrom: hour,
    startsTo: hour,
  },
  { requiredKeys: [] },
)

const whole = fc.record({
  id: fc.constant('a'),
  patientId: fc.option(id),
  clinicianId: fc.option(id),
  appointmentTypeId: fc.option(id),
  locationId: fc.option(id),
  status: fc.constantFrom(...statuses),
  startTime: hour,
})
const names = ['patientId', 'clinicianId', 'locationId', 'status', 'startTime'] as const

/** An independent reading of the reference's list of parameters. */
function isListed(filter: AppointmentFilter, row: PartialAppointment): boolean {
  const { patientId, clinicianId, locationId, statuses: wanted, startsFrom, startsTo } = filter
  if (patientId !== undefined && row.patientId !== patientId) return false
  if (clinicianId !== undefined && row.clinicianId !== clinicianId) return false
  if (locationId !== undefined && row.locationId !== locationId) return false
  if (wanted !== undefined && !wanted.includes(row.status as 'confirmed')) return false
  const start = Date.parse(row.startTime as string)
  return !(start < Date.parse(startsFrom ?? '0000') || start > Date.parse(startsTo ?? '9999'))
}

function without(row: PartialAppointment, hidden: readonly string[]): PartialAppointment {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !hidden.includes(name))) as never
}

describe('A filter and an appointment', () => {
  test('A complete appointment matches a filter exactly as the reference states', () => {
    fc.assert(
      fc.property(anyFilter, whole, (filter, row) => {
        expect(matches(filter, row)).toBe(isListed(filter, row))
      }),
    )
  })

  test('A verdict on some of the fields holds for the complete appointment', () => {
    fc.assert(
      fc.property(anyFilter, whole, fc.subarray([...names]), (filter, row, hidden) => {
        const verdict = matches(filter, without(row, hidden))
        if (verdict !== undefined) expect(verdict).toBe(isListed(filter, row))
      }),
    )
  })

  test('A fraction of a second counts to its last digit', () => {
    const filter = { startsFrom: '2026-01-05T12:00:00Z' }
    expect(matches(filter, { id: 'a', startTime: '2026-01-05T12:00:00.001Z' })).toBe(true)
    expect(
      matches({ startsTo: '2026-01-05T12:00:00Z' }, { id: 'a', startTime: '2026-01-05T12:00:00.1Z' }),
    ).toBe(false)
  })
})

describe('The movement of a change', () => {
  test('A list that follows the movements contains exactly its appointments', () => {
    fc.assert(
      fc.property(anyFilter, fc.array(whole, { minLength: 1, maxLength: 8 }), (filter, states) => {
        let isShown = false
        let before: PartialAppointment | null = null
        for (const now of states) {
          const movement = movementOf(filter, { now, before })
          if (movement === 'entered') expect(isShown).toBe(false)
          if (movement === 'changed' || movement === 'left') expect(isShown).toBe(true)
          if (movement !== undefined) isShown = movement !== 'left'
          expect(isShown).toBe(isListed(filter, now))
          before = now
        }
      }),
    )
  })

  test('Without a known previous state the list is correct too', () => {
    fc.assert(
      fc.property(anyFilter, whole, (filter, now) => {
        expect(movementOf(filter, { now, before: undefined })).toBe(
          isListed(filter, now) ? 'entered' : 'left',
        )
      }),
    )
  })

  test('A missing field that the filter needs makes the movement unclear', () => {
    const now = { id: 'a', status: 'confirmed' } as const
    expect(movementOf({ clinicianId: 'x' }, { now, before: null })).toBe('unclear')
    expect(movementOf({ clinicianId: 'x', statuses: ['cancelled'] }, { now, before: null })).toBeUndefined()
  })
})
