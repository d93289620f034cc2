import { GraphQLError } from 'graphql'
import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { type Access, readNarrowing } from '../../rest/access.ts'
import { ANONYMOUS, hashed, type Identify } from './identity.ts'
import type { TokenOptions } from './token-options.ts'

/** What each kind of key is good for. A public key must never be taken for a shared secret, nor `none` for a signature. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']
const SYMMETRIC = ['HS256', 'HS384', 'HS512']

/** Clocks of two machines are never quite the same. */
const CLOCK_TOLERANCE_SECONDS = 5

/**
 * Callers present a JWT, and the gateway asks with its own key on their behalf.
 *
 * Without a token nothing that costs a request is answered; with one that is not accepted, nothing at all.
 */
export function createTokenCheck(key: string, options: TokenOptions, now: () => number): Identify {
  const { issuer, audience, keys } = options
  const credential = `Bearer ${key}`
  const account = hashed(credential)
  const algorithms = 'secret' in keys ? SYMMETRIC : ASYMMETRIC
  // Loaded only where tokens are checked: it is a thirtieth of what a start takes.
  const jose = import('jose')
  const keyOf = 'secret' in keys ? sharedSecret(keys.secret) : publishedKeys(jose, new URL(keys.jwksUrl))

  return async (authorization) => {
    if (authorization === null) return ANONYMOUS
    const token = /^Bearer ([\w.-]{1,8192})$/i.exec(authorization)?.[1]
    if (token === undefined)
      throw refused('The Authorization header holds no token: "Bearer <JWT>" is expected.')
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
      // jose's own messages name claims and values: what the token said stays out of the answer.
      if (error instanceof GraphQLError) throw error
      throw refused(
        error instanceof errors.JWTExpired ? 'The token has expired.' : 'The token is not accepted.',
      )
    }
  }
}

function accessOf(claims: JWTPayload): Access {
  const narrowing = readNarrowing(claims)
  if (narrowing === undefined) throw refused('The token is not accepted.')
  const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ') : []
  const mayWrite = scopes.includes('appointments:write')
  return { mayRead: mayWrite || scopes.includes('appointments:read'), mayWrite, narrowing }
}

function sharedSecret(secret: string): JWTVerifyGetKey {
  const bytes = new TextEncoder().encode(secret)
  return () => bytes
}

/** That the issuer can't be reached is not the caller's fault, and no reason to log out. */
function publishedKeys(jose: Promise<typeof import('jose')>, url: URL): JWTVerifyGetKey {
  const keys = jose.then(({ createRemoteJWKSet }) => createRemoteJWKSet(url))
  return async (header, token) => {
    const { errors } = await jose
    try {
      return await (await keys)(header, token)
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw error
      throw new GraphQLError('Tokens can not be checked now: the keys of their issuer can not be read.', {
        extensions: { code: 'UPSTREAM_UNAVAILABLE', http: { status: 503 } },
      })
    }
  }
}

function refused(message: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: {
      code: 'UNAUTHENTICATED',
      http: { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
    },
  })
}
