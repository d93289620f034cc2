import { LRUCache } from 'lru-cache'
import type { EntryKind } from '../../contract/directory-fields.ts'

/** The last known sizes of directories, by account. They serve estimates and the order of reads, and are never an answer. */
export interface SizeMemory {
  /** The number of entries of a directory. */
  get(account: string, kind: EntryKind): number | undefined
  set(account: string, kind: EntryKind, size: number): void
  /** The number of appointments in the last list of one entry. */
  busyness(account: string, id: string): number
  setBusyness(account: string, id: string, appointments: number): void
}

const MAX_DIRECTORIES = 10_000

export function createSizeMemory(): SizeMemory {
  const sizes = new LRUCache<string, number>({ max: MAX_DIRECTORIES })
  const busy = new LRUCache<string, number>({ max: MAX_DIRECTORIES })
  return {
    get: (account, kind) => sizes.get(`${account} ${kind}`),
    busyness: (account, id) => busy.get(`${account} ${id}`) ?? 0,
    setBusyness: (account, id, appointments) => void busy.set(`${account} ${id}`, appointments),
    set: (account, kind, size) => void sizes.set(`${account} ${kind}`, size),
  }
}
