import type { createRemoteJWKSet, JWTVerifyGetKey } from 'jose'
import { issuerUnreachable } from '../refusals.ts'

type Jose = Promise<typeof import('jose')>

/** The TTL of the keys: the issuer may have withdrawn one. */
const FRESH_MS = 600_000

/** A token may name any key before it is verified, so the number of look-ups is limited. */
const LOOKUP_BURST = 5
const LOOKUP_INTERVAL_MS = 5000

/**
 * The issuer's public keys, fetched when the first token needs them. An unknown key is looked up immediately, in bursts of
 * five and then once in five seconds. Cached keys stay valid while the issuer is unreachable.
 */
export function createIssuerKeys(jose: Jose, url: URL, monotonic: () => number): JWTVerifyGetKey {
  // jose's key set fetches and selects keys, but this module decides when. By its own rules the set would refuse every token
  // once the issuer has been down for ten minutes, and a new key for half a minute.
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

  /** Fetches the keys, unless the look-ups are used up. Concurrent callers share one fetch. */
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
      // After a failure, cached keys are used without waiting for this fetch, which may fail too.
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

/** A rate limiter: a burst, and one more look-up in each interval. */
function createAllowance(monotonic: () => number): () => boolean {
  let spentUntil = Number.NEGATIVE_INFINITY
  return () => {
    const at = monotonic()
    if (spentUntil > at + (LOOKUP_BURST - 1) * LOOKUP_INTERVAL_MS) return false
    spentUntil = Math.max(spentUntil, at) + LOOKUP_INTERVAL_MS
    return true
  }
}
