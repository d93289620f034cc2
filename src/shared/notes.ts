/** What an instance knows of the quota of an upstream key. Instants are in milliseconds since the epoch. */
export interface KeyNote {
  /** The latest count of the quota, and the upstream's clock hour that it belongs to. */
  readonly quota?: {
    readonly limit: number
    readonly remaining: number
    readonly hour: number
    readonly endsAt: number
    readonly sentAt: number
    readonly endedAt: number
  }
  /** The latest pause after a 429; `until` is 0 once it is over. */
  readonly pause?: { readonly since: number; readonly until: number; readonly blindMs: number }
}

/** Notes on the quota that instances share. Each read of an epoch also reads the latest note. */
export interface Notes {
  /** Whether other instances read them. */
  readonly areShared: boolean
  keyOf(account: string): KeyNote | undefined
  setKey(account: string, note: KeyNote): void
}

/** For a gateway of one instance. */
export const NO_NOTES: Notes = {
  areShared: false,
  keyOf: () => undefined,
  setKey() {},
}
