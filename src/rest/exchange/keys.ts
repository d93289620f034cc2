import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import type { RestRequest } from '../pipe/pipe.ts'
import { type Circuit, createCircuit } from './circuit.ts'
import type { Lock } from './exchange.ts'
import { createPause, type Pause } from './pause.ts'
import { createQuota, type Quota } from './quota.ts'
import { createRetryAllowance, type RetryAllowance } from './retry-allowance.ts'

/** What is known of one key of the upstream, and the one request that probes it. */
export interface Key {
  readonly circuit: Circuit
  readonly pause: Pause
  readonly quota: Quota
  readonly retries: RetryAllowance
  probe: RestRequest | undefined
}

export interface Keys {
  /** @param account a hash of the key */
  of(account: string): Key
}

export interface KeysOptions {
  /** The part of the quota that reads leave to writes. */
  readonly writeReservePercent: number
  readonly clock: Clock
}

const MAX_KEYS = 10_000

export function createKeys({ writeReservePercent, clock }: KeysOptions): Keys {
  const keys = new LRUCache<string, Key>({ max: MAX_KEYS })
  return {
    of(account) {
      const known = keys.get(account)
      if (known !== undefined) return known
      const key: Key = {
        circuit: createCircuit(clock),
        pause: createPause(clock),
        quota: createQuota(writeReservePercent, clock),
        retries: createRetryAllowance(clock),
        probe: undefined,
      }
      keys.set(account, key)
      return key
    },
  }
}

/** Why the key may not be used now: the upstream does not answer, it asked for a pause, or its quota is spent. */
export function lockOf({ circuit, pause, quota }: Key, mayUseReserve: boolean): Lock | undefined {
  return circuit.lock() ?? pause.lock() ?? quota.lock(mayUseReserve)
}
