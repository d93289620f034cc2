import type { MaybePromise } from './maybe-promise.ts'

/** Named locks that expire, for work that one instance at a time has to do. */
export interface Leases {
  /** False where another holder has the lease. It expires after `ttlMs`, in case its holder dies. */
  take(account: string, name: string, holder: string, ttlMs: number): MaybePromise<boolean>
  /** Whether this holder has the lease. */
  holds(account: string, name: string, holder: string): MaybePromise<boolean>
  /** Does nothing where another holder has taken over the lease. */
  release(account: string, name: string, holder: string): MaybePromise<void>
}

interface Lease {
  readonly holder: string
  readonly expiresAt: number
}

const MIN_LIMIT = 1000

export function createLeases(monotonic: () => number): Leases {
  const leases = new Map<string, Lease>()
  let limit = MIN_LIMIT
  const keyOf = (account: string, name: string) => `${account} ${name}`

  function holderOf(key: string): string | undefined {
    const lease = leases.get(key)
    return lease !== undefined && monotonic() < lease.expiresAt ? lease.holder : undefined
  }

  /** Runs each time the number of leases has doubled, because it visits all of them. */
  function dropExpired(): void {
    if (leases.size < limit) return
    const now = monotonic()
    for (const [key, { expiresAt }] of leases) if (expiresAt <= now) leases.delete(key)
    limit = Math.max(MIN_LIMIT, 2 * leases.size)
  }

  return {
    take(account, name, holder, ttlMs) {
      const key = keyOf(account, name)
      const current = holderOf(key)
      if (current !== undefined && current !== holder) return false
      dropExpired()
      leases.set(key, { holder, expiresAt: monotonic() + ttlMs })
      return true
    },
    holds: (account, name, holder) => holderOf(keyOf(account, name)) === holder,
    release(account, name, holder) {
      const key = keyOf(account, name)
      if (leases.get(key)?.holder === holder) leases.delete(key)
    },
  }
}
