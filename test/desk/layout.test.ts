import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createClinicClock } from '../../src/client/index.ts'
import { gapsOf, HOUR, hoursIn, hoursOf, MINUTE, place, STEP } from '../../src/desk/layout.ts'
import { daysOf, type Row, weekOf } from '../../src/desk/state.ts'

const clock = createClinicClock('Europe/London')
const NINE = Date.parse('2026-03-23T09:00:00Z')

function rowAt(
  quarters: number,
  long: number,
  status: Row['status'] = 'CONFIRMED',
  id = `${quarters}-${long}`,
): Row {
  const start = NINE + quarters * STEP
  return { id, title: 'Visit', start, end: start + long * STEP, status, isCancellable: true }
}

const rows = fc
  .array(fc.record({ at: fc.nat(30), long: fc.integer({ min: 1, max: 6 }), isCancelled: fc.boolean() }), {
    maxLength: 12,
  })
  .map((all) =>
    all
      .map(({ at, long, isCancelled }, index) =>
        rowAt(at, long, isCancelled ? 'CANCELLED' : 'CONFIRMED', `${index}`),
      )
      .sort((a, b) => a.start - b.start || a.end - b.end),
  )

describe('The layout of a day', () => {
  test('No two rows lie on each other, and each is placed once', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const placed = place(given)
        expect(placed.map(({ row }) => row.id).sort()).toEqual(given.map(({ id }) => id).sort())
        for (const one of placed) {
          expect(one.lane).toBeLessThan(one.lanes)
          for (const two of placed)
            if (one !== two && one.lane === two.lane)
              expect(one.row.end <= two.row.start || two.row.end <= one.row.start).toBe(true)
        }
      }),
    )
  })

  test('Gaps and what is booked fill the rest of the day, and gaps touch nothing', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: -4, max: 40 }), (given, quarters) => {
        const [from, to] = [NINE, NINE + 9 * HOUR]
        const now = NINE + quarters * STEP + MINUTE
        const gaps = gapsOf(given, [from, to], now)
        for (let at = from; at < to; at += STEP) {
          const isBooked = given.some(
            ({ status, start, end }) => status === 'CONFIRMED' && start <= at && at < end,
          )
          const isFree = gaps.some(([start, end]) => start <= at && at < end)
          expect([at, isFree]).toEqual([at, !isBooked && at >= now])
        }
      }),
    )
  })

  test('A day shows eight to six, and further where there is something', () => {
    const times = (given: readonly Row[]) => hoursIn(hoursOf('2026-03-23', given, clock)).map(clock.timeOf)
    expect(times([]).at(0)).toBe('08:00')
    expect(times([]).at(-1)).toBe('17:00')
    expect(times([rowAt(-12, 2)]).at(0)).toBe('06:00')
    expect(times([rowAt(40, 2)]).at(-1)).toBe('19:00')
  })

  test('A week begins with its Monday', () => {
    expect(['2026-03-23', '2026-03-26', '2026-03-29'].map(weekOf)).toEqual(Array(3).fill('week-2026-03-23'))
    expect(daysOf('week-2026-03-23').at(-1)).toBe('2026-03-29')
  })
})
