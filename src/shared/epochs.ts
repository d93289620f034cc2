import type { PartialAppointment } from '../contract/field-names.ts'
import type { MaybePromise } from './maybe-promise.ts'

/** The version of a scope. Each change of the scope gives it a new one, and no version is used twice. */
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

/** A write whose outcome is not known: it may have happened, or may still happen. */
export interface Doubt {
  /** The change that the write would make; null where it is not known. */
  readonly doubted: AppointmentDiff | null
}

/** The cause of a new epoch. */
export type Advance = AppointmentDiff | Doubt

/** Versions the data of the upstream, for what is cached of it. A `scope` is a path of the REST API: an item, or all lists. */
export interface Epochs {
  /** Reads the scopes' epochs from Redis, if they are shared. Undefined where they are in memory, or Redis is unreachable. */
  refresh(account: string, scopes: readonly string[]): Promise<void> | undefined
  /** The scope's epoch; where epochs are shared, the one that the last `refresh` read. */
  of(account: string, scope: string): Epoch
  /** The scopes have changed. Without `change` nothing is known of how. */
  advance(account: string, scopes: readonly string[], change?: Advance): MaybePromise<void>
  /**
   * A write to the scopes is about to be sent: until its outcome is known, they are in doubt. If the write is not sent after all,
   * the returned function withdraws the doubt, and earlier answers are valid again. Undefined where instances share epochs: others
   * may know of the doubt already.
   */
  announce(
    account: string,
    scopes: readonly string[],
    diff?: AppointmentDiff,
  ): MaybePromise<(() => void) | undefined>
  /** The changes since that epoch, oldest first, doubts among them. Undefined where they are not known. */
  changesSince(account: string, scope: string, epoch: Epoch): readonly AppointmentDiff[] | undefined
  /** The same without doubts. */
  certainSince(account: string, scope: string, epoch: Epoch): readonly AppointmentDiff[] | undefined
}

export interface EpochsOptions {
  /**
   * The number of scopes. It should be far more than clients write to within the lifetime of a cached answer.
   * @default 100000
   */
  readonly maxScopes?: number
  /**
   * The number of described changes that are kept for each scope.
   * @default 1000
   */
  readonly maxDiffs?: number
}

interface Step {
  readonly from: number
  /** `nothing` for a doubt that was withdrawn. */
  change: Advance | 'nothing'
}

/** The epochs of one process. */
export interface LocalEpochs extends Epochs {
  /** The changes and doubts since that epoch, oldest first. Undefined where they are not known. */
  advancesSince(account: string, scope: string, epoch: Epoch): readonly Advance[] | undefined
}

export function createEpochs({ maxScopes = 100_000, maxDiffs = 1000 }: EpochsOptions = {}): LocalEpochs {
  const epochs = new Map<string, number>()
  /** By scope, the described changes and doubts that lead to its epoch without a gap. */
  const steps = new Map<string, Step[]>()
  let latest = 0
  /** The epoch of each scope that is not in the map. */
  let initial = 0

  function advanceScope(key: string, change: Advance | undefined): void {
    if (change === undefined) {
      move(key)
      steps.delete(key)
    } else pushStep(key, change)
  }

  function move(key: string): number {
    // All scopes start again together, from an epoch that none of them had before, so that no epoch is used twice.
    if (epochs.size >= maxScopes) {
      epochs.clear()
      steps.clear()
      latest += 1
      initial = latest
    }
    const from = epochs.get(key) ?? initial
    latest += 1
    epochs.set(key, latest)
    return from
  }

  function pushStep(key: string, change: Advance): Step {
    const step: Step = { from: move(key), change }
    const earlier = steps.get(key) ?? []
    steps.set(key, earlier)
    earlier.push(step)
    // In blocks, because each removal moves the rest of the array.
    if (earlier.length >= 2 * maxDiffs) earlier.splice(0, maxDiffs)
    return step
  }

  const advancesSince: LocalEpochs['advancesSince'] = (account, scope, epoch) => {
    const key = keyOf(account, scope)
    if (epoch === (epochs.get(key) ?? initial)) return []
    const known = steps.get(key) ?? []
    const first = known.findLastIndex(({ from }) => from === epoch)
    if (first < 0) return undefined
    return known
      .slice(first)
      .map(({ change }) => change)
      .filter((change) => change !== 'nothing')
  }

  return {
    refresh: () => undefined,
    of: (account, scope) => epochs.get(keyOf(account, scope)) ?? initial,
    advance(account, scopes, change) {
      for (const scope of scopes) advanceScope(keyOf(account, scope), change)
    },
    announce(account, scopes, diff) {
      const announced = scopes.map((scope) => pushStep(keyOf(account, scope), { doubted: diff ?? null }))
      return () => {
        for (const step of announced) step.change = 'nothing'
      }
    },
    advancesSince,
    changesSince: (...since) => withDoubts(advancesSince(...since)),
    certainSince: (...since) => withoutDoubts(advancesSince(...since)),
  }
}

/**
 * The changes if each write in doubt had happened; undefined where one of those writes is not known. A doubted change has no
 * `since`, so it is never applied to a cached list: the list is either certainly unaffected, or invalidated.
 */
export function withDoubts(changes: readonly Advance[] | undefined): readonly AppointmentDiff[] | undefined {
  const diffs = changes?.map((change) => (isDoubt(change) ? change.doubted : change))
  return diffs?.every((diff) => diff !== null) ? diffs : undefined
}

export function withoutDoubts(
  changes: readonly Advance[] | undefined,
): readonly AppointmentDiff[] | undefined {
  return changes?.filter((change): change is AppointmentDiff => !isDoubt(change))
}

export function isDoubt(change: Advance): change is Doubt {
  return 'doubted' in change
}

function keyOf(account: string, scope: string): string {
  return `${account} ${scope}`
}
