import type { Operation, RestRequest } from './pipe.ts'

/**
 * Counts the writes that could change what a read sees: once when one is sent, and again when it was answered or lost.
 * The count is part of the key that an answer is remembered and shared by, so a read that began before a write and
 * ended after it is found by nobody.
 */
export interface Epochs {
  /** What a read is remembered and shared by: its view, its epoch, and what it asks. */
  readonly keyOf: (read: RestRequest, operation: Operation) => string
  /** A write may change its item, and every list. */
  readonly bump: (write: RestRequest, operation: Operation) => void
}

/** Twice as many are known at most: far more than are written to within the time that anything is remembered. */
const MAX_SCOPES = 50_000

export function createEpochs(maxScopes = MAX_SCOPES): Epochs {
  // Two tables, of which the older one is dropped as a whole: to take out an entry and put it in again behind the others
  // makes a table anew at every fourth write, for 3 % of a cancel.
  let recent = new Map<string, number>()
  let older = new Map<string, number>()
  let latest = 0
  // The epoch of all that are not listed. It moves on whenever some are dropped, so that no epoch ever comes back.
  let unlisted = 0

  function next(scope: string): void {
    latest += 1
    recent.set(scope, latest)
    if (recent.size < maxScopes) return
    older = recent
    recent = new Map()
    latest += 1
    unlisted = latest
  }

  return {
    keyOf({ path, query = '' }, { account, view }) {
      const scope = scopeOf(account, path)
      const epoch = recent.get(scope) ?? older.get(scope) ?? unlisted
      return `${view} ${epoch} ${path}?${query}`
    },
    bump({ path }, { account }) {
      next(scopeOf(account, LISTS))
      const [item] = /^\/appointments\/[^/]+/.exec(path) ?? []
      if (item !== undefined) next(scopeOf(account, item))
    },
  }
}

const LISTS = '/appointments'

function scopeOf(account: string, path: string): string {
  return `${account} ${path}`
}
