import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { isDate, isTimeZone, rangeOfDay, toLocal } from '../../src/contract/clinic-day.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const ZONES = [
  'UTC',
  'Europe/London',
  'Europe/Dublin',
  'Europe/Berlin',
  'Europe/Chisinau',
  'Atlantic/Azores',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Apia',
  'Pacific/Pago_Pago',
  'America/St_Johns',
  'America/Havana',
  'America/Nuuk',
  'America/Santiago',
  'America/New_York',
  'Etc/GMT+12',
] as const

/** Taken from the tables of the zones, independent of the code. */
const KNOWN = [
  ['2026-03-29', 'Europe/London', '2026-03-29T00:00:00Z', '2026-03-29T22:59:59.999Z'],
  ['2026-10-25', 'Europe/London', '2026-10-24T23:00:00Z', '2026-10-25T23:59:59.999Z'],
  ['2024-04-07', 'Australia/Lord_Howe', '2024-04-06T13:00:00Z', '2024-04-07T13:29:59.999Z'],
  ['2024-10-06', 'Australia/Lord_Howe', '2024-10-05T13:30:00Z', '2024-10-06T12:59:59.999Z'],
  // Midnight does not exist.
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z', '2018-11-05T01:59:59.999Z'],
  // The last hour occurs twice.
  ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00Z', '2018-02-18T02:59:59.999Z'],
  // Midnight occurs twice.
  ['2024-11-03', 'America/Havana', '2024-11-03T04:00:00Z', '2024-11-04T04:59:59.999Z'],
  ['2024-03-31', 'Atlantic/Azores', '2024-03-31T01:00:00Z', '2024-03-31T23:59:59.999Z'],
  // The next day is skipped.
  ['2011-12-29', 'Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-30T09:59:59.999Z'],
  ['2026-01-01', 'Asia/Kathmandu', '2025-12-31T18:15:00Z', '2026-01-01T18:14:59.999Z'],
  ['2026-01-01', 'Pacific/Kiritimati', '2025-12-31T10:00:00Z', '2026-01-01T09:59:59.999Z'],
  ['2026-01-01', 'Etc/GMT+12', '2026-01-01T12:00:00Z', '2026-01-02T11:59:59.999Z'],
] as const

const FIRST = Date.parse('2025-01-01T00:00:00Z')
const AFTER = Date.parse('2029-01-01T00:00:00Z')

interface Length {
  readonly day: string
  readonly from: number
  readonly to: number
}

/** All days of 2025 to 2028. */
function daysIn(timeZone: string): Length[] {
  const days: Length[] = []
  for (let midnight = FIRST; midnight < AFTER; midnight += DAY) {
    const day = new Date(midnight).toISOString().slice(0, 10)
    const range = rangeOfDay(day, timeZone)
    if (range === undefined) throw new Error(`${timeZone} has no ${day}`)
    days.push({ day, from: Date.parse(range.startsFrom), to: Date.parse(range.startsTo) + 1 })
  }
  return days
}

/** The local time of a zone, by other fields of `Intl` than the code uses. */
function clockOf(timeZone: string): (ms: number) => string {
  const fields = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, ...fields, ...time })
  return (ms) => format.format(ms).replace(' ', 'T')
}

const ownTimeZone = process.env.TZ

afterEach(() => {
  if (ownTimeZone === undefined) delete process.env.TZ
  else process.env.TZ = ownTimeZone
})

describe('The days of a clinic', () => {
  test.for(KNOWN)('%s in %s begins at %s and ends at %s', ([day, timeZone, startsFrom, startsTo]) => {
    expect(rangeOfDay(day, timeZone)).toEqual({ startsFrom, startsTo })
  })

  test.for(ZONES)('The days of four years in %s follow each other, each in local time', (timeZone) => {
    const clock = clockOf(timeZone)
    const days = daysIn(timeZone)
    expect(days).toHaveLength(1461)
    expect(days.slice(1).map(({ from }) => from)).toEqual(days.slice(0, -1).map(({ to }) => to))
    const ends = days.flatMap(({ from, to }) =>
      [from - 1, from, to - 1, to].map((at) => clock(at).slice(0, 10)),
    )
    const shifted = (day: string, by: number) =>
      new Date(Date.parse(day) + by * DAY).toISOString().slice(0, 10)
    expect(ends).toEqual(days.flatMap(({ day }) => [shifted(day, -1), day, day, shifted(day, 1)]))
  })

  test.for(ZONES)('Where clocks change in %s, every minute is in its local day', (timeZone) => {
    const clock = clockOf(timeZone)
    for (const { day, from, to } of daysIn(timeZone).filter((each) => each.to - each.from !== DAY))
      for (let at = from - 2 * HOUR; at < to + 2 * HOUR; at += MINUTE)
        if (clock(at).startsWith(day) !== (at >= from && at < to)) throw new Error(`${timeZone} ${at}`)
  })

  test('Days have 23 to 25 hours, and half hours on Lord Howe Island', () => {
    const hoursIn = (timeZone: string) =>
      [...new Set(daysIn(timeZone).map(({ from, to }) => (to - from) / HOUR))].sort()
    expect(hoursIn('Europe/London')).toEqual([23, 24, 25])
    expect(hoursIn('America/Santiago')).toEqual([23, 24, 25])
    expect(hoursIn('Australia/Lord_Howe')).toEqual([23.5, 24, 24.5])
    expect(hoursIn('Asia/Kathmandu')).toEqual([24])
  })

  test('A day begins when clocks skip midnight, and with the first midnight of two', () => {
    const beginnings = (timeZone: string) => {
      const clock = clockOf(timeZone)
      return daysIn(timeZone).map(({ day, from, to }) => ({
        first: clock(from).slice(11),
        midnights: [0, 1, 2].filter((hour) => clock(from + hour * HOUR) === `${day}T00:00:00`).length,
        hours: (to - from) / HOUR,
      }))
    }
    for (const timeZone of ['America/Havana', 'Atlantic/Azores']) {
      const days = beginnings(timeZone)
      expect(days.filter(({ midnights }) => midnights === 2).map(({ hours }) => hours)).toEqual([
        25, 25, 25, 25,
      ])
      expect(days.filter(({ midnights }) => midnights === 0)).toEqual(
        Array(4).fill({ first: '01:00:00', midnights: 0, hours: 23 }),
      )
    }
  })

  test('There is no day that a zone skipped, or that four digits can not express', () => {
    expect(rangeOfDay('2011-12-30', 'Pacific/Apia')).toBeUndefined()
    expect(rangeOfDay('2011-12-31', 'Pacific/Apia')?.startsFrom).toBe('2011-12-30T10:00:00Z')
    expect(rangeOfDay('0000-01-01', 'Asia/Tokyo')).toBeUndefined()
    expect(rangeOfDay('9999-12-31', 'America/New_York')).toBeUndefined()
    expect(rangeOfDay('9999-12-31', 'Asia/Tokyo')?.startsTo).toBe('9999-12-31T14:59:59.999Z')
  })

  test.for(['UTC', 'Pacific/Kiritimati', 'America/Havana', 'Australia/Lord_Howe'])(
    'The time zone of the machine, %s, changes no day',
    (timeZone) => {
      process.env.TZ = timeZone
      // The test would prove nothing if the process kept its own zone.
      expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(timeZone)
      for (const [day, zone, startsFrom, startsTo] of KNOWN)
        expect(rangeOfDay(day, zone)).toEqual({ startsFrom, startsTo })
      expect(toLocal('2026-03-29T08:30:00Z', 'Europe/London')).toBe('2026-03-29T09:30:00+01:00')
    },
  )

  test('Any instant is in the range of its local day', () => {
    const instants = fc.integer({ min: Date.parse('2012-01-01'), max: Date.parse('2037-12-31') })
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (ms, timeZone) => {
        const day = clockOf(timeZone)(ms).slice(0, 10)
        const { startsFrom = '', startsTo = '' } = rangeOfDay(day, timeZone) ?? {}
        expect(Date.parse(startsFrom)).toBeLessThanOrEqual(ms)
        expect(Date.parse(startsTo)).toBeGreaterThanOrEqual(ms)
      }),
    )
  })
})

describe('The time at a clinic', () => {
  test.for([
    ['2026-03-29T08:30:00Z', 'Europe/London', '2026-03-29T09:30:00+01:00'],
    ['2026-01-05T08:30:00Z', 'Europe/London', '2026-01-05T08:30:00+00:00'],
    ['2026-01-05T08:30:00.123456789Z', 'Asia/Kathmandu', '2026-01-05T14:15:00.123456789+05:45'],
    ['2026-01-05T01:00:00Z', 'America/St_Johns', '2026-01-04T21:30:00-03:30'],
    // Liberia's offset was 44 minutes and 30 seconds until 1972, which RFC 3339 can't express.
    ['1971-06-01T12:00:00Z', 'Africa/Monrovia', '1971-06-01T12:00:00Z'],
    ['1972-06-01T12:00:00Z', 'Africa/Monrovia', '1972-06-01T12:00:00+00:00'],
    ['9999-12-31T23:30:00Z', 'Asia/Tokyo', '9999-12-31T23:30:00Z'],
    ['0000-01-01T00:00:00Z', 'Etc/GMT+5', '0000-01-01T00:00:00Z'],
  ] as const)('%s in %s is %s', ([utc, timeZone, local]) => {
    expect(toLocal(utc, timeZone)).toBe(local)
  })

  test('The local time is the same instant, with the offset of the zone', () => {
    const instants = fc.integer({ min: Date.parse('2012-01-01'), max: Date.parse('2037-12-31') })
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (ms, timeZone) => {
        const local = toLocal(new Date(ms).toISOString(), timeZone)
        expect(Date.parse(local)).toBe(ms)
        expect(local.slice(0, 19)).toBe(clockOf(timeZone)(ms))
        expect(local).toMatch(/[+-]\d\d:\d\d$/)
      }),
    )
  })
})

describe('Names of days and zones', () => {
  test.for(['Europe/London', 'europe/london', 'UTC', 'Asia/Calcutta', 'Etc/GMT+12'])(
    '%s is a zone',
    (name) => {
      expect(isTimeZone(name)).toBe(true)
    },
  )

  test.for(['', '+01:00', '-05', 'Europe/Londres', 'Europe/London ', 'GMT+1', 'İstanbul'])(
    '"%s" is no zone',
    (name) => {
      expect(isTimeZone(name)).toBe(false)
    },
  )

  test('A day is one that the calendar has', () => {
    expect(['2024-02-29', '2000-02-29', '0000-01-01'].map(isDate)).toEqual([true, true, true])
    const none = [
      '2025-02-29',
      '1900-02-29',
      '2025-13-01',
      '2025-00-01',
      '2025-1-1',
      '2025-01-01T00:00:00Z',
      '',
    ]
    expect(none.filter(isDate)).toEqual([])
  })
})
