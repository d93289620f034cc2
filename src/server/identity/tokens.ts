import { GraphQLError } from 'graphql'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { type Access, readNarrowing } from '../../rest/access.ts'
import type { TokenOptions } from '../gateway-options.ts'
import { invalidToken, issuerUnreachable } from '../refusals.ts'
import { ANONYMOUS, hashed, type Identify } from './identity.ts'

/** The algorithms of each kind of key. A public key must never serve as a shared secret, nor `none` as a signature. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const SYMMETRIC = ['HS256', 'HS384', 'HS512']

const MAX_TOKEN_LENGTH = 8192

/** The clocks of two machines are never quite the same. */
const CLOCK_TOLERANCE_SECONDS = 5

/**
 * Callers present a JWT, and the gateway asks with its own key on their behalf.
 *
 * Without a token, the gateway answers nothing that costs a request; with one that it does not accept, nothing at all.
 */
export function createTokenCheck(key: string, options: TokenOptions, now: () => number): Identify {
  const { issuer, audience, keys } = options
  const credential = `Bearer ${key}`
  const account = hashed(credential)
  const algorithms = 'secret' in keys ? SYMMETRIC : ASYMMETRIC
  // Loaded only where the gateway checks tokens.
  const jose = import('jose')
  const keyOf = 'secret' in keys ? sharedSecret(keys.secret) : publishedKeys(jose, new URL(keys.jwksUrl))

  return async (authorization) => {
    if (authorization === null) return ANONYMOUS
    const token = /^Bearer +([\w.-]+)$/i.exec(authorization)?.[1]
    if (token === undefined)
      throw invalidToken('The Authorization header holds no token: "Bearer <JWT>" is expected.')
    if (token.length > MAX_TOKEN_LENGTH)
      throw invalidToken(`The gateway accepts tokens of up to ${MAX_TOKEN_LENGTH} characters.`)
    const claims = await verify(token)
    return {
      credential,
      access: accessOf(claims),
      account,
      caller: hashed(JSON.stringify(claims.sub ?? token)),
    }
  }

  async function verify(token: string): Promise<JWTPayload> {
    const { errors, jwtVerify } = await jose
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        issuer,
        audience,
        algorithms,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now()),
      })
      return payload
    } catch (error) {
      // jose's messages name claims and values, which must not reach the answer.
      if (error instanceof GraphQLError) throw error
      const isExpired = error instanceof errors.JWTExpired
      throw invalidToken(isExpired ? 'The token has expired.' : 'The token is not accepted.')
    }
  }
}

function accessOf(claims: JWTPayload): Access {
  const narrowing = readNarrowing(claims)
  if (narrowing === undefined) throw invalidToken('The token is not accepted.')
  const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ') : []
  const mayWrite = scopes.includes('appointments:write')
  return { mayRead: mayWrite || scopes.includes('appointments:read'), mayWrite, narrowing }
}

function sharedSecret(secret: string): JWTVerifyGetKey {
  const bytes = new TextEncoder().encode(secret)
  return () => bytes
}

/** The keys that the issuer publishes, fetched when the first token needs them. */
function publishedKeys(jose: Promise<typeof import('jose')>, url: URL): JWTVerifyGetKey {
  const keys = jose.then(({ createRemoteJWKSet }) => createRemoteJWKSet(url))
  return async (header, token) => {
    const { errors } = await jose
    try {
      return await (await keys)(header, token)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error
      throw issuerUnreachable()
    }
  }
}
