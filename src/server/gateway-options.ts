import type { Shared } from '../shared/shared.ts'
import type { Limits } from './limits/limits.ts'
import type { MetricsPage, Observer, Tracer } from './observation/observer.ts'

/** What a host gives to the gateway. These types stand alone, so that a host compiles without the gateway's libraries. */
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
   * How callers prove who they are, where the gateway has a key of its own; null = they need not.
   *
   * @default null
   */
  readonly tokens?: TokenOptions | null
  /**
   * Answers only requests that are addressed to this machine by its own names.
   *
   * @default false
   */
  readonly loopbackOnly?: boolean
  /**
   * Opens GraphiQL and introspection, unless their own options say otherwise, and reports with each answer what it cost
   * upstream.
   *
   * @default false
   */
  readonly development?: boolean
  /** @default the value of `development` */
  readonly graphiql?: boolean
  /** @default the value of `development` */
  readonly introspection?: boolean
  /**
   * Serves the desk, a front end for a receptionist, at `/desk`: beside `endpoint`.
   *
   * @default the value of `development`
   */
  readonly desk?: boolean
  /**
   * The upstream holds sample data: GraphiQL's tour shows its rows, and changes them.
   *
   * @default false
   */
  readonly sampleData?: boolean
  /**
   * The path of the one route: set it where another server mounts the gateway at another path.
   *
   * @default '/graphql'
   */
  readonly endpoint?: string
  /**
   * The origins whose pages may read answers.
   *
   * @default none
   */
  readonly corsOrigins?: readonly string[]
  /**
   * The request headers that those pages may send besides the gateway's own: those of tracing, say.
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
   * Makes the gateway a subgraph of Apollo Federation: routers may ask for `_service` and `_entities`.
   *
   * @default false
   */
  readonly federation?: boolean
  /**
   * What a router sends in `x-federation-secret`: without it those two fields are `FORBIDDEN`. 16 characters at least;
   * null = whoever may ask at all may ask for them.
   *
   * @default null
   */
  readonly federationSecret?: string | null
  /**
   * For each upstream request, headers and body, in milliseconds.
   *
   * @default 10000
   */
  readonly upstreamTimeoutMs?: number
  /**
   * For everything that one operation does, in milliseconds.
   *
   * @default 30000
   */
  readonly operationTimeoutMs?: number
  /**
   * The most rows that `first` and `last` may ask for.
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
   * How long the gateway may give an answer again; 0 = never.
   *
   * @default 10
   */
  readonly cacheTtlSeconds?: number
  /**
   * How long an answer about clinicians, locations and appointment types may be given again, in seconds; 0 = never.
   *
   * @default 600
   */
  readonly directoryTtlSeconds?: number
  /**
   * How much longer it may give the answer where the quota is spent; 0 = never.
   *
   * @default 300
   */
  readonly staleIfLimitedSeconds?: number
  /**
   * How much longer it may give the answer where the upstream does not answer; 0 = never.
   *
   * @default 3600
   */
  readonly staleIfDownSeconds?: number
  /**
   * The part of the quota that reads leave to writes.
   *
   * @default 10
   */
  readonly writeReservePercent?: number
  /**
   * The IANA name of the time zone of a clinic's days, where a client names none.
   *
   * @default 'Europe/London'
   */
  readonly clinicTimeZone?: string
  /**
   * What seals the URLs of calendar feeds, which are read with `key`: one secret of at least 32 characters, or the new one
   * and the one before it. None = there are no feeds.
   *
   * @default none
   */
  readonly calendarSecrets?: readonly string[]
  /**
   * The upstream's webhooks, which it delivers to `/webhooks/appointments`. They make cached answers last, and
   * subscriptions possible; null = there is no such endpoint.
   *
   * @default null
   */
  readonly webhooks?: WebhookOptions | null
  /**
   * What instances that use the same key share; null = this one is alone, and keeps it in memory.
   *
   * @default null
   */
  readonly shared?: Shared | null
  /**
   * How often a stream on which nothing happens is written to, in milliseconds, so that proxies keep it open.
   *
   * @default 15000
   */
  readonly heartbeatMs?: number
  /**
   * With more event-loop lag than this the gateway refuses new operations, in milliseconds.
   *
   * @default never
   */
  readonly maxLagMs?: number
  /**
   * Measures the event-loop lag, in milliseconds.
   *
   * @default none is seen
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
   * Gets each fault of the gateway's own. It holds nothing of a patient.
   *
   * @default ignores it
   */
  readonly reportFault?: ReportFault
  /**
   * Gets one line for each operation. It holds nothing of a patient.
   *
   * @default ignores it
   */
  readonly logOperation?: (line: OperationLine) => void
  /**
   * Gets one line for each delivery of a webhook. It holds nothing of a patient.
   *
   * @default ignores it
   */
  readonly logEvent?: (line: EventLine) => void
  /**
   * Gets the state of the upstream's events each time it changes.
   *
   * @default ignores it
   */
  readonly logFeed?: (state: FeedState) => void
  /**
   * Listens to what the gateway does, to count it. It holds nothing of a patient.
   *
   * @default null
   */
  readonly observer?: Observer | null
  /**
   * Traces operations, and their requests to the upstream. It holds nothing of a patient.
   *
   * @default null
   */
  readonly tracer?: Tracer | null
  /**
   * What `/metrics` answers to callers that may read every appointment; needs a `key`. null = there is no such path.
   *
   * @default null
   */
  readonly metrics?: (() => Promise<MetricsPage>) | null
}

/** How the gateway takes the upstream's events. */
export interface WebhookOptions {
  /** One for each endpoint that the upstream delivers to; two while a secret is replaced. */
  readonly secrets: readonly WebhookSecret[]
  /**
   * How long ago a delivery may have been signed, in seconds.
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
   * The changes that a subscriber can resume from.
   *
   * @default 10000
   */
  readonly eventsKept?: number
  /**
   * How long the gateway may give an answer again while events tell of every change; 0 = no longer than without them.
   *
   * @default 3600
   */
  readonly cacheTtlFedSeconds?: number
  /**
   * Without an event for this long they count as silent.
   *
   * @default 900
   */
  readonly silentSeconds?: number
  /**
   * How often the gateway reads the lists that somebody subscribes to, to find changes that no event told of, in seconds:
   * once an hour at most while events tell of every change.
   *
   * @default 300
   */
  readonly reconcileSeconds?: number
}

export interface WebhookSecret {
  /** As the upstream showed it when the endpoint was created: `whsec_…`. */
  readonly secret: string
  /**
   * The account whose events it signs: what `appointments-gateway account` prints for its key.
   *
   * @default the account of `key`
   */
  readonly account?: string
}

/**
 * What became of a delivery:
 * - `logged`: subscribers were told
 * - `echo`, `outdated`, `duplicate`: it told nothing new
 * - `other`: an event of no appointment
 * - `forged`, `stale`, `malformed`, `broken`, `tooLarge`, `otherOrganisation`: refused
 * - `unavailable`: the gateway could not take it, and the upstream sends it again
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

/** The one line that the gateway logs of a delivery. Nothing of a patient can be in it. */
export interface EventLine {
  readonly fate: EventFate
  readonly kind?: 'created' | 'updated' | 'rescheduled' | 'cancelled' | 'completed' | 'no_show'
  readonly style?: 'stripe' | 'headers_hex' | 'headers_base64'
  /** Between the making of the event and its arrival, by two clocks. */
  readonly delayMs?: number
  /** The id of its trace; absent where it is not traced. */
  readonly trace?: string
}

/**
 * - `waiting`: no event has come yet
 * - `healthy`: they come, and nothing contradicts them: answers are kept for `cacheTtlFedSeconds`
 * - `silent`: the last one is too long ago
 * - `contradicted`: one was lost, and none has come since that was found
 */
export type FeedState = 'waiting' | 'healthy' | 'silent' | 'contradicted'

/** Whose tokens the gateway accepts, and how it checks them. */
export interface TokenOptions {
  readonly issuer: string
  readonly audience: string
  /** Where the issuer publishes its keys, or the secret that it shares with the gateway. */
  readonly keys: { readonly jwksUrl: string } | { readonly secret: string }
  /**
   * Refuses tokens that do not say when they expire.
   *
   * @default true
   */
  readonly requireExp?: boolean
  /**
   * The claim that has a token's scopes, as a text or as a list.
   *
   * @default `scope`, or else `scp`
   */
  readonly scopeClaim?: string
}

/** Gets each fault of the gateway's own: the id that the client got too, and where it happened. */
export type ReportFault = (fault: Fault) => void

export interface Fault {
  readonly errorId: string
  readonly name: string
  readonly stack: string
}

/** The one line that the gateway logs of an operation. Nothing of a patient can be in it. */
export interface OperationLine {
  readonly requestId: string
  /** The name in the document; null where it has none, or did not run, and of a calendar feed. */
  readonly name: string | null
  readonly kind: 'query' | 'mutation' | 'subscription' | 'calendar' | null
  readonly durationMs: number
  /** Upstream requests that it caused. */
  readonly requests: number
  /** Reads that the cache answered, and reads that shared the request of another operation. */
  readonly remembered: number
  readonly joined: number
  /** Of those remembered: whose answer is older than a cached answer may be. */
  readonly stale: number
  /** It was given the answer before, because each read below that is still cached. */
  readonly repeated: boolean
  /** The codes of its errors, each once; `other` for those of the upstream's own. */
  readonly codes: readonly string[]
  /** The id of its trace; absent where it is not traced. */
  readonly trace?: string
}
