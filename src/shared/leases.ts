import type { MaybePromise } from './maybe-promise.ts'

/** Lets one instance at a time do what is enough to be done once. */
export interface Leases {
  /** False where another holder has it. It ends by itself after `ttlMs`, for a holder that dies. */
  take(account: string, name: string, holder: string, ttlMs: number): MaybePromise<boolean>
  /** Does nothing where another holder has it by now. */
  release(account: string, name: string, holder: string): MaybePromise<void>
}

interface Lease {
  readonly holder: string
  readonly endsAt: number
}

export function createLeases(monotonic: () => number): Leases {
  const leases = new Map<string, Lease>()
  const keyOf = (account: string, name: string) => `${account} ${name}`
  return {
    take(account, name, holder, ttlMs) {
      for (const [key, { endsAt }] of leases) if (endsAt <= monotonic()) leases.delete(key)
      const key = keyOf(account, name)
      const held = leases.get(key)
      if (held !== undefined && held.holder !== holder) return false
      leases.set(key, { holder, endsAt: monotonic() + ttlMs })
      return true
    },
    release(account, name, holder) {
      const key = keyOf(account, name)
      if (leases.get(key)?.holder === holder) leases.delete(key)
    },
  }
}
