import { LRUCache } from 'lru-cache'

/** Together with their syntax trees and plans this is at most some 200 MB, and some thousand usual documents. */
const MAX_CHARACTERS = 1_000_000
const LARGEST_DOCUMENT = 50_000

/** Remembers documents by their text. The server's own cache counts entries only: 1,024 of a megabyte are too many. */
export function createDocumentCache<Value extends object>(): {
  get(text: string): Value | undefined
  set(text: string, value: Value): void
} {
  const cache = new LRUCache<string, Value>({
    maxSize: MAX_CHARACTERS,
    maxEntrySize: LARGEST_DOCUMENT,
    sizeCalculation: (_value, text) => text.length + 1,
  })
  return { get: (text) => cache.get(text), set: (text, value) => void cache.set(text, value) }
}
