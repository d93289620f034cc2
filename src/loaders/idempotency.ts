import { createHash, randomUUID } from 'node:crypto'

/**
 * Chooses the `Idempotency-Key` of each create field of one request: a UUID, as the reference asks for.
 *
 * The caller's key is sent as it is where it is a UUID. A second field with the same key gets one of its own, made of
 * the key and the field's response path: else the second create would be answered with the first one's appointment,
 * and the same document sent again must give the same keys again.
 */
export function createIdempotencyKeys(): (callersKey: string | null, path: string) => string {
  const used = new Set<string>()
  return (callersKey, path) => {
    if (callersKey === null) return randomUUID()
    const repeated = used.has(callersKey)
    used.add(callersKey)
    if (repeated) return uuidOf(`${callersKey}\n${path}`)
    return UUID.test(callersKey) ? callersKey : uuidOf(callersKey)
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Version 8 of RFC 9562: a UUID of the application's own making. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
