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

/** An issuer that publishes its public key over HTTP. */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', use: 'sig' }
  const server = await startScriptedUpstream(() => ({ body: { keys: [jwk] } }))
  return {
    jwksUrl: `${server.url}/jwks`,
    requests: server.requests,
    publicKey,
    sign: (claims: JWTPayload) => bearer(claims, { alg: 'RS256', key: privateKey, kid: 'k1' }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
