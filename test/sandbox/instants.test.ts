import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  formatInstant,
  parseDateOrInstant,
  parseInstant,
  truncateToSecond,
} from '../../src/sandbox/instants.ts'

const moment = fc.integer({
  min: Date.parse('0001-01-02T00:00:00Z'),
  max: Date.parse('9999-12-30T00:00:00Z'),
})

test('Parsing a formatted instant returns the same instant', () => {
  fc.assert(
    fc.property(moment, (time) => {
      expect(parseInstant(formatInstant(time))).toBe(time)
    }),
  )
})

test('The same instant written with any offset parses to the same number', () => {
  fc.assert(
    fc.property(
      moment,
      fc.integer({ min: 0, max: 23 }),
      fc.integer({ min: 0, max: 59 }),
      (time, hours, minutes) => {
        const shift = (hours * 60 + minutes) * 60_000
        const offset = `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
        const local = (sign: 1 | -1) => new Date(time + sign * shift).toISOString().slice(0, -1)
        expect(parseInstant(`${local(1)}+${offset}`)).toBe(time)
        expect(parseInstant(`${local(-1)}-${offset}`)).toBe(time)
      },
    ),
  )
})

test.each([
  ['2025-01-20T14:00Z', '2025-01-20T14:00:00Z'],
  ['2025-01-20T14:00:00.5Z', '2025-01-20T14:00:00.500Z'],
  ['2025-01-20T14:00:00.123456789Z', '2025-01-20T14:00:00.123Z'],
  ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59Z'],
  ['2025-01-20T00:30:00+01:00', '2025-01-19T23:30:00Z'],
])('%s parses to the instant %s', (written, normal) => {
  expect(formatInstant(parseInstant(written) ?? Number.NaN)).toBe(normal)
})

test.each([
  '2025-02-30T14:00:00Z',
  '2025-02-29',
  '2025-13-01',
  '2025-01-20T24:00:00Z',
  '2025-01-20T14:00:00',
])('%s is not an instant', (written) => {
  expect(parseDateOrInstant(written)).toBeUndefined()
})

test('Any text is either not an instant or formats as one with four-digit years', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?)?$/)),
      (text) => {
        const time = parseDateOrInstant(text)
        if (time !== undefined)
          expect(formatInstant(time)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/)
      },
    ),
  )
})

test('Timestamps of the server are whole seconds', () => {
  expect(formatInstant(truncateToSecond(new Date('2025-01-15T12:00:00.999Z')))).toBe('2025-01-15T12:00:00Z')
})
