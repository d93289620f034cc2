import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readHeaders } from '../../../src/rest/wire/headers.ts'
import { parseHttpDate } from '../../../src/rest/wire/http-date.ts'
import { NOON, operationOf, startRest } from '../../support/rest.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'

const DATE = 'Mon, 05 Jan 2026 12:00:00 GMT'

function retryAfter(value: string, date = DATE) {
  return readHeaders(429, { date, 'retry-after': value }, undefined).retryAfterMs
}

describe('An HTTP-date', () => {
  test.for(['Mon, 05 Jan 2026 12:00:00 GMT', 'Monday, 05-Jan-26 12:00:00 GMT', 'Mon Jan  5 12:00:00 2026'])(
    'The gateway reads the form of RFC 9110: %s',
    (text) => {
      expect(parseHttpDate(text, NOON)).toBe(NOON)
    },
  )

  test('A two-digit year is at most fifty years ahead', () => {
    expect(parseHttpDate('Tuesday, 05-Jan-77 12:00:00 GMT', NOON)).toBe(Date.parse('1977-01-05T12:00:00Z'))
    expect(parseHttpDate('Tuesday, 05-Jan-76 12:00:00 GMT', NOON)).toBe(Date.parse('2076-01-05T12:00:00Z'))
  })

  test('The gateway reads every HTTP-date with a four-digit year', () => {
    const years = { min: new Date(0), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }
    fc.assert(
      fc.property(fc.date(years), (date) => {
        date.setUTCMilliseconds(0)
        expect(parseHttpDate(date.toUTCString())).toBe(date.getTime())
      }),
    )
  })

  test.for([
    '2026-01-05T12:00:00Z',
    '-5',
    '0x10',
    '1.5',
    'Mon, 30 Feb 2026 12:00:00 GMT',
    'Mon, 05 Jan 2026',
    '',
  ])('The gateway reads no date in %j', (text) => {
    expect(parseHttpDate(text)).toBeUndefined()
  })
})

describe('Retry-After', () => {
  test.for([
    ['7', 7_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['Mon, 05 Jan 2026 12:00:30 GMT', 30_000],
    ['Mon, 05 Jan 2026 11:00:00 GMT', 0],
  ] as const)('%j is a wait of %i ms', ([value, ms]) => {
    expect(retryAfter(value)).toBe(ms)
  })

  test.for(['-5', '1.5', '1e3', '0x10', '7s', '7, 8', 'soon', '2026-01-05T12:00:30Z', ''])(
    'The gateway ignores %j',
    (value) => {
      expect(retryAfter(value)).toBeUndefined()
    },
  )

  test.for(['-5', '2026-01-05', 'soon', '0', 'Mon, 05 Jan 2026 11:00:00 GMT'])(
    'A 429 with %j pauses like a bare 429: for a second',
    async (value) => {
      await using upstream = await startScriptedUpstream(() => ({
        status: 429,
        headers: { 'retry-after': value, date: DATE },
        body: { data: null, meta: {}, error: { code: 'RATE_LIMITED', message: 'm' } },
      }))
      await using rest = startRest(upstream.url)
      for (let nth = 0; nth < 5; nth++)
        await expect(rest.appointments.retrieve('a', operationOf())).rejects.toMatchObject({
          code: 'RATE_LIMITED',
          extensions: { resetsAt: '2026-01-05T12:00:01Z' },
        })
      expect(upstream.requests).toHaveLength(1)
    },
  )
})

describe('The rate headers', () => {
  test.for([
    ['1000', '7', { limit: 1000, remaining: 7 }],
    [' 1000 ', '0', { limit: 1000, remaining: 0 }],
    ['1000', '-1', undefined],
    ['1000', '7.5', undefined],
    ['1e3', '7', undefined],
    ['1000, 1000', '7', undefined],
    ['0', '0', undefined],
    ['1000', '', undefined],
  ] as const)('A limit of %j with %j remaining', ([limit, remaining, quota]) => {
    const headers = { 'x-ratelimit-limit': limit, 'x-ratelimit-remaining': remaining }
    expect(readHeaders(200, headers, undefined).quota).toEqual(quota)
  })
})
