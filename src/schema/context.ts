import type { Loaders } from '../loaders/loaders.ts'

/** The GraphQL context: what the resolvers of one request share. */
export interface Context {
  readonly loaders: Loaders
  /** The most ids that `nodes` accepts. */
  readonly maxNodeIds: number
  /** An IANA name: the time zone of a clinic's days, where a client names none. */
  readonly clinicTimeZone: string
  /** Throws where there are no feeds, and where the caller may not read these appointments. */
  readonly createCalendarFeed: (request: FeedRequest) => CalendarFeed
}

export interface FeedRequest {
  /** The upstream's own id. */
  readonly clinicianId: string
  readonly show: 'busy' | 'titles'
}

/** A calendar at a URL of the gateway. */
export interface CalendarFeed {
  readonly path: string
  /** RFC 3339. */
  readonly expiresAt: string
}
