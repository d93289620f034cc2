import { expect, test } from 'vitest'
import { createClinicClock } from '../../src/client/index.ts'
import { HOUR, hoursOf } from '../../src/desk/layout.ts'
import { daysOf, rangeOf, rowOf } from '../../src/desk/state.ts'

const clock = createClinicClock('Europe/London')

test('A day shows 08:00 to 18:00, extended to its first and last row', () => {
  const hoursWith = (...times: readonly (readonly [startTime: string, endTime: string])[]) => {
    const rows = times.map(([startTime, endTime]) => rowOf({ id: startTime, startTime, endTime }))
    return hoursOf('2026-03-23', rows, clock).map(clock.timeOf)
  }
  expect(hoursWith()).toEqual(['08:00', '18:00'])
  expect(hoursWith(['2026-03-23T06:10Z', '2026-03-23T06:40Z'])).toEqual(['06:00', '18:00'])
  expect(hoursWith(['2026-03-23T19:00Z', '2026-03-23T19:30Z'])).toEqual(['08:00', '20:00'])
})

test('A week is seven days from Monday, also where one has 23 hours', () => {
  expect(daysOf('week-2026-03-23').at(0)).toBe('2026-03-23')
  expect(daysOf('week-2026-03-23').at(-1)).toBe('2026-03-29')
  const [from, to] = rangeOf('week-2026-03-23', clock)
  expect((to - from) / HOUR).toBe(7 * 24 - 1)
})
