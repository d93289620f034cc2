import ical, { type ICalEventData, ICalEventStatus, ICalEventTransparency } from 'ical-generator'
import type { FeedRow } from '../../loaders/feed.ts'
import { hashed } from '../identity/identity.ts'
import type { FeedGrant } from './token.ts'

export interface FeedText {
  readonly text: string
  /** For `ETag`: equal for equal appointments, whenever they were read. */
  readonly tag: string
}

export interface FeedTextOptions {
  readonly show: FeedGrant['show']
  /** The host of the upstream. It makes the UIDs of the appointments globally unique. */
  readonly host: string
  /** When the rows were read, in milliseconds since the epoch. */
  readonly readAt: number
}

/** How long clients are to wait between two requests, in seconds. */
const REFRESH_SECONDS = 3600

const STATUSES = {
  tentative: ICalEventStatus.TENTATIVE,
  confirmed: ICalEventStatus.CONFIRMED,
  cancelled: ICalEventStatus.CANCELLED,
} as const satisfies Record<FeedRow['status'], ICalEventStatus>

/** SEQUENCE is in seconds since this instant: in seconds since 1970 it would exceed the range of RFC 5545 in 2038. */
const FIRST_SEQUENCE = Date.parse('2000-01-01T00:00:00Z')

/** Writes appointments as iCalendar (RFC 5545), in UTC. With `busy` the text contains no patient data. */
export function writeFeed(rows: readonly FeedRow[], { show, host, readAt }: FeedTextOptions): FeedText {
  const events = rows.map((row) => eventOf(row, show, host))
  const calendar = ical({
    name: 'Appointments',
    prodId: { company: 'appointments-gateway', product: 'calendar' },
    ttl: REFRESH_SECONDS,
  })
  // Of two versions with the same SEQUENCE, the one with the later DTSTAMP counts (RFC 5546, 2.1.5).
  for (const event of events) calendar.createEvent({ ...event, stamp: new Date(readAt) })
  return { text: `${calendar.toString()}\r\n`, tag: hashed(JSON.stringify(events)) }
}

function eventOf(row: FeedRow, show: FeedGrant['show'], host: string): ICalEventData {
  const { id, startTime, endTime, status, title, updatedAt } = row
  const isCancelled = status === 'cancelled'
  const [start, end] = [secondOf(startTime), secondOf(endTime ?? startTime)]
  return {
    id: `${id}@${host}`,
    start,
    // An event ends after it begins (RFC 5545, 3.8.2.2); the library would swap the two.
    ...(end > start && { end }),
    summary: (show === 'titles' && lineOf(title)) || 'Busy',
    status: STATUSES[status],
    transparency: isCancelled ? ICalEventTransparency.TRANSPARENT : ICalEventTransparency.OPAQUE,
    ...(updatedAt !== null && { sequence: sequenceOf(updatedAt), lastModified: new Date(updatedAt) }),
  }
}

/** Cuts off fractions of a second, which iCalendar does not have. */
function secondOf(instant: string): Date {
  return new Date(`${instant.slice(0, 19)}Z`)
}

/** Orders the versions of an appointment. Without a sequence the library writes 0. */
function sequenceOf(updatedAt: string): number {
  return Math.max(0, Math.floor((Date.parse(updatedAt) - FIRST_SEQUENCE) / 1000))
}

/** Removes control characters, which a text in iCalendar must not contain. */
function lineOf(title: string | null): string {
  return (title ?? '').replace(/\p{Cc}+/gu, ' ').trim()
}
