import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPace, type ForecastInput, forecastOf } from '../../../src/rest/exchange/forecast.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const inputs: fc.Arbitrary<ForecastInput> = fc.record({
  remaining: fc.integer({ min: 0, max: 2_000 }),
  reserve: fc.integer({ min: 0, max: 500 }),
  // Up to 120 a minute.
  pace: fc.integer({ min: 0, max: 120 }).map((aMinute) => aMinute / MINUTE),
  now: fc.integer({ min: 0, max: HOUR }),
  endsAt: fc.integer({ min: 0, max: 2 * HOUR }),
})

describe('The forecast of a quota', () => {
  test('The quota is enough exactly where reads may use it until the reset', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { isEnough, spentAt, remainingAtReset } = forecastOf(input)
        expect(isEnough).toBe(spentAt === undefined)
        if (isEnough) expect(remainingAtReset).toBeGreaterThanOrEqual(input.reserve)
        else expect(remainingAtReset).toBeLessThanOrEqual(input.reserve)
        expect(remainingAtReset).toBeLessThanOrEqual(input.remaining)
      }),
    )
  })

  test('Where it is not enough, reads reach the reserve at `spentAt`', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { remaining, reserve, pace, now, endsAt } = input
        const { spentAt } = forecastOf(input)
        if (spentAt === undefined) return
        expect(spentAt).toBeGreaterThanOrEqual(now)
        if (remaining > reserve) {
          expect(spentAt).toBeLessThanOrEqual(Math.max(now, endsAt) + 1)
          expect(remaining - pace * (spentAt - now)).toBeCloseTo(reserve, 3)
        } else expect(spentAt).toBe(now)
      }),
    )
  })

  test('At a faster pace the quota is not spent later, and no more of it remains', () => {
    fc.assert(
      fc.property(inputs, fc.integer({ min: 1, max: 60 }), (input, more) => {
        const slow = forecastOf(input)
        const fast = forecastOf({ ...input, pace: input.pace + more / MINUTE })
        const never = Number.POSITIVE_INFINITY
        expect(fast.spentAt ?? never).toBeLessThanOrEqual(slow.spentAt ?? never)
        expect(fast.remainingAtReset).toBeLessThanOrEqual(slow.remainingAtReset)
      }),
    )
  })
})

describe('The pace of a quota', () => {
  test('The pace is unknown in the first minute', () => {
    const pace = createPace()
    expect(pace.at(0)).toBeUndefined()
    pace.note({ limit: 1_000, remaining: 999 }, 0, 0)
    pace.note({ limit: 1_000, remaining: 998 }, 0, MINUTE - 1)
    expect(pace.at(MINUTE - 1)).toBeUndefined()
    expect(pace.at(MINUTE)).toBeCloseTo(1 / MINUTE, 9)
  })

  test('The pace of evenly spaced requests is their rate, also across the full hour', () => {
    const gaps = fc.integer({ min: 500, max: 60_000 })
    const minutes = fc.integer({ min: 5, max: 90 })
    fc.assert(
      fc.property(gaps, minutes, (gap, length) => {
        const pace = createPace()
        let now = 0
        for (; now <= length * MINUTE; now += gap) {
          const hour = Math.floor(now / HOUR)
          const inHour = Math.floor(now / gap) - Math.ceil((hour * HOUR) / gap) + 1
          pace.note({ limit: 10_000, remaining: 10_000 - inHour }, hour, now)
        }
        const requests = (pace.at(now) ?? Number.NaN) * gap
        // The window may miss one request at its start, and another at its end.
        expect(Math.abs(requests - 1)).toBeLessThanOrEqual((2 * gap) / (5 * MINUTE))
      }),
    )
  })

  test('The pace includes the requests of other clients, of the last five minutes only', () => {
    const pace = createPace()
    pace.note({ limit: 1_000, remaining: 900 }, 0, 0)
    pace.note({ limit: 1_000, remaining: 600 }, 0, MINUTE)
    expect((pace.at(5 * MINUTE) ?? 0) * 5 * MINUTE).toBeCloseTo(300, 6)
    expect(pace.at(6 * MINUTE)).toBe(0)
  })

  test('The pace is never negative, whatever the order of the counts', () => {
    const counts = fc.array(
      fc.record({
        limit: fc.integer({ min: 1, max: 2_000 }),
        remaining: fc.integer({ min: 0, max: 2_000 }),
        hour: fc.integer({ min: 0, max: 3 }),
        at: fc.integer({ min: 0, max: 4 * HOUR }),
      }),
    )
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 5 * HOUR }), (noted, now) => {
        const pace = createPace()
        for (const { hour, at, ...count } of noted) pace.note(count, hour, at)
        expect(pace.at(now) ?? 0).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
