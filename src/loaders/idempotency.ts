import { randomUUID } from 'node:crypto'
import { derivedUuid } from '../rest/derived-uuid.ts'

/**
 * Chooses the `Idempotency-Key` of each create field of one request: a UUID, as the reference asks for ("Create").
 *
 * A caller's key that is a UUID goes upstream as it is. A second field with the same key gets one of its own, derived from
 * the key and the field's response path. Otherwise the upstream would answer the second create with the first one's
 * appointment. The same document, sent again, gets the same keys again.
 */
export function createIdempotencyKeys(): (callersKey: string | null, path: string) => string {
  const used = new Set<string>()
  return (callersKey, path) => {
    if (callersKey === null) return randomUUID()
    const repeated = used.has(callersKey)
    used.add(callersKey)
    if (repeated) return derivedUuid(`${callersKey}\n${path}`)
    return UUID.test(callersKey) ? callersKey : derivedUuid(callersKey)
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
