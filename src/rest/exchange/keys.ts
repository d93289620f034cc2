import { LRUCache } from 'lru-cache'
import type { KeyNote, Notes } from '../../shared/notes.ts'
import type { Clock } from '../clock.ts'
import type { RestRequest } from '../pipe/pipe.ts'
import { type Circuit, createCircuit } from './circuit.ts'
import type { Lock } from './exchange.ts'
import { createPause, type Pause } from './pause.ts'
import { createQuota, type Quota } from './quota.ts'
import { createRetryAllowance, type RetryAllowance } from './retry/allowance.ts'

/** The state of one key of the upstream, and the one request that probes it. */
export interface Key {
  readonly circuit: Circuit
  readonly pause: Pause
  readonly quota: Quota
  readonly retries: RetryAllowance
  probe: RestRequest | undefined
  /** The latest note of another instance, which is applied already. */
  appliedNote: KeyNote | undefined
}

export interface Keys {
  /** @param account a hash of the key */
  of(account: string): Key
  /** The keys that sent requests, the most recently used first. */
  byAccount(): IterableIterator<[account: string, key: Key]>
  /** Publishes the state of the key to the other instances. */
  publish(account: string): void
}

export interface KeysOptions {
  /** The part of the quota that is reserved for writes. */
  readonly writeReservePercent: number
  readonly clock: Clock
  /** The notes of all instances about the keys. */
  readonly notes: Notes
}

const MAX_KEYS = 10_000

export function createKeys({ writeReservePercent, clock, notes }: KeysOptions): Keys {
  const keys = new LRUCache<string, Key>({ max: MAX_KEYS })

  function keyOf(account: string): Key {
    const known = keys.get(account)
    if (known !== undefined) return known
    const key: Key = {
      circuit: createCircuit(clock),
      pause: createPause(clock),
      quota: createQuota(writeReservePercent, clock),
      retries: createRetryAllowance(clock),
      probe: undefined,
      appliedNote: undefined,
    }
    keys.set(account, key)
    return key
  }

  return {
    of(account) {
      const key = keyOf(account)
      const note = notes.keyOf(account)
      if (note !== undefined && note !== key.appliedNote) {
        key.appliedNote = note
        if (note.quota !== undefined) key.quota.apply(note.quota)
        if (note.pause !== undefined) key.pause.apply(note.pause)
      }
      return key
    },
    byAccount: () => keys.entries(),
    publish(account) {
      if (!notes.areShared) return
      const { quota, pause } = keyOf(account)
      notes.setKey(account, { ...quota.toNote(), ...pause.toNote() })
    },
  }
}

/** Why the key may not be used now: the upstream does not answer, a 429 paused the key, or its quota is spent. */
export function lockOf({ circuit, pause, quota }: Key, mayUseReserve: boolean): Lock | undefined {
  return circuit.lock() ?? pause.lock() ?? quota.lock(mayUseReserve)
}
