import type { PartialAppointment } from '../contract/field-names.ts'
import type { MaybePromise } from './maybe-promise.ts'

/** An epoch of a scope. It changes with each change of the scope, and never comes back. */
export type Epoch = number | string

/** One appointment before and after a change. */
export interface AppointmentDiff {
  readonly id: string
  readonly now: PartialAppointment
  /** null for an appointment that is new; undefined where it is not known. */
  readonly before: PartialAppointment | null | undefined
  /**
   * The earliest instant at which it can have happened, on the upstream's clock, in milliseconds since the epoch. Undefined
   * where that is not known, or `now` may not be the latest state.
   */
  readonly since?: number | undefined
}

/** Names the states of what the upstream holds: `scope` is a path of the REST API, an item or the lists. */
export interface Epochs {
  /** Reads the scopes' epochs where they are shared; undefined where they are here, or can't be read now. */
  refresh(account: string, scopes: readonly string[]): Promise<void> | undefined
  /** As of the last `refresh`, where they are shared. */
  of(account: string, scope: string): Epoch
  /** The scopes may have changed. `diff` says how; without it, in any way. */
  advance(account: string, scopes: readonly string[], diff?: AppointmentDiff): MaybePromise<void>
  /** What has changed since that epoch, oldest first. Undefined where that is not known. */
  changesSince(account: string, scope: string, epoch: Epoch): readonly AppointmentDiff[] | undefined
}

export interface EpochsOptions {
  /**
   * Far more items than clients write to while anything stays cached.
   * @default 100000
   */
  readonly maxScopes?: number
  /**
   * The described changes of a scope that are kept, to tell what they changed.
   * @default 1000
   */
  readonly maxDiffs?: number
}

interface Step {
  readonly from: number
  readonly diff: AppointmentDiff
}

export function createEpochs({ maxScopes = 100_000, maxDiffs = 1000 }: EpochsOptions = {}): Epochs {
  const epochs = new Map<string, number>()
  /** By scope, the described changes that lead to its epoch, without a gap. */
  const steps = new Map<string, Step[]>()
  let latest = 0
  /** The epoch of each scope that is not in the map. */
  let initial = 0

  function advanceScope(key: string, diff: AppointmentDiff | undefined): void {
    // All are forgotten together, and start from an epoch that none of them had before: so no epoch ever comes back.
    if (epochs.size >= maxScopes) {
      epochs.clear()
      steps.clear()
      latest += 1
      initial = latest
    }
    const from = epochs.get(key) ?? initial
    latest += 1
    epochs.set(key, latest)
    if (diff === undefined) {
      steps.delete(key)
      return
    }
    const known = steps.get(key) ?? []
    steps.set(key, known)
    known.push({ from, diff })
    // In blocks, because each of them moves the whole array.
    if (known.length >= 2 * maxDiffs) known.splice(0, maxDiffs)
  }

  return {
    refresh: () => undefined,
    of: (account, scope) => epochs.get(keyOf(account, scope)) ?? initial,
    advance(account, scopes, diff) {
      for (const scope of scopes) advanceScope(keyOf(account, scope), diff)
    },
    changesSince(account, scope, epoch) {
      const key = keyOf(account, scope)
      if (epoch === (epochs.get(key) ?? initial)) return []
      const known = steps.get(key) ?? []
      const first = known.findLastIndex(({ from }) => from === epoch)
      return first < 0 ? undefined : known.slice(first).map(({ diff }) => diff)
    },
  }
}

function keyOf(account: string, scope: string): string {
  return `${account} ${scope}`
}
