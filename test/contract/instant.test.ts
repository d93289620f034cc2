import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toMilliseconds, toUtc } from '../../src/contract/instant.ts'

describe('instants', () => {
  test('toUtc keeps the instant, whatever its offset', () => {
    const date = fc.date({
      min: new Date('0001-01-02T00:00:00Z'),
      max: new Date('9998-12-30T00:00:00Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(date, fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, offset) => {
        const seconds = new Date(Math.floor(instant.getTime() / 1000) * 1000)
        const local = new Date(seconds.getTime() + offset * 60_000).toISOString().slice(0, 19)
        const minutes = Math.abs(offset)
        const suffix = `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
        expect(toUtc(local + suffix)).toBe(seconds.toISOString().replace('.000Z', 'Z'))
      }),
    )
  })

  test.for([
    ['2025-01-20T14:00:00Z', '2025-01-20T14:00:00Z'],
    ['2025-01-20t14:00:00z', '2025-01-20T14:00:00Z'],
    ['2025-01-20T14:00:00.000Z', '2025-01-20T14:00:00Z'],
    ['2025-01-20T14:00:00.123456Z', '2025-01-20T14:00:00.123456Z'],
    ['2025-01-20T14:00:00.120+01:00', '2025-01-20T13:00:00.12Z'],
    ['2024-02-29T14:00:00Z', '2024-02-29T14:00:00Z'],
    ['2025-01-31T14:00:00Z', '2025-01-31T14:00:00Z'],
    ['2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00Z'],
    ['0000-01-01T01:00:00+01:00', '0000-01-01T00:00:00Z'],
    ['9999-12-31T22:59:59.999-01:00', '9999-12-31T23:59:59.999Z'],
  ])('toUtc rewrites %s as %s', ([given, utc]) => {
    expect(toUtc(given)).toBe(utc)
  })

  test.for([
    ['2025-01-20T14:00:00Z', '2025-01-20T14:00:00Z', '2025-01-20T14:00:00Z'],
    ['2025-01-20T14:00:00.123Z', '2025-01-20T14:00:00.123Z', '2025-01-20T14:00:00.123Z'],
    ['2025-01-20T14:00:00.1235Z', '2025-01-20T14:00:00.123Z', '2025-01-20T14:00:00.124Z'],
    ['2025-01-20T14:00:00.000000001Z', '2025-01-20T14:00:00Z', '2025-01-20T14:00:00.001Z'],
    ['2025-12-31T23:59:59.9999Z', '2025-12-31T23:59:59.999Z', '2026-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.9999Z', '9999-12-31T23:59:59.999Z', undefined],
  ] as const)('toMilliseconds rounds %s down to %s and up to %s', ([given, down, up]) => {
    expect([toMilliseconds(given, 'down'), toMilliseconds(given, 'up')]).toEqual([down, up])
  })

  test.for([
    '',
    '2025-01-20',
    '2025-01-20T14:00:00',
    '2025-01-20 14:00:00Z',
    '2025-02-29T14:00:00Z',
    '2025-02-30T14:00:00Z',
    '2025-04-31T14:00:00Z',
    '2025-13-01T14:00:00Z',
    '2025-01-20T24:00:00Z',
    '2025-01-20T14:60:00Z',
    '2025-01-20T14:00:00+99:00',
    '0000-01-01T00:59:59+01:00',
    '9999-12-31T23:00:00-01:00',
    'now',
    1_737_381_600_000,
    null,
  ])('toUtc refuses %j', (given) => {
    expect(toUtc(given)).toBeUndefined()
  })
})

function two(part: number): string {
  return String(Math.floor(part)).padStart(2, '0')
}
