import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PartialAppointment } from '../../../src/contract/field-names.ts'
import { daysOf, mayOverlap, overlapOf, searchRangeOf } from '../../../src/rest/booking/slot.ts'

const HOUR_MS = 3_600_000
const FIRST = Date.parse('2030-01-07T00:00:00Z')
const at = (ms: number) => new Date(FIRST + ms).toISOString().replace('.000Z', 'Z')
const slotOf = (from: number, to: number) => ({ startTime: at(from), endTime: at(to) })

/** In milliseconds since the first of some days: of up to a day, often with touching ends. */
const slots = fc
  .tuple(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 1, max: 48 }), fc.constantFrom(0, 1, 500))
  .map(([start, length, more]) => [start * (HOUR_MS / 2), (start + length) * (HOUR_MS / 2) + more] as const)

describe('Two slots', () => {
  test('They overlap where they share an instant, and each names the shared part', () => {
    fc.assert(
      fc.property(slots, slots, ([a, b], [c, d]) => {
        const shared = Math.max(a, c) < Math.min(b, d) ? slotOf(Math.max(a, c), Math.min(b, d)) : undefined
        expect(overlapOf({ id: 'x', ...slotOf(a, b) }, slotOf(c, d))).toEqual(shared)
      }),
    )
  })

  test('Slots that overlap have a day in common', () => {
    fc.assert(
      fc.property(slots, slots, ([a, b], [c, d]) => {
        if (overlapOf({ id: 'x', ...slotOf(a, b) }, slotOf(c, d)) === undefined) return
        const days = daysOf(slotOf(a, b))
        expect(daysOf(slotOf(c, d)).some((day) => days.includes(day))).toBe(true)
      }),
    )
  })

  test('An appointment of up to a day that overlaps a slot is in its search range', () => {
    fc.assert(
      fc.property(slots, slots, ([a, b], [c, d]) => {
        const row = { id: 'x', ...slotOf(a, b) }
        if (overlapOf(row, slotOf(c, d)) === undefined) return
        const { startsFrom, startsTo } = searchRangeOf(slotOf(c, d))
        expect(row.startTime >= startsFrom && row.startTime <= startsTo).toBe(true)
      }),
    )
  })
})

describe('A slot', () => {
  test.for([
    ['2030-01-07T10:00:00Z', '2030-01-07T10:30:00Z', ['2030-01-07']],
    ['2030-01-07T23:30:00Z', '2030-01-08T00:00:00Z', ['2030-01-07']],
    ['2030-01-07T23:30:00Z', '2030-01-08T00:00:00.001Z', ['2030-01-07', '2030-01-08']],
    ['2030-12-31T22:00:00Z', '2031-01-02T01:00:00Z', ['2030-12-31', '2031-01-01', '2031-01-02']],
    ['2030-03-31T00:00:00Z', '2030-03-31T02:00:00Z', ['2030-03-31']],
  ] as const)('From %s to %s it has the days %j', ([startTime, endTime, days]) => {
    expect(daysOf({ startTime, endTime })).toEqual(days)
  })

  test('Its search range begins a day before it, and ends with its last day', () => {
    expect(searchRangeOf({ startTime: '2030-01-07T23:30:00Z', endTime: '2030-01-08T01:00:00Z' })).toEqual({
      startsFrom: '2030-01-06T00:00:00Z',
      startsTo: '2030-01-08T23:59:59.999Z',
    })
  })

  test('The search range of the first day of year 0 stays in the years of RFC 3339', () => {
    const slot = { startTime: '0000-01-01T00:00:00Z', endTime: '0000-01-01T01:00:00Z' }
    expect(searchRangeOf(slot).startsFrom).toBe('0000-01-01T00:00:00Z')
  })

  test.for(['cancelled', 'no_show'] as const)(
    'An appointment that is %s takes none of its time',
    (status) => {
      const slot = slotOf(0, HOUR_MS)
      expect(overlapOf({ id: 'x', ...slot, status }, slot)).toBeUndefined()
    },
  )

  test.for(['pending_approval', 'pending', 'confirmed', 'scheduled', 'completed', undefined] as const)(
    'An appointment that is %s takes its time',
    (status) => {
      const slot = slotOf(0, HOUR_MS)
      expect(overlapOf({ id: 'x', ...slot, status }, slot)).toEqual(slot)
    },
  )

  test('An appointment without an end is an error', () => {
    const slot = slotOf(0, HOUR_MS)
    expect(() => overlapOf({ id: 'x', startTime: slot.startTime }, slot)).toThrow('from when to when')
  })

  test.for([
    ['empty', null],
    ['unknown', undefined],
  ] as const)('One whose end is %s may overlap it, unless it is cancelled', ([, endTime]) => {
    const slot = slotOf(0, HOUR_MS)
    const row = { id: 'x', startTime: slot.startTime, endTime } as PartialAppointment
    expect(mayOverlap(row, slot)).toBe(true)
    expect(mayOverlap({ ...row, status: 'cancelled' }, slot)).toBe(false)
  })
})
