import type { RestRequest } from './request.ts'

/** A read whose answer is cached, as part of what a GraphQL answer depends on. */
export interface CachedRead {
  readonly request: RestRequest
  /** Opaque: identifies the cached answer, and contains nothing of it. */
  readonly token: object
}

export interface StaleAnswer {
  readonly path: readonly (string | number)[]
  /** RFC 3339. */
  readonly asOf: string
}

/** The cost of one operation so far. */
export interface Ledger {
  /** The most upstream requests that the operation may cause. */
  readonly ceiling: number
  /** Upstream requests that it caused, retries included. */
  exchanges: number
  /** Cache hits: reads that the cache of this instance, or of another one, answered. */
  remembered: number
  /** The cache hits whose answer was stale. */
  staleReads: number
  /** The cache hits whose list was patched with the changes since. */
  patched: number
  /** Reads that shared the request of another operation. */
  joined: number
  /** Reads that shared the request of another read of the same operation. */
  fused: number
  /** The stale parts of the GraphQL answer, by their path. */
  readonly stale: Map<string, StaleAnswer>
  /** The operation is a mutation, so its reads may use the part of the quota that is reserved for writes. */
  isMutation: boolean
  /** Reads that are waiting for the upstream now. */
  waiting: number
  /** The answer is sent in parts, so the operation ends with the last part. */
  isInParts: boolean
  /** The operation got an earlier answer again, as every read that the answer depends on is still cached. */
  isRepeated: boolean
  /** The reads that the answer depends on; undefined where no one collects them, or one of them is not cached. */
  reads: CachedRead[] | undefined
}

export function createLedger(ceiling: number): Ledger {
  return {
    ceiling,
    exchanges: 0,
    remembered: 0,
    staleReads: 0,
    patched: 0,
    joined: 0,
    fused: 0,
    stale: new Map(),
    isMutation: false,
    waiting: 0,
    isInParts: false,
    isRepeated: false,
    reads: undefined,
  }
}
