import { LRUCache } from 'lru-cache'
import type { EntryKind } from '../../contract/directory-fields.ts'

/** How many entries a directory had when it was last read, by account: for estimates, never an answer. */
export interface SizeMemory {
  get(account: string, kind: EntryKind): number | undefined
  set(account: string, kind: EntryKind, size: number): void
}

const MAX_DIRECTORIES = 10_000

export function createSizeMemory(): SizeMemory {
  const sizes = new LRUCache<string, number>({ max: MAX_DIRECTORIES })
  return {
    get: (account, kind) => sizes.get(`${account} ${kind}`),
    set: (account, kind, size) => void sizes.set(`${account} ${kind}`, size),
  }
}
