import type { Loaders } from '../loaders/loaders.ts'

/** The GraphQL context, which the resolvers of one request share. */
export interface Context {
  readonly loaders: Loaders
  /** The most ids that `nodes` accepts. */
  readonly maxNodeIds: number
  /** An IANA name: the time zone of a clinic's days, where a client gives none. */
  readonly clinicTimeZone: string
  /** Reads the gateway's state of the upstream, without a request. Rejects where the caller may not read. */
  readonly readUpstream: () => Promise<Upstream>
  /** Throws where the gateway has no feeds, and where the caller may not read these appointments. */
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

export interface Upstream {
  readonly quota: Quota | null
  readonly state: 'unknown' | 'answering' | 'failing'
  readonly events: 'off' | 'waiting' | 'healthy' | 'silent' | 'contradicted'
  readonly shared: 'off' | 'up' | 'down'
}

/** Instants are RFC 3339. */
export interface Quota {
  readonly limit: number
  readonly remaining: number
  readonly resetsAt: string
  readonly forecast: QuotaForecast | null
}

export interface QuotaForecast {
  readonly enough: boolean
  readonly spentAt: string | null
  readonly remainingAtReset: number
}
