import { type Estimate, UpstreamError } from '../errors.ts'

export interface StaleAnswer {
  readonly path: readonly (string | number)[]
  /** RFC 3339. */
  readonly asOf: string
}

/** What one operation has cost so far. */
export interface Ledger {
  /** The most exchanges that it may cause. */
  readonly ceiling: number
  /** Real exchanges that it caused, retries included. */
  exchanges: number
  /** Answers that were remembered. */
  remembered: number
  /** Exchanges of others that it shared. */
  joined: number
  /** What was served though older than an answer may be, and where in the answer it stands. */
  readonly stale: Map<string, StaleAnswer>
  /** It writes, so its reads may use the part of the quota that is kept for writes. */
  isMutation: boolean
}

export function createLedger(ceiling: number): Ledger {
  return { ceiling, exchanges: 0, remembered: 0, joined: 0, stale: new Map(), isMutation: false }
}

/** `costliest` is the part of the operation that costs most, by its response name. */
export function tooCostly(estimate: Estimate, ceiling: number, costliest?: string): UpstreamError {
  const message = `This needs at least ${estimate.min} upstream requests; one operation may cause ${ceiling}.`
  return new UpstreamError('QUERY_TOO_COSTLY', message, {
    estimate,
    ...(costliest !== undefined && { costliest }),
  })
}
