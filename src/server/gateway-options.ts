import type { Limits } from './limits/limits.ts'

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
   * How much longer it may give the answer where the quota is spent; 0 = never.
   *
   * @default 300
   */
  readonly staleIfLimitedSeconds?: number
  /**
   * The part of the quota that reads leave to writes.
   *
   * @default 10
   */
  readonly writeReservePercent?: number
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
}

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
  /** The name in the document; null where it has none, or did not run. */
  readonly name: string | null
  readonly kind: 'query' | 'mutation' | 'subscription' | null
  readonly durationMs: number
  /** Upstream requests that it caused. */
  readonly requests: number
  /** Reads that the cache answered, and reads that shared the request of another operation. */
  readonly remembered: number
  readonly joined: number
  /** The codes of its errors, each once. */
  readonly codes: readonly string[]
}
