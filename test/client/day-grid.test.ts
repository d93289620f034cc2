import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AppointmentStatus, gapsIn, inLanes } from '../../src/client/index.ts'

const HOUR = 3_600_000
const STEP = HOUR / 4
const NINE = Date.parse('2026-03-23T09:00:00Z')

function rowAt(
  quarters: number,
  long: number,
  status: AppointmentStatus = 'CONFIRMED',
  id = `${quarters}-${long}`,
) {
  const start = NINE + quarters * STEP
  return { id, status, start, end: start + long * STEP }
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

describe('The grid of a day', () => {
  test('No two rows of a lane overlap, and each row is placed once', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const placed = inLanes(given)
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

  test('Gaps and booked rows fill the day, and no gap overlaps a booked row', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: -4, max: 40 }), (given, quarters) => {
        const [from, to] = [NINE, NINE + 9 * HOUR]
        const now = Math.max(from, NINE + quarters * STEP)
        const gaps = gapsIn([now, to], given, STEP)
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
})
