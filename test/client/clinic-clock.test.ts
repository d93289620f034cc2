import { expect, test } from 'vitest'
import { addDays, createClinicClock, weekOf } from '../../src/client/index.ts'
import { rangeOfDay } from '../../src/contract/clinic-day.ts'

const ZONES = [
  ...[
    'Europe/London',
    'America/Sao_Paulo',
    'America/Santiago',
    'Asia/Beirut',
    'Africa/Cairo',
    'Asia/Kolkata',
  ],
  ...[
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'America/St_Johns',
    'UTC',
    'Asia/Kathmandu',
    'Africa/Casablanca',
  ],
]

test.for(ZONES)('%s: a day has the same range as in the gateway, for four years', (zone) => {
  const clock = createClinicClock(zone)
  for (let day = '2025-01-01'; day < '2029-01-01'; day = addDays(day, 1)) {
    const [from, to] = clock.rangeOf(day)
    const { startsFrom = '', startsTo = '' } = rangeOfDay(day, zone) ?? {}
    if (from !== Date.parse(startsFrom) || to - 1 !== Date.parse(startsTo))
      expect([day, from, to - 1]).toEqual([day, Date.parse(startsFrom), Date.parse(startsTo)])
  }
})

test('A time is the first instant that shows it, and none where the clocks skip it', () => {
  const { instantOf, timeOf, dayOf } = createClinicClock('Europe/London')
  const at = (day: string, time: string) => new Date(instantOf(day, time) ?? Number.NaN).toJSON()
  expect(at('2026-03-23', '09:30')).toBe('2026-03-23T09:30:00.000Z')
  expect(at('2026-07-01', '09:30')).toBe('2026-07-01T08:30:00.000Z')
  expect(at('2026-10-25', '01:30')).toBe('2026-10-25T00:30:00.000Z')
  expect(instantOf('2026-03-29', '01:30')).toBeUndefined()
  const evening = Date.parse('2026-07-01T23:30:00Z')
  expect([dayOf(evening), timeOf(evening)]).toEqual(['2026-07-02', '00:30'])
})

test('A week begins with its Monday', () => {
  const mondays = ['2026-03-23', '2026-03-26', '2026-03-29'].map((day) => weekOf(day).at(0))
  expect(mondays).toEqual(Array(3).fill('2026-03-23'))
  expect(weekOf('2026-03-23').at(-1)).toBe('2026-03-29')
})
