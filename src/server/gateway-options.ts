import type { Shared } from '../shared/shared.ts'
import type { Limits } from './limits/limits.ts'
import type { MetricsPage, Observer, Tracer } from './observation/observer.ts'

/** The options of a gateway. These types import nothing, so that a host compiles without the gateway's libraries. */
export interface GatewayOptions {
  /** Base URL of the Appointments API. */
  readonly url: string
  /**
   * The gateway's own key; null = each caller's `Authorization` header goes upstream.
   *
   * @default null
   */
  readonly key?: string | null
  /**
   * How callers authenticate, where the gateway has a key of its own; null = they need not.
   *
   * @default null
   */
  readonly tokens?: TokenOptions | null
  /**
   * Refuses requests whose `Host` is not a loopback name or address.
   *
   * @default false
   */
  readonly loopbackOnly?: boolean
  /**
   * Enables GraphiQL and introspection, unless their own options say otherwise, and adds the upstream cost to each answer.
   *
   * @default false
   */
  readonly development?: boolean
  /** @default the value of `development` */
  readonly graphiql?: boolean
  /** @default the value of `development` */
  readonly introspection?: boolean
  /**
   * Serves the desk, a front end for a receptionist, at `/desk`, next to `endpoint`.
   *
   * @default the value of `development`
   */
  readonly desk?: boolean
  /**
   * The upstream has sample data: GraphiQL's tour reads and changes its rows.
   *
   * @default false
   */
  readonly sampleData?: boolean
  /**
   * The path of the GraphQL route: set it where another server mounts the gateway at another path.
   *
   * @default '/graphql'
   */
  readonly endpoint?: string
  /**
   * The origins that CORS allows to read answers.
   *
   * @default none
   */
  readonly corsOrigins?: readonly string[]
  /**
   * The request headers that CORS allows besides the gateway's own, such as those of tracing.
   *
   * @default none
   */
  readonly corsHeaders?: readonly string[]
  /** @default those of `docs/configuration.md` */
  readonly limits?: Partial<Limits>
  /**
   * Documents by their hash.
   *
   * @default none
   */
  readonly trustedDocuments?: ReadonlyMap<string, string>
  /**
   * Refuses every document that is not trusted.
   *
   * @default false
   */
  readonly trustedDocumentsOnly?: boolean
  /**
   * Makes the gateway a subgraph of Apollo Federation: routers may select `_service` and `_entities`.
   *
   * @default false
   */
  readonly federation?: boolean
  /**
   * What a router sends in `x-federation-secret`: without it those two fields are `FORBIDDEN`. 16 characters at least;
   * null = every caller may select them.
   *
   * @default null
   */
  readonly federationSecret?: string | null
  /**
   * The timeout of each upstream request, headers and body, in milliseconds.
   *
   * @default 10000
   */
  readonly upstreamTimeoutMs?: number
  /**
   * The timeout of an operation as a whole, in milliseconds.
   *
   * @default 30000
   */
  readonly operationTimeoutMs?: number
  /**
   * The greatest value of `first` and `last`.
   *
   * @default 500
   */
  readonly maxPageSize?: number
  /**
   * The most upstream requests that one operation may cause.
   *
   * @default 60
   */
  readonly maxUpstreamRequests?: number
  /**
   * The TTL of cached answers, in seconds; 0 = no cache.
   *
   * @default 10
   */
  readonly cacheTtlSeconds?: number
  /**
   * The TTL of cached answers about clinicians, locations and appointment types, in seconds; 0 = no cache.
   *
   * @default 600
   */
  readonly directoryTtlSeconds?: number
  /**
   * For how long beyond its TTL a cached answer is used where the quota is spent, in seconds; 0 = never.
   *
   * @default 300
   */
  readonly staleIfLimitedSeconds?: number
  /**
   * For how long beyond its TTL a cached answer is used where the upstream is unreachable, in seconds; 0 = never.
   *
   * @default 3600
   */
  readonly staleIfDownSeconds?: number
  /**
   * The share of the quota that is reserved for writes, in percent.
   *
   * @default 10
   */
  readonly writeReservePercent?: number
  /**
   * The IANA name of the clinic's time zone: the time zone of a day where a client gives none.
   *
   * @default 'Europe/London'
   */
  readonly clinicTimeZone?: string
  /**
   * The secrets that encrypt the URLs of calendar feeds, which are read with `key`: one of at least 32 characters, or the
   * new one and then the previous one. None = there are no feeds.
   *
   * @default none
   */
  readonly calendarSecrets?: readonly string[]
  /**
   * The upstream's webhooks, which it delivers to `/webhooks/appointments`. They make longer TTLs and subscriptions
   * possible; null = there is no such endpoint.
   *
   * @default null
   */
  readonly webhooks?: WebhookOptions | null
  /**
   * The state that instances with the same key share; null = this instance is alone, and keeps the state in memory.
   *
   * @default null
   */
  readonly shared?: Shared | null
  /**
   * How often a heartbeat is written to an idle stream, in milliseconds, so that proxies keep it open.
   *
   * @default 15000
   */
  readonly heartbeatMs?: number
  /**
   * The event-loop lag above which the gateway refuses new operations, in milliseconds.
   *
   * @default never
   */
  readonly maxLagMs?: number
  /**
   * Measures the event-loop lag, in milliseconds.
   *
   * @default always 0
   */
  readonly lagMs?: () => number
  /**
   * Milliseconds since the epoch.
   *
   * @default Date.now
   */
  readonly now?: () => number
  /**
   * Milliseconds since some instant, for ages and waits: the wall clock may step.
   *
   * @default performance.now, or `now` where that is given
   */
  readonly monotonic?: () => number
  /**
   * Called with each internal fault of the gateway. A fault contains no patient data.
   *
   * @default ignores it
   */
  readonly reportFault?: ReportFault
  /**
   * Called with one log line for each operation. A line contains no patient data.
   *
   * @default ignores it
   */
  readonly logOperation?: (line: OperationLine) => void
  /**
   * Called with one log line for each delivery of a webhook. A line contains no patient data.
   *
   * @default ignores it
   */
  readonly logEvent?: (line: EventLine) => void
  /**
   * Called with the state of the upstream's events each time it changes.
   *
   * @default ignores it
   */
  readonly logFeed?: (state: FeedState) => void
  /**
   * Called for operations, upstream requests and events, to count them. It gets no patient data.
   *
   * @default null
   */
  readonly observer?: Observer | null
  /**
   * Traces operations and their upstream requests. Spans contain no patient data.
   *
   * @default null
   */
  readonly tracer?: Tracer | null
  /**
   * Renders `/metrics`, which answers callers that may read every appointment; needs a `key`. null = there is no such path.
   *
   * @default null
   */
  readonly metrics?: (() => Promise<MetricsPage>) | null
}

/** How the gateway receives the upstream's events. */
export interface WebhookOptions {
  /** One for each endpoint that the upstream delivers to; two while a secret is replaced. */
  readonly secrets: readonly WebhookSecret[]
  /**
   * The greatest age of a delivery's signature, in seconds.
   *
   * @default 86400
   */
  readonly toleranceSeconds?: number
  /**
   * How the upstream writes its signature.
   *
   * @default every style is accepted
   */
  readonly style?: 'stripe' | 'headers_hex' | 'headers_base64'
  /**
   * How many changes are kept, from which subscribers can resume.
   *
   * @default 10000
   */
  readonly eventsKept?: number
  /**
   * The TTL of cached answers while events report every change, in seconds; 0 = the same as without events.
   *
   * @default 3600
   */
  readonly cacheTtlFedSeconds?: number
  /**
   * Without an event for so many seconds, the events count as silent.
   *
   * @default 900
   */
  readonly silentSeconds?: number
  /**
   * How often the gateway reads lists with subscribers, to find changes that no event reported, in seconds: once an hour at
   * most while events report every change.
   *
   * @default 300
   */
  readonly reconcileSeconds?: number
}

export interface WebhookSecret {
  /** The secret that the upstream returned when the endpoint was created: `whsec_…`. */
  readonly secret: string
  /**
   * The account whose events it signs: what `appointments-gateway account` prints for its key.
   *
   * @default the account of `key`
   */
  readonly account?: string
}

/**
 * The outcome of a delivery:
 * - `logged`: its change is in the log, and subscribers are notified
 * - `echo`, `outdated`, `duplicate`: its change was known already
 * - `other`: an event of something other than an appointment
 * - `forged`, `stale`, `malformed`, `broken`, `tooLarge`, `otherOrganisation`: refused
 * - `unavailable`: the gateway could not log it, and the upstream repeats the delivery
 */
export type EventFate =
  | 'logged'
  | 'echo'
  | 'outdated'
  | 'duplicate'
  | 'other'
  | 'forged'
  | 'stale'
  | 'malformed'
  | 'broken'
  | 'tooLarge'
  | 'otherOrganisation'
  | 'unavailable'

/** The one log line of a delivery. It can't contain patient data. */
export interface EventLine {
  readonly fate: EventFate
  readonly kind?: 'created' | 'updated' | 'rescheduled' | 'cancelled' | 'completed' | 'no_show'
  readonly style?: 'stripe' | 'headers_hex' | 'headers_base64'
  /** From the creation of the event (the upstream's clock) to its arrival (the gateway's clock). */
  readonly delayMs?: number
  /** The id of its trace; absent where it is not traced. */
  readonly trace?: string
}

/**
 * The state of the upstream's events:
 * - `waiting`: no event has arrived yet
 * - `healthy`: events arrive, and no read contradicts them: the TTL of answers is `cacheTtlFedSeconds`
 * - `silent`: the latest event is too old
 * - `contradicted`: an event was lost, and none has arrived since the loss was found
 */
export type FeedState = 'waiting' | 'healthy' | 'silent' | 'contradicted'

/** The issuer whose tokens the gateway accepts, and how it checks them. */
export interface TokenOptions {
  readonly issuer: string
  readonly audience: string
  /** The URL of the issuer's public keys, or the secret that it shares with the gateway. */
  readonly keys: { readonly jwksUrl: string } | { readonly secret: string }
  /**
   * Refuses tokens without an expiry (`exp`).
   *
   * @default true
   */
  readonly requireExp?: boolean
  /**
   * The claim with the token's scopes, as a text or as a list.
   *
   * @default `scope`, or else `scp`
   */
  readonly scopeClaim?: string
}

/** Called with each internal fault: the id that the client got, and where it happened. */
export type ReportFault = (fault: Fault) => void

export interface Fault {
  readonly errorId: string
  readonly name: string
  readonly stack: string
}

/** The one log line of an operation. It can't contain patient data. */
export interface OperationLine {
  readonly requestId: string
  /** The name in the document; null where it has none, did not run, or is the read of a calendar feed. */
  readonly name: string | null
  readonly kind: 'query' | 'mutation' | 'subscription' | 'calendar' | null
  readonly durationMs: number
  /** Upstream requests that it caused. */
  readonly requests: number
  /** Reads that the cache answered (`remembered`), and reads that shared the request of another operation (`joined`). */
  readonly remembered: number
  readonly joined: number
  /** Those of `remembered` whose answer was stale: older than its TTL. */
  readonly stale: number
  /** The answer was a cached one, because all its reads were still cached. */
  readonly repeated: boolean
  /** The codes of its errors, each once; `other` for a code that only the upstream has. */
  readonly codes: readonly string[]
  /** The id of its trace; absent where it is not traced. */
  readonly trace?: string
}
