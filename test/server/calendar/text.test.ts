import fc from 'fast-check'
import ICAL from 'ical.js'
import { afterEach, describe, expect, test } from 'vitest'
import type { FeedRow } from '../../../src/loaders/feed.ts'
import { writeFeed } from '../../../src/server/calendar/text.ts'

const READ_AT = Date.parse('2026-01-05T12:00:00Z')
const ROW: FeedRow = {
  id: 'apt_1',
  startTime: '2026-03-29T08:30:00Z',
  endTime: '2026-03-29T09:00:00.5Z',
  status: 'confirmed',
  title: 'Check-up',
  updatedAt: '2026-01-01T08:00:00Z',
}

interface Options {
  readonly show?: 'busy' | 'titles'
  readonly readAt?: number
}

function feedOf(rows: readonly FeedRow[], { show = 'titles', readAt = READ_AT }: Options = {}) {
  return writeFeed(rows, { show, readAt, host: 'api.test' })
}

/** The events as a calendar program reads them. */
function eventsIn(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text))
  return calendar.getAllSubcomponents('vevent').map((event) => {
    const of = (name: string) => event.getFirstPropertyValue(name)?.toString()
    return {
      uid: of('uid'),
      start: of('dtstart'),
      end: of('dtend'),
      stamp: of('dtstamp'),
      summary: of('summary'),
      status: of('status'),
      sequence: of('sequence'),
      modified: of('last-modified'),
      transparency: of('transp'),
    }
  })
}

const ownTimeZone = process.env.TZ

afterEach(() => {
  if (ownTimeZone === undefined) delete process.env.TZ
  else process.env.TZ = ownTimeZone
})

const instants = fc
  .integer({ min: Date.parse('2001-01-01'), max: Date.parse('2060-01-01') })
  .map((ms) => new Date(ms).toISOString())
const rows: fc.Arbitrary<FeedRow> = fc.record({
  id: fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/),
  startTime: instants,
  endTime: fc.option(instants),
  status: fc.constantFrom('tentative', 'confirmed', 'cancelled'),
  title: fc.option(fc.string({ unit: 'binary', maxLength: 200 })),
  updatedAt: fc.option(instants),
})

describe('The text of a feed', () => {
  test.for(['UTC', 'America/Havana', 'Pacific/Kiritimati'])(
    'On a machine in %s an appointment is an event in UTC',
    (timeZone) => {
      process.env.TZ = timeZone
      expect(Intl.DateTimeFormat().resolvedOptions().timeZone).toBe(timeZone)
      expect(eventsIn(feedOf([ROW]).text)).toEqual([
        {
          uid: 'apt_1@api.test',
          start: '2026-03-29T08:30:00Z',
          end: '2026-03-29T09:00:00Z',
          stamp: '2026-01-05T12:00:00Z',
          summary: 'Check-up',
          status: 'CONFIRMED',
          // 9,497 days and eight hours after the first second of 2000.
          sequence: String(9497 * 86_400 + 8 * 3600),
          modified: '2026-01-01T08:00:00Z',
          transparency: 'OPAQUE',
        },
      ])
    },
  )

  test('A cancelled appointment is a cancelled event that takes no time', () => {
    const [event] = eventsIn(feedOf([{ ...ROW, status: 'cancelled' }]).text)
    expect(event).toMatchObject({ status: 'CANCELLED', transparency: 'TRANSPARENT' })
    expect(eventsIn(feedOf([{ ...ROW, status: 'tentative' }]).text)).toMatchObject([{ status: 'TENTATIVE' }])
  })

  test('Any appointments become a calendar of short lines with the same values', () => {
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 5 }), (given) => {
        const { text } = feedOf(given)
        const lines = text.split('\r\n')
        expect(lines.at(-1)).toBe('')
        expect(lines.filter((line) => Buffer.byteLength(line) > 75)).toEqual([])
        expect(text.replaceAll('\r\n', '')).not.toMatch(/\p{Cc}/u)
        const second = (instant: string) => `${instant.slice(0, 19)}Z`
        expect(eventsIn(text)).toMatchObject(
          given.map(({ id, startTime, endTime, title }) => ({
            uid: `${id}@api.test`,
            start: second(startTime),
            end: endTime !== null && second(endTime) > second(startTime) ? second(endTime) : undefined,
            summary: title?.replace(/\p{Cc}+/gu, ' ').trim() || 'Busy',
          })),
        )
      }),
    )
  })

  test('With BUSY the titles change nothing, not even the tag', () => {
    fc.assert(
      fc.property(rows, fc.option(fc.string()), (row, title) => {
        const busy = feedOf([row], { show: 'busy' })
        expect(eventsIn(busy.text)).toMatchObject([{ summary: 'Busy' }])
        expect(feedOf([{ ...row, title }], { show: 'busy' })).toEqual(busy)
      }),
    )
  })

  test('The tag depends on the appointments only, not on when they are read', () => {
    const { tag } = feedOf([ROW])
    expect(feedOf([ROW], { readAt: READ_AT + 3_600_000 }).tag).toBe(tag)
    const changes: Partial<FeedRow>[] = [
      { id: 'apt_2' },
      { startTime: '2026-03-29T08:31:00Z' },
      { endTime: null },
      { status: 'cancelled' },
      { title: 'Other' },
      { updatedAt: '2026-01-01T08:00:01Z' },
    ]
    const others = changes.map((change) => feedOf([{ ...ROW, ...change }]).tag)
    expect(new Set([tag, ...others]).size).toBe(1 + changes.length)
  })

  test('A later change has a higher sequence, and without updated_at there is none', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1, max: 1e6 }), (updatedAt, seconds) => {
        const later = new Date(Date.parse(updatedAt) + seconds * 1000).toISOString()
        const [before, after] = [updatedAt, later].map((at) =>
          Number(eventsIn(feedOf([{ ...ROW, updatedAt: at }]).text)[0]?.sequence),
        )
        expect(after).toBe((before ?? 0) + seconds)
        expect(after).toBeLessThan(2 ** 31)
      }),
    )
    const [event] = eventsIn(feedOf([{ ...ROW, updatedAt: null }]).text)
    expect(event).toMatchObject({ sequence: '0', modified: undefined })
  })

  test.for([null, ROW.startTime, '2026-03-29T08:30:00.9Z', '2026-03-29T08:00:00Z'])(
    'An end at %s, not after the start, is left out',
    (endTime) => {
      expect(feedOf([{ ...ROW, endTime }]).text).not.toContain('DTEND')
    },
  )
})
