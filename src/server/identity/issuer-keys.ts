import type { createRemoteJWKSet, JWTVerifyGetKey } from 'jose'
import { issuerUnreachable } from '../refusals.ts'

type Jose = Promise<typeof import('jose')>

/** Older keys are read again: the issuer may have withdrawn one. */
const FRESH_MS = 600_000

/** A token may name any key before anything of it is checked, so the issuer is not asked for each. */
const LOOKUPS_AT_ONCE = 5
const LOOKUP_INTERVAL_MS = 5000

/**
 * The keys that the issuer publishes, read when the first token needs them. A key that is not known is looked up at once,
 * a few times in a row and then once in five seconds. Known keys go on serving while the issuer can't be reached.
 */
export function createIssuerKeys(jose: Jose, url: URL, monotonic: () => number): JWTVerifyGetKey {
  // The set fetches and chooses keys. When it asks the issuer is decided here, because its own rules refuse every token
  // once the issuer is down for ten minutes, and a new key for half a minute.
  const created = jose.then(({ createRemoteJWKSet }) =>
    createRemoteJWKSet(url, {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: Number.POSITIVE_INFINITY,
    }),
  )
  const mayLookUp = createAllowance(monotonic)
  let readAt = Number.NEGATIVE_INFINITY
  let isFailing = false
  let reading: Promise<void> | undefined

  /** Asks the issuer, unless it was asked too often. All who need its answer wait for the same one. */
  async function lookUp(keys: ReturnType<typeof createRemoteJWKSet>): Promise<void> {
    if (reading === undefined && !mayLookUp()) return
    reading ??= keys
      .reload()
      .then(
        () => {
          readAt = monotonic()
          isFailing = false
        },
        () => {
          isFailing = true
        },
      )
      .finally(() => {
        reading = undefined
      })
    await reading
  }

  return async (header, token) => {
    const { errors } = await jose
    const keys = await created
    if (monotonic() - readAt >= FRESH_MS) {
      const read = lookUp(keys)
      // Only the first caller after a failure would wait for the next one.
      if (!isFailing || keys.jwks() === undefined) await read
    }
    if (keys.jwks() === undefined) throw issuerUnreachable()
    try {
      return await keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await lookUp(keys)
      if (isFailing) throw issuerUnreachable()
      return keys(header, token)
    }
  }
}

/** Allows a few at once, and one more in each interval. */
function createAllowance(monotonic: () => number): () => boolean {
  let spentUntil = Number.NEGATIVE_INFINITY
  return () => {
    const at = monotonic()
    if (spentUntil > at + (LOOKUPS_AT_ONCE - 1) * LOOKUP_INTERVAL_MS) return false
    spentUntil = Math.max(spentUntil, at) + LOOKUP_INTERVAL_MS
    return true
  }
}
