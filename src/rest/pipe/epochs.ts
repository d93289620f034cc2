import type { Clock } from '../clock.ts'
import type { Operation, RestRequest } from './pipe.ts'

/**
 * Counts the writes that could change what a read returns: once when a write is sent, and again when it was answered or
 * lost. The count is part of the key that a reply is cached and shared by. So nobody finds the reply of a read that began
 * before a write and ended after it.
 */
export interface Epochs {
  /** The key that a read is cached and shared by: its view, its epoch, and what it asks for. */
  readonly keyOf: (read: RestRequest, operation: Operation) => string
  /** A write may change its item, and every list. */
  readonly bump: (write: RestRequest, operation: Operation) => void
  /** Nothing says whether a write happened, and it may still do: what is read meanwhile may be old at any moment. */
  readonly distrust: (write: RestRequest, operation: Operation) => void
  /** Whether a reply to this read may be cached. */
  readonly isTrusted: (read: RestRequest, operation: Operation) => boolean
}

/** Far more items than clients write to while anything stays cached. */
const MAX_SCOPES = 100_000
/** Longer than an upstream works on a request that nobody waits for any more. */
const DISTRUST_MS = 60_000

export function createEpochs({ monotonic }: Pick<Clock, 'monotonic'>, maxScopes = MAX_SCOPES): Epochs {
  const epochs = new Map<string, number>()
  const distrustedUntil = new Map<string, number>()
  let latest = 0
  /** The epoch of each scope that is not in the map. */
  let initial = 0

  function advance(scope: string): void {
    // All are forgotten together, and start from an epoch that none of them had before: so no epoch ever comes back.
    if (epochs.size >= maxScopes) {
      epochs.clear()
      latest += 1
      initial = latest
    }
    latest += 1
    epochs.set(scope, latest)
  }

  return {
    keyOf({ path, query = '' }, { account, view }) {
      const epoch = epochs.get(scopeOf(account, path)) ?? initial
      return `${view} ${epoch} ${path}?${query}`
    },
    bump(write, { account }) {
      for (const scope of scopesOf(write, account)) advance(scope)
    },
    distrust(write, { account }) {
      for (const [scope, until] of distrustedUntil) if (until <= monotonic()) distrustedUntil.delete(scope)
      for (const scope of scopesOf(write, account)) distrustedUntil.set(scope, monotonic() + DISTRUST_MS)
    },
    isTrusted({ path }, { account }) {
      const until = distrustedUntil.get(scopeOf(account, path))
      return until === undefined || until <= monotonic()
    },
  }
}

const LISTS = '/appointments'

function scopesOf({ path }: RestRequest, account: string): string[] {
  const [item] = /^\/appointments\/[^/]+/.exec(path) ?? []
  return [LISTS, ...(item === undefined ? [] : [item])].map((scope) => scopeOf(account, scope))
}

function scopeOf(account: string, path: string): string {
  return `${account} ${path}`
}
