/** What one instance has learned of a key of the upstream. Instants are milliseconds since the epoch. */
export interface KeyNote {
  /** The latest count of the quota, and the clock hour of the upstream that it is of. */
  readonly quota?: {
    readonly limit: number
    readonly remaining: number
    readonly hour: number
    readonly endsAt: number
    readonly sentAt: number
    readonly endedAt: number
  }
  /** The latest pause; `until` is 0 where it is over. */
  readonly pause?: { readonly since: number; readonly until: number; readonly blindMs: number }
}

/** What instances tell each other besides epochs and events. Each read of an epoch brings the latest. */
export interface Notes {
  /** Whether anybody else reads them. */
  readonly areShared: boolean
  keyOf(account: string): KeyNote | undefined
  tellKey(account: string, note: KeyNote): void
}

/** One instance alone has nobody to tell. */
export const NO_NOTES: Notes = {
  areShared: false,
  keyOf: () => undefined,
  tellKey() {},
}
