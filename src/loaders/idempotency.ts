import { randomUUID } from 'node:crypto'
import { derivedUuid } from '../rest/derived-uuid.ts'

/** What the `Idempotency-Key` of one create field follows from. */
export interface IdempotencySource {
  readonly callersKey: string | null
  /** The response path of the field. */
  readonly path: string
}

/**
 * Chooses the `Idempotency-Key` of a create field: a UUID, as the reference asks for ("Create").
 *
 * A caller's key that is a UUID goes upstream as it is. A second field with the same key gets one of its own, derived from
 * the key and the field's response path. Otherwise the upstream would answer the second create with the first one's
 * appointment. The same document, sent again, gets the same keys again.
 *
 * @param usedKeys the callers' keys that earlier fields of the request used; this one is added
 */
export function chooseIdempotencyKey({ callersKey, path }: IdempotencySource, usedKeys: Set<string>): string {
  if (callersKey === null) return randomUUID()
  const isRepeated = usedKeys.has(callersKey)
  usedKeys.add(callersKey)
  if (isRepeated) return derivedUuid(`${callersKey}\n${path}`)
  return UUID.test(callersKey) ? callersKey : derivedUuid(callersKey)
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
