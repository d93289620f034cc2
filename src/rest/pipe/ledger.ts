import type { RestRequest } from './request.ts'

/** A read whose answer is kept, which something was made of. */
export interface RememberedRead {
  readonly request: RestRequest
  /** Opaque: stands for the answer, and holds nothing of it. */
  readonly token: object
}

export interface StaleAnswer {
  readonly path: readonly (string | number)[]
  /** RFC 3339. */
  readonly asOf: string
}

/** What one operation has cost so far. */
export interface Ledger {
  /** The most upstream requests that the operation may cause. */
  readonly ceiling: number
  /** Upstream requests that it caused, retries included. */
  exchanges: number
  /** Reads that the cache answered. */
  remembered: number
  /** Of those, the reads whose answer is older than a cached answer may be. */
  staleReads: number
  /** And those that put the changes since into a cached list. */
  patched: number
  /** Reads that shared the request of another operation. */
  joined: number
  /** Reads that shared the request of another one of the same operation. */
  fused: number
  /** Parts of the answer that are older than a cached answer may be, by their path. */
  readonly stale: Map<string, StaleAnswer>
  /** The operation writes, so its reads may use the part of the quota that is reserved for writes. */
  isMutation: boolean
  /** Reads that wait for the upstream now. */
  waiting: number
  /** Its answer comes in parts, so it ends with the last of them. */
  isInParts: boolean
  /** It was given the answer before, because each read below that is still cached. */
  isRepeated: boolean
  /** The reads that its answer depends on, where somebody collects them and each is kept. */
  reads: RememberedRead[] | undefined
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
