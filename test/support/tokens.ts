import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import type { TokenOptions } from '../../src/server/gateway-options.ts'
import { startScriptedUpstream } from './scripted-upstream.ts'

export const ISSUER = 'https://issuer.test'
export const AUDIENCE = 'appointments'
export const SECRET = 'a secret of the tests that is long enough'

export const TOKENS: TokenOptions = { issuer: ISSUER, audience: AUDIENCE, keys: { secret: SECRET } }

interface Signing {
  readonly alg?: string
  readonly key?: Parameters<SignJWT['sign']>[0]
  readonly kid?: string
}

/** An Authorization header with a signed token, which is valid for an hour unless the claims say otherwise. */
export async function bearer(
  claims: JWTPayload,
  { alg = 'HS256', key = new TextEncoder().encode(SECRET), kid }: Signing = {},
): Promise<{ authorization: string }> {
  const now = Math.floor(Date.now() / 1000)
  const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: now + 3600, ...claims })
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .sign(key)
  return { authorization: `Bearer ${token}` }
}

/** An issuer that publishes its public keys over HTTP. */
export async function startIssuer() {
  const first = await createSigner('k1')
  const published = [first.jwk]
  let isDown = false
  const server = await startScriptedUpstream(() =>
    isDown ? { status: 503, body: 'down' } : { body: { keys: published } },
  )
  return {
    tokens: { issuer: ISSUER, audience: AUDIENCE, keys: { jwksUrl: `${server.url}/jwks` } },
    requests: server.requests,
    arrival: server.arrival,
    publicKey: first.publicKey,
    sign: first.sign,
    /** Publishes one more key, and signs with it. */
    async addKey(kid: string) {
      const { jwk, sign } = await createSigner(kid)
      published.push(jwk)
      return sign
    },
    withdrawKeys: () => void published.splice(0),
    fail(down: boolean) {
      isDown = down
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function createSigner(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  return {
    publicKey,
    jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig' },
    sign: (claims: JWTPayload) => bearer(claims, { alg: 'RS256', key: privateKey, kid }),
  }
}
