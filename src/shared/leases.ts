import type { MaybePromise } from './maybe-promise.ts'

/** Lets one instance at a time do what is enough to be done once. */
export interface Leases {
  /** False where another holder has it. It ends by itself after `ttlMs`, for a holder that dies. */
  take(account: string, name: string, holder: string, ttlMs: number): MaybePromise<boolean>
  /** Whether this holder has it. */
  holds(account: string, name: string, holder: string): MaybePromise<boolean>
  /** Does nothing where another holder has it by now. */
  release(account: string, name: string, holder: string): MaybePromise<void>
}

interface Lease {
  readonly holder: string
  readonly endsAt: number
}

const FEW = 1000

export function createLeases(monotonic: () => number): Leases {
  const leases = new Map<string, Lease>()
  let many = FEW
  const keyOf = (account: string, name: string) => `${account} ${name}`

  function holderOf(key: string): string | undefined {
    const lease = leases.get(key)
    return lease !== undefined && monotonic() < lease.endsAt ? lease.holder : undefined
  }

  /** Only where they have become twice as many: a look at each is too long for every take. */
  function dropEnded(): void {
    if (leases.size < many) return
    const now = monotonic()
    for (const [key, { endsAt }] of leases) if (endsAt <= now) leases.delete(key)
    many = Math.max(FEW, 2 * leases.size)
  }

  return {
    take(account, name, holder, ttlMs) {
      const key = keyOf(account, name)
      const held = holderOf(key)
      if (held !== undefined && held !== holder) return false
      dropEnded()
      leases.set(key, { holder, endsAt: monotonic() + ttlMs })
      return true
    },
    holds: (account, name, holder) => holderOf(keyOf(account, name)) === holder,
    release(account, name, holder) {
      const key = keyOf(account, name)
      if (leases.get(key)?.holder === holder) leases.delete(key)
    },
  }
}
