import type { MaybePromise } from '../../shared/maybe-promise.ts'
import type { Shared, SharedState } from '../../shared/shared.ts'
import { requireRead } from '../appointments/guard.ts'
import type { Coherence } from '../coherence/coherence.ts'
import type { FeedState } from '../coherence/health.ts'
import { unauthenticated } from '../errors.ts'
import type { Operation } from '../pipe/pipe.ts'
import type { Gate } from './gate.ts'
import type { QuotaReport } from './quota.ts'
import type { UpstreamState } from './upstream-state.ts'

/** The state of the upstream, as known without a request to it. */
export interface UpstreamReport {
  /** null until a response carried the rate headers, and in a report of no account. */
  readonly quota: QuotaReport | null
  readonly state: UpstreamState
  readonly events: FeedState | 'off'
  readonly shared: SharedState
}

export interface UpstreamReports {
  /** For a caller that may read: the report of its own account. Rejects with `UpstreamError` for other callers. */
  readonly upstream: (operation: Operation) => Promise<UpstreamReport>
  /** For operators: the report of any account. null = without a quota, and with the events of all accounts. */
  readonly upstreamOf: (account: string | null) => MaybePromise<UpstreamReport>
}

export function createUpstreamReports(gate: Gate, coherence: Coherence, shared: Shared): UpstreamReports {
  function reportOf(account: string | null): UpstreamReport {
    return {
      quota: account === null ? null : gate.quotaOf(account),
      state: gate.upstreamState(),
      events: account === null ? coherence.feedState() : coherence.feedStateOf(account),
      shared: shared.state(),
    }
  }

  function upstreamOf(account: string | null): MaybePromise<UpstreamReport> {
    // A refresh of the epochs also fetches the other instances' notes about the key.
    const reading = account === null ? undefined : shared.epochs.refresh(account, [])
    return reading === undefined ? reportOf(account) : reading.then(() => reportOf(account))
  }

  return {
    async upstream(operation) {
      if (operation.credential === null) throw unauthenticated()
      requireRead(operation)
      // The state changes without any epoch, so an answer that contains it must not be cached.
      operation.ledger.reads = undefined
      return upstreamOf(operation.account)
    },
    upstreamOf,
  }
}
