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

/** What is known of the upstream without asking it. */
export interface UpstreamReport {
  /** null until a response carried the rate headers, and where no account is asked for. */
  readonly quota: QuotaReport | null
  readonly state: UpstreamState
  readonly events: FeedState | 'off'
  readonly shared: SharedState
}

export interface UpstreamReports {
  /** For a caller that may read: of the account that it asks with. Rejects with `UpstreamError` for others. */
  readonly upstream: (operation: Operation) => Promise<UpstreamReport>
  /** For operators: null = of no account, and of the events of all. */
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
    // What the other instances have told of the key comes with the epochs.
    const reading = account === null ? undefined : shared.epochs.refresh(account, [])
    return reading === undefined ? reportOf(account) : reading.then(() => reportOf(account))
  }

  return {
    async upstream(operation) {
      if (operation.credential === null) throw unauthenticated()
      requireRead(operation)
      // It changes without any epoch, so nothing that is made of it may be kept.
      operation.ledger.reads = undefined
      return upstreamOf(operation.account)
    },
    upstreamOf,
  }
}
