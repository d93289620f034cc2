import { randomUUID } from 'node:crypto'
import type { Access } from '../access.ts'
import type { Ending } from '../ending.ts'
import type { Heard } from '../errors.ts'
import type { Ledger } from './ledger.ts'

/** The GraphQL operation on whose behalf the upstream is asked. */
export interface Operation {
  /** The `Authorization` header that goes upstream; null when the caller gave none. */
  readonly credential: string | null
  readonly access: Access
  /** A hash of the credential: what the quota, and what is forgotten by a write, is kept by. */
  readonly account: string
  /** The account, and whatever narrows this caller below it: what is remembered and shared is kept by it. */
  readonly view: string
  /** Passed on as `X-Request-Id`, so that both sides' logs name the same thing. */
  readonly requestId: string
  /** Ends its reads: the deadline has passed, or nobody waits for the answer any more. */
  readonly signal: Ending
  /** Ends its writes too. */
  readonly deadline: Ending
  readonly ledger: Ledger
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

/** An answer whose envelope held data. Shared between readers, so nobody may change it. */
export interface Reply {
  readonly data: unknown
  readonly meta: Readonly<Record<string, unknown>>
  readonly heard: Heard
  /** About how much memory it takes. */
  readonly bytes: number
  /** RFC 3339: since when it is remembered, where it is older than an answer may be. */
  readonly staleSince?: string
  /** When it was asked for, whoever shares it: what it says may be as old as that. Milliseconds since the epoch. */
  readonly askedAt?: number
}

/** Asks the upstream. Rejects with `UpstreamError` only. */
export type Send = (request: RestRequest, operation: Operation) => Promise<Reply>

/** Told once how it ended, maybe before whoever asked goes on. */
export interface Receiver {
  onReply(reply: Reply): void
  onError(error: unknown): void
}

/**
 * Asks the upstream, and tells a receiver. What is near the wire does, as hundreds of exchanges are in the air at once:
 * promises between its layers took 8 % of 25 reads.
 */
export type Exchange = (request: RestRequest, operation: Operation, receiver: Receiver) => void

export function replyOf(exchange: Exchange, request: RestRequest, operation: Operation): Promise<Reply> {
  return new Promise((resolve, reject) => {
    exchange(request, operation, { onReply: resolve, onError: reject })
  })
}

/** A write goes on when its caller goes away, and so does what settles its end. */
export function signalOf({ method }: RestRequest, { signal, deadline, ledger }: Operation): Ending {
  return method === 'GET' && !ledger.isMutation ? signal : deadline
}

/** Asks past all that is remembered or shared, where what was so a moment ago does not count. */
export function afresh(operation: Operation): Operation {
  return { ...operation, view: `${operation.view} ${randomUUID()}` }
}

export type Layer = (next: Send) => Send

/** The first layer is the outermost: it sees a request first and its reply last. */
export function pipe(layers: readonly Layer[], last: Send): Send {
  return layers.reduceRight((next, layer) => layer(next), last)
}
