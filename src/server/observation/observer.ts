import type { FeedState } from '../../rest/coherence/health.ts'
import type { KeyState } from '../../rest/exchange/gate.ts'
import type { ExchangeReport } from '../../rest/observation/observation.ts'
import type { Span } from '../../rest/observation/span.ts'
import type { ChangeKind, ChangeSource } from '../../shared/event-log.ts'
import type { SharedState } from '../../shared/shared.ts'

export type { KeyState } from '../../rest/exchange/gate.ts'
export type { ExchangeReport } from '../../rest/observation/observation.ts'
export type { Span } from '../../rest/observation/span.ts'

/**
 * Receives reports of operations, upstream requests and events, to count them. Each method is called synchronously on the
 * request path: it must neither block nor throw. Reports contain numbers and the gateway's own terms, and never patient
 * data or a text of a caller or of the upstream.
 */
export interface Observer {
  operation(report: OperationReport): void
  /** A GraphQL request was refused with this error code before its operation ran. */
  refusal(code: string): void
  exchange(report: ExchangeReport): void
  event(report: EventReport): void
}

/** The outcome of an operation. */
export interface OperationReport {
  /** The operation's name where a trusted document has an operation of this name, else null. */
  readonly name: string | null
  /** `event`: an event of a subscription. `none`: no operation ran. */
  readonly kind: 'query' | 'mutation' | 'subscription' | 'event' | 'calendar' | 'none'
  /** `OK`, or the code of the first error; `other` where only the upstream has that code. */
  readonly code: string
  readonly seconds: number
  /** Upstream requests, retries included. */
  readonly requests: number
  /** Reads that the cache answered, without `patched` and `stale`. */
  readonly remembered: number
  /** Reads of a cached list into which later changes were merged. */
  readonly patched: number
  /** Reads that the cache answered with a stale answer: one older than its TTL. */
  readonly stale: number
  /** Reads that shared the request of another operation. */
  readonly joined: number
  /** Reads that shared the request of another read of the same operation. */
  readonly fused: number
}

/** A delivery of a webhook, or a change that no webhook reported first: from a write of the gateway, or found by a read. */
export interface EventReport {
  /** The outcome, as in the log. */
  readonly fate: string
  readonly source: ChangeSource
  readonly kind?: ChangeKind | undefined
  /** The style of its signature, where the signature is valid. */
  readonly style?: string | undefined
  readonly delayMs?: number | undefined
}

/** The current state of the gateway, for gauges. */
export interface GatewayState {
  /** The keys with a known quota or an open circuit breaker, the latest used first; 100 at most. */
  readonly keys: readonly KeyState[]
  /** Open streams: subscriptions, live queries and deferred answers. */
  readonly streams: number
  readonly events: FeedState | 'off'
  readonly shared: SharedState
}

/** Traces operations: each is a span, with a span for each request to the upstream. */
export interface Tracer {
  /**
   * Begins the span of an operation. `traceparent` is the header of its request. `tracestate` is not used: it would put a
   * text of the caller's into every span.
   */
  begin(name: string, traceparent?: string | null): Span | undefined
}

/** The response of `/metrics`. */
export interface MetricsPage {
  readonly contentType: string
  readonly text: string
}
