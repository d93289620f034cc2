import { randomUUID } from 'node:crypto'
import type { Access } from '../access.ts'
import type { Ending } from '../ending.ts'
import type { ResponseInfo, UpstreamError } from '../errors.ts'
import type { Span } from '../observation/span.ts'
import type { Ledger } from './ledger.ts'
import type { RestRequest } from './request.ts'

export type { RestRequest } from './request.ts'

/** The GraphQL operation on whose behalf the gateway sends a request. */
export interface Operation {
  /** The `Authorization` header for the upstream; null where the caller sent none. */
  readonly credential: string | null
  readonly access: Access
  /** A hash of the credential. Quota and invalidation are per account. */
  readonly account: string
  /** Identifies the caller, for fair queues: callers take turns where they wait for the same resource. */
  readonly caller: string
  /** Identifies the account, and what the caller is narrowed to. Cached and shared answers are per view. */
  readonly view: string
  /** Its reads must be fresh: they use no cached or shared answer, and no other read uses theirs. */
  readonly isBypassingCache?: boolean
  /** An earlier request of the operation failed with it. Reads send no more requests: they get a cached answer, or this error. */
  readonly failure?: UpstreamError
  /** A live query, whose answer is renewed when an event reports a change: until then cached names may be older as well. */
  readonly isLive?: boolean
  /** Sent upstream as `X-Request-Id`, so that the logs of both sides name the same operation. */
  readonly requestId: string
  /** Ends the operation's reads: its deadline has passed, or its client has disconnected. */
  readonly signal: Ending
  /** Ends its writes too. */
  readonly deadline: Ending
  readonly ledger: Ledger
  /**
   * Of a write: called once it is answered, with the time at which the upstream carried it out. The code that sets it also
   * updates the cached lists.
   */
  readonly onWritten?: (period: Period | undefined) => void
  /** The number of the attempt at a request, from 2 on. Absent at the first attempt. */
  readonly attempt?: number
  /** Absent where the operation is not traced. */
  readonly span?: Span | undefined
}

/** A time on the upstream's clock, in milliseconds since the epoch. */
export interface Period {
  readonly earliest: number
  readonly latest: number
}

/** A response whose envelope has data. It is shared between operations, and must not be mutated. */
export interface Reply {
  readonly data: unknown
  readonly meta: Readonly<Record<string, unknown>>
  readonly response: ResponseInfo
  /** About how much memory it takes, in bytes. */
  readonly bytes: number
  /** RFC 3339: when a stale reply was requested. Absent of a fresh one. */
  readonly staleSince?: string
  /** When the request was sent, on the monotonic clock: the reply may be as old as that. */
  readonly requestedAt?: number
  /** The latest instant whose state it can have, on the upstream's clock, in milliseconds since the epoch. Absent = unknown. */
  readonly asOf?: number
  /** Of a patched list: the `since` of the latest change, by appointment. */
  readonly changedAt?: ReadonlyMap<string, number>
}

/**
 * When the upstream carried out a request: the `Date` of its response may be that of the start or of the end of its work.
 * Undefined where the response has no `Date`.
 *
 * @param tookMs the time from the request to its response
 */
export function periodOf({ dateMs }: ResponseInfo, tookMs: number): Period | undefined {
  return dateMs === undefined ? undefined : { earliest: dateMs - tookMs, latest: dateMs + tookMs }
}

/** Sends a request to the upstream. Rejects with `UpstreamError` only. */
export type Send = (request: RestRequest, operation: Operation) => Promise<Reply>

/** Wraps the next layer: it may answer a request itself, refuse it, repeat it or pass it on, and sees how it ends. */
export type Layer = (next: Send) => Send

/** Composes the layers. The first layer is the outermost: it sees a request first and its reply last. */
export function pipe(layers: readonly Layer[], last: Send): Send {
  return layers.reduceRight((next, layer) => layer(next), last)
}

/** Whether the request may use the quota that is reserved for writes: it writes, or reads for a mutation. */
export function isForWrite({ method }: RestRequest, { ledger }: Operation): boolean {
  return method !== 'GET' || ledger.isMutation
}

/** When this request ends. A write, or a read of a mutation, continues where its client disconnects. */
export function endingOf(request: RestRequest, operation: Operation): Ending {
  return isForWrite(request, operation) ? operation.deadline : operation.signal
}

/** The operation with a failure: for reads that are not worth another request. */
export function afterFailure(operation: Operation, failure: UpstreamError): Operation {
  return { ...operation, failure }
}

/** The operation past the cache and shared requests: for reads that must be fresh. */
export function bypassingCache(operation: Operation): Operation {
  return { ...operation, view: `${operation.view} ${randomUUID()}`, isBypassingCache: true }
}
