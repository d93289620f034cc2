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
 * Listens to what the gateway does, to count it. Each method is called at once, on the path of the answer: it must neither
 * wait nor throw. It is told numbers, and words of the gateway's own: nothing of a patient, and no text of a caller or of
 * the upstream.
 */
export interface Observer {
  operation(report: OperationReport): void
  /** A request of GraphQL was refused before anything of it ran, with this code. */
  refusal(code: string): void
  exchange(report: ExchangeReport): void
  event(report: EventReport): void
}

/** What an operation came to. */
export interface OperationReport {
  /** Where a trusted document has an operation of this name; null for any other. */
  readonly name: string | null
  /** `event`: for an event of a subscription. `none`: it did not come as far as running. */
  readonly kind: 'query' | 'mutation' | 'subscription' | 'event' | 'calendar' | 'none'
  /** `OK`, or the code of its first error; `other` where that is a code of the upstream's own. */
  readonly code: string
  readonly seconds: number
  /** Upstream requests that it caused, retries included. */
  readonly requests: number
  /** Reads that the cache answered, without those of the next two kinds. */
  readonly remembered: number
  /** Reads that put what changed since into a cached list. */
  readonly patched: number
  /** Reads that got an answer which is older than a cached answer may be. */
  readonly stale: number
  /** Reads that shared the request of another operation. */
  readonly joined: number
  /** Reads that shared the request of another one of the same operation. */
  readonly fused: number
}

/** A delivery of a webhook; or a change that none told of first: a write of the gateway's own, or what a read found. */
export interface EventReport {
  /** What became of it, as the log names it. */
  readonly fate: string
  readonly source: ChangeSource
  readonly kind?: ChangeKind | undefined
  /** How its signature is written, where that is right. */
  readonly style?: string | undefined
  readonly delayMs?: number | undefined
}

/** What there is to see at any moment. */
export interface GatewayState {
  /** Of the keys that the upstream has told anything of, the latest ones first; 100 at most. */
  readonly keys: readonly KeyState[]
  /** Subscriptions and answers in parts that are open. */
  readonly streams: number
  readonly events: FeedState | 'off'
  readonly shared: SharedState
}

/** Traces operations: each is a span, with a span for each request to the upstream. */
export interface Tracer {
  /**
   * Begins the span of an operation. `traceparent` is that header of its request; `tracestate` is a text of the caller's,
   * which would be in every span.
   */
  begin(name: string, traceparent?: string | null): Span | undefined
}

/** What `/metrics` answers. */
export interface MetricsPage {
  readonly contentType: string
  readonly text: string
}
