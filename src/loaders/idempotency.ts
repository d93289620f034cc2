import { randomUUID } from 'node:crypto'
import { derivedUuid } from '../rest/derived-uuid.ts'

/** The inputs to the `Idempotency-Key` of one create field. */
export interface IdempotencySource {
  /** The caller's key in its normal form; null where the caller gave none. */
  readonly callersKey: string | null
  /** The response path of the field. */
  readonly path: string
  /** An earlier field of the document has the same key. */
  readonly isRepeated: boolean
}

/**
 * Chooses the `Idempotency-Key` of a create field: a UUID, as the reference asks for ("Create").
 *
 * A caller's key that is a UUID is sent upstream unchanged. A second field with the same key gets a key that is derived from the
 * caller's and the field's response path, because the upstream would answer the second create with the first appointment. The
 * same document, sent again, gets the same keys.
 */
export function chooseIdempotencyKey({ callersKey, path, isRepeated }: IdempotencySource): string {
  if (callersKey === null) return randomUUID()
  if (isRepeated) return derivedUuid(`${callersKey}\n${path}`)
  return UUID.test(callersKey) ? callersKey : derivedUuid(callersKey)
}

/** One form for all spellings of a key: the digits of a UUID may be of either case (RFC 9562, section 4). */
export function normalKey(callersKey: string): string {
  return UUID.test(callersKey) ? callersKey.toLowerCase() : callersKey
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
