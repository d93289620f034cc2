import { GraphQLError } from 'graphql'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { type Access, readNarrowing } from '../../rest/access.ts'
import type { Clock } from '../../rest/clock.ts'
import type { TokenOptions } from '../gateway-options.ts'
import { invalidToken, tokenExpired } from '../refusals.ts'
import { ANONYMOUS, accountOfKey, hashed, type Identify } from './identity.ts'
import { createIssuerKeys } from './issuer-keys.ts'

/** The algorithms of each kind of key. A public key must never be used as a shared secret, and `none` never accepted. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const SYMMETRIC = ['HS256', 'HS384', 'HS512']

const MAX_TOKEN_LENGTH = 8192

/** Allows for the difference between the clocks of two machines. */
const CLOCK_TOLERANCE_SECONDS = 5

/**
 * Callers send a JWT, and the gateway sends its own key upstream on their behalf.
 *
 * A request without a token gets only what needs no upstream request, one with an invalid token nothing.
 */
export function createTokenCheck(key: string, options: TokenOptions, clock: Clock): Identify {
  const { issuer, audience, keys, requireExp = true, scopeClaim } = options
  const credential = `Bearer ${key}`
  const account = accountOfKey(key)
  const algorithms = 'secret' in keys ? SYMMETRIC : ASYMMETRIC
  // Imported here, so that only a gateway that checks tokens loads it.
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
      // jose's messages contain claims and values, which the client must not get.
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

/** The scopes of the first of these claims that the token has: a text of scopes separated by spaces, or a list. */
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
