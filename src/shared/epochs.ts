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

/** A write that may have happened, or may still. */
export interface Doubt {
  /** What it changes; null where that is not known. */
  readonly doubted: AppointmentDiff | null
}

/** What an epoch may be advanced by. */
export type Advance = AppointmentDiff | Doubt

/** Names the states of what the upstream holds: `scope` is a path of the REST API, an item or the lists. */
export interface Epochs {
  /** Reads the scopes' epochs where they are shared; undefined where they are here, or can't be read now. */
  refresh(account: string, scopes: readonly string[]): Promise<void> | undefined
  /** As of the last `refresh`, where they are shared. */
  of(account: string, scope: string): Epoch
  /** The scopes have changed. `change` says how; without it, in any way. */
  advance(account: string, scopes: readonly string[], change?: Advance): MaybePromise<void>
  /**
   * The scopes are in doubt: a write is about to be sent. What it returns takes it back where the write was not sent: then all
   * that was known before holds again. Undefined where that can't be said to all.
   */
  announce(
    account: string,
    scopes: readonly string[],
    diff?: AppointmentDiff,
  ): MaybePromise<(() => void) | undefined>
  /** What may have changed since that epoch, oldest first. Undefined where that is not known. */
  changesSince(account: string, scope: string, epoch: Epoch): readonly AppointmentDiff[] | undefined
  /** What has certainly changed since that epoch: the same without what is in doubt. */
  certainSince(account: string, scope: string, epoch: Epoch): readonly AppointmentDiff[] | undefined
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
  /** `nothing` where a doubt was taken back. */
  change: Advance | 'nothing'
}

/** Those of one process. */
export interface LocalEpochs extends Epochs {
  /** All that came since that epoch, oldest first, as it was told. Undefined where that is not known. */
  advancesSince(account: string, scope: string, epoch: Epoch): readonly Advance[] | undefined
}

export function createEpochs({ maxScopes = 100_000, maxDiffs = 1000 }: EpochsOptions = {}): LocalEpochs {
  const epochs = new Map<string, number>()
  /** By scope, the described or announced changes that lead to its epoch, without a gap. */
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
    return from
  }

  function pushStep(key: string, change: Advance): Step {
    const step: Step = { from: move(key), change }
    const known = steps.get(key) ?? []
    steps.set(key, known)
    known.push(step)
    // In blocks, because each of them moves the whole array.
    if (known.length >= 2 * maxDiffs) known.splice(0, maxDiffs)
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
    changesSince: (...asked) => withDoubts(advancesSince(...asked)),
    certainSince: (...asked) => withoutDoubts(advancesSince(...asked)),
  }
}

/**
 * As if all that is in doubt had happened; undefined where one of them is not known. Such a change is put into no list, as it
 * has no `since`: a list is either certainly not changed by it, or forgotten.
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
