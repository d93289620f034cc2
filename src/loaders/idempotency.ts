import { randomUUID } from 'node:crypto'
import { derivedUuid } from '../rest/derived-uuid.ts'

/** What the `Idempotency-Key` of one create field follows from. */
export interface IdempotencySource {
  /** In its normal form; null where the caller gave none. */
  readonly callersKey: string | null
  /** The response path of the field. */
  readonly path: string
  /** An earlier field of the document has the same key. */
  readonly isRepeated: boolean
}

/**
 * Chooses the `Idempotency-Key` of a create field: a UUID, as the reference asks for ("Create").
 *
 * A caller's key that is a UUID goes upstream as it is. A second field with the same key gets one of its own, derived from
 * the key and the field's response path. Otherwise the upstream would answer the second create with the first one's
 * appointment. The same document, sent again, gets the same keys again.
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
