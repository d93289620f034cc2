import { GraphQLError } from 'graphql'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { type Access, readNarrowing } from '../../rest/access.ts'
import type { Clock } from '../../rest/clock.ts'
import type { TokenOptions } from '../gateway-options.ts'
import { invalidToken, tokenExpired } from '../refusals.ts'
import { ANONYMOUS, accountOfKey, hashed, type Identify } from './identity.ts'
import { createIssuerKeys } from './issuer-keys.ts'

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
export function createTokenCheck(key: string, options: TokenOptions, clock: Clock): Identify {
  const { issuer, audience, keys, requireExp = true, scopeClaim } = options
  const credential = `Bearer ${key}`
  const account = accountOfKey(key)
  const algorithms = 'secret' in keys ? SYMMETRIC : ASYMMETRIC
  // Loaded only where the gateway checks tokens.
  const jose = import('jose')
  const keyOf =
    'secret' in keys
      ? sharedSecret(keys.secret)
      : createIssuerKeys(jose, new URL(keys.jwksUrl), clock.monotonic)

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
      access: accessOf(claims, scopeClaim),
      account,
      caller: hashed(JSON.stringify(claims.sub ?? token)),
      ...(claims.exp !== undefined && { expiresAt: (claims.exp + CLOCK_TOLERANCE_SECONDS) * 1000 }),
    }
  }

  async function verify(token: string): Promise<JWTPayload> {
    const { errors, jwtVerify } = await jose
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        issuer,
        audience,
        algorithms,
        requiredClaims: requireExp ? ['exp'] : [],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(clock.now()),
      })
      return payload
    } catch (error) {
      // jose's messages name claims and values, which must not reach the answer.
      if (error instanceof GraphQLError) throw error
      if (error instanceof errors.JWTExpired) throw tokenExpired()
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'exp')
        throw invalidToken('The token does not say when it expires (exp).')
      throw invalidToken('The token is not accepted.')
    }
  }
}

function accessOf(claims: JWTPayload, scopeClaim: string | undefined): Access {
  const narrowing = readNarrowing(claims)
  if (narrowing === undefined) throw invalidToken('The token is not accepted.')
  const scopes = scopesOf(claims, scopeClaim === undefined ? ['scope', 'scp'] : [scopeClaim])
  const mayWrite = scopes.includes('appointments:write')
  const mayWritePatients = scopes.includes('patients:write')
  return {
    mayRead: mayWrite || scopes.includes('appointments:read'),
    mayWrite,
    mayReadPatients: mayWritePatients || scopes.includes('patients:read'),
    mayWritePatients,
    narrowing,
  }
}

/** Reads the first of these claims that the token has: a text with blanks between the scopes, or a list of them. */
function scopesOf(claims: JWTPayload, names: readonly string[]): readonly unknown[] {
  const name = names.find((each) => Object.hasOwn(claims, each))
  const scopes = name === undefined ? undefined : claims[name]
  if (typeof scopes === 'string') return scopes.split(' ')
  return Array.isArray(scopes) ? scopes : []
}

function sharedSecret(secret: string): JWTVerifyGetKey {
  const bytes = new TextEncoder().encode(secret)
  return () => bytes
}
