import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPace, forecastOf, type Outlook } from '../../../src/rest/exchange/forecast.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const outlooks: fc.Arbitrary<Outlook> = fc.record({
  remaining: fc.integer({ min: 0, max: 2_000 }),
  reserve: fc.integer({ min: 0, max: 500 }),
  // Up to 120 a minute.
  pace: fc.integer({ min: 0, max: 120 }).map((aMinute) => aMinute / MINUTE),
  now: fc.integer({ min: 0, max: HOUR }),
  endsAt: fc.integer({ min: 0, max: 2 * HOUR }),
})

describe('The forecast of a quota', () => {
  test('It is enough exactly where reads find room until the reset', () => {
    fc.assert(
      fc.property(outlooks, (outlook) => {
        const { isEnough, spentAt, remainingAtReset } = forecastOf(outlook)
        expect(isEnough).toBe(spentAt === undefined)
        if (isEnough) expect(remainingAtReset).toBeGreaterThanOrEqual(outlook.reserve)
        else expect(remainingAtReset).toBeLessThanOrEqual(outlook.reserve)
        expect(remainingAtReset).toBeLessThanOrEqual(outlook.remaining)
      }),
    )
  })

  test('Where it is not, reads reach the reserve at the instant that it names', () => {
    fc.assert(
      fc.property(outlooks, (outlook) => {
        const { remaining, reserve, pace, now, endsAt } = outlook
        const { spentAt } = forecastOf(outlook)
        if (spentAt === undefined) return
        expect(spentAt).toBeGreaterThanOrEqual(now)
        if (remaining > reserve) {
          expect(spentAt).toBeLessThanOrEqual(Math.max(now, endsAt) + 1)
          expect(remaining - pace * (spentAt - now)).toBeCloseTo(reserve, 3)
        } else expect(spentAt).toBe(now)
      }),
    )
  })

  test('Whoever asks faster is told of no later end, and of no more left', () => {
    fc.assert(
      fc.property(outlooks, fc.integer({ min: 1, max: 60 }), (outlook, more) => {
        const slow = forecastOf(outlook)
        const fast = forecastOf({ ...outlook, pace: outlook.pace + more / MINUTE })
        const never = Number.POSITIVE_INFINITY
        expect(fast.spentAt ?? never).toBeLessThanOrEqual(slow.spentAt ?? never)
        expect(fast.remainingAtReset).toBeLessThanOrEqual(slow.remainingAtReset)
      }),
    )
  })
})

describe('The pace of a quota', () => {
  test('It is not known in the first minute', () => {
    const pace = createPace()
    expect(pace.at(0)).toBeUndefined()
    pace.note({ limit: 1_000, remaining: 999 }, 0, 0)
    pace.note({ limit: 1_000, remaining: 998 }, 0, MINUTE - 1)
    expect(pace.at(MINUTE - 1)).toBeUndefined()
    expect(pace.at(MINUTE)).toBeCloseTo(1 / MINUTE, 9)
  })

  test('Of even requests it is their rate, over the full hour too', () => {
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
        // The window may cut one request off at its begin, and another at its end.
        expect(Math.abs(requests - 1)).toBeLessThanOrEqual((2 * gap) / (5 * MINUTE))
      }),
    )
  })

  test('What others spend counts too, and what is longer ago does not', () => {
    const pace = createPace()
    pace.note({ limit: 1_000, remaining: 900 }, 0, 0)
    pace.note({ limit: 1_000, remaining: 600 }, 0, MINUTE)
    expect((pace.at(5 * MINUTE) ?? 0) * 5 * MINUTE).toBeCloseTo(300, 6)
    expect(pace.at(6 * MINUTE)).toBe(0)
  })

  test('No order of counts makes it negative', () => {
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
