import type { Access } from './access.ts'
import type { Quota } from './errors.ts'

/** The GraphQL operation on whose behalf the upstream is asked. `exchanges` is its ledger: real exchanges so far. */
export interface Operation {
  /** The `Authorization` header that goes upstream; null when the caller gave none. */
  readonly credential: string | null
  readonly access: Access
  /**
   * Who may see what: the credential, and whatever narrows this caller below it. What is remembered or shared is kept
   * by view; the quota is the credential's.
   */
  readonly view: string
  /** Passed on as `X-Request-Id`, so that both sides' logs name the same thing. */
  readonly requestId: string
  readonly signal: AbortSignal
  exchanges: number
}

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Below the base URL, each segment encoded. */
  readonly path: string
  /** Encoded, without the question mark. */
  readonly query?: string
  readonly body?: unknown
  readonly idempotencyKey?: string
}

/** An answer whose envelope held data. */
export interface Reply {
  readonly data: unknown
  readonly meta: Readonly<Record<string, unknown>>
  readonly requestId: string | undefined
  readonly quota: Quota | undefined
}

/** Asks the upstream. Rejects with `UpstreamError` only. */
export type Send = (request: RestRequest, operation: Operation) => Promise<Reply>

export type Layer = (next: Send) => Send

/** The first layer is the outermost: it sees a request first and its reply last. */
export function pipe(layers: readonly Layer[], wire: Send): Send {
  return layers.reduceRight((next, layer) => layer(next), wire)
}
