import { randomUUID } from 'node:crypto'
import type { Access } from '../access.ts'
import type { Ending } from '../ending.ts'
import type { ResponseInfo, UpstreamError } from '../errors.ts'
import type { Span } from '../observation/span.ts'
import type { Ledger } from './ledger.ts'
import type { RestRequest } from './request.ts'

export type { RestRequest } from './request.ts'

/** The GraphQL operation on whose behalf the gateway asks the upstream. */
export interface Operation {
  /** The `Authorization` header that goes upstream; null when the caller sent none. */
  readonly credential: string | null
  readonly access: Access
  /** A hash of the credential. The quota belongs to it, and what a write invalidates. */
  readonly account: string
  /** One text for one caller: callers take turns where they wait for the same thing. */
  readonly caller: string
  /** The account, and whatever narrows this caller below it. Cached and shared answers belong to it. */
  readonly view: string
  /** Its reads must be fresh: nobody else's answer will do, and its answers are nobody else's. */
  readonly isBypassing?: boolean
  /** A request on its behalf has failed like this: its reads get what was seen before, or the same error, and ask nothing. */
  readonly failure?: UpstreamError
  /** Its answer is written again when an event tells of a change: until then, names too are as they were. */
  readonly isLive?: boolean
  /** Sent upstream as `X-Request-Id`, so that the logs of both sides name the same operation. */
  readonly requestId: string
  /** Ends the operation's reads: its deadline has passed, or its client has left. */
  readonly signal: Ending
  /** Ends its writes too. */
  readonly deadline: Ending
  readonly ledger: Ledger
  /**
   * Of a write: gets when the upstream did it, once it is answered. Whoever asks for that tells the lists of the write itself.
   */
  readonly onWritten?: (period: Period | undefined) => void
  /** Of a request to the upstream: 2 where it repeats one that failed. Absent of the first. */
  readonly attempt?: number
  /** Absent where nobody traces it. */
  readonly span?: Span | undefined
}

/** A time on the upstream's clock, in milliseconds since the epoch. */
export interface Period {
  readonly earliest: number
  readonly latest: number
}

/** A response whose envelope holds data. Readers share it, so nobody may change it. */
export interface Reply {
  readonly data: unknown
  readonly meta: Readonly<Record<string, unknown>>
  readonly response: ResponseInfo
  /** About how much memory it takes. */
  readonly bytes: number
  /** RFC 3339: when the cache got it, where it is older than a cached answer may be. */
  readonly staleSince?: string
  /** When the request was sent that others may share: the reply may be as old as that. On the monotonic clock. */
  readonly askedAt?: number
  /** The latest instant of which it can be, on the upstream's clock, in milliseconds since the epoch; absent = not known. */
  readonly asOf?: number
  /** Of a list that was patched: by appointment, the `since` of the latest change. */
  readonly changedAt?: ReadonlyMap<string, number>
}

/**
 * When the upstream did what it answers: it may date an answer when it begins to work on it, or when it has done it.
 * `tookMs` is the time from its sending to its answer. Undefined where it has no date.
 */
export function periodOf({ dateMs }: ResponseInfo, tookMs: number): Period | undefined {
  return dateMs === undefined ? undefined : { earliest: dateMs - tookMs, latest: dateMs + tookMs }
}

/** Asks the upstream. Rejects with `UpstreamError` only. */
export type Send = (request: RestRequest, operation: Operation) => Promise<Reply>

/** Wraps what lies behind it: may answer by itself, refuse, repeat, or pass on, and sees how each request ends. */
export type Layer = (next: Send) => Send

/** The first layer is the outermost: it sees a request first and its reply last. */
export function pipe(layers: readonly Layer[], last: Send): Send {
  return layers.reduceRight((next, layer) => layer(next), last)
}

/** The request writes, or reads on behalf of a mutation. It may use the part of the quota that is reserved for writes. */
export function isForWrite({ method }: RestRequest, { ledger }: Operation): boolean {
  return method !== 'GET' || ledger.isMutation
}

/** What ends this request. A write goes on when its client leaves, and so do the reads of a mutation. */
export function endingOf(request: RestRequest, operation: Operation): Ending {
  return isForWrite(request, operation) ? operation.deadline : operation.signal
}

/** The operation again, but after this failure: for reads that are worth no further request. */
export function afterFailure(operation: Operation, failure: UpstreamError): Operation {
  return { ...operation, failure }
}

/** The operation again, but past cache and shared requests: for reads that must be fresh. */
export function bypassingCache(operation: Operation): Operation {
  return { ...operation, view: `${operation.view} ${randomUUID()}`, isBypassing: true }
}
