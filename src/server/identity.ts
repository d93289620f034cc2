import { hash } from 'node:crypto'
import type { Plugin } from 'graphql-yoga'
import { type Access, FULL_ACCESS, NO_ACCESS } from '../rest/access.ts'

/** Who asks, as far as the gateway needs to know. */
export interface Identity {
  /** The `Authorization` header that goes upstream on the caller's behalf; null = the upstream is not asked. */
  readonly credential: string | null
  readonly access: Access
  /** One text for one caller, to count what is running for it. Says nothing of the credential. */
  readonly caller: string
}

/** Reads the caller's own `Authorization` header. Rejects with a `GraphQLError` when it must not be let in at all. */
export type Identify = (authorization: string | null) => Identity | Promise<Identity>

export const ANONYMOUS: Identity = { credential: null, access: NO_ACCESS, caller: 'anonymous' }

/** The caller's own key of the upstream goes there as it is: the upstream judges it. */
export const passThrough: Identify = (authorization) =>
  authorization !== null && /^Bearer [\x21-\x7e]{1,1024}$/i.test(authorization)
    ? { credential: authorization, access: FULL_ACCESS, caller: callerName(authorization) }
    : ANONYMOUS

/** Everybody who can reach the gateway asks with its key. */
export function createOpenDoor(key: string): Identify {
  const everybody: Identity = { credential: `Bearer ${key}`, access: FULL_ACCESS, caller: 'everybody' }
  return () => everybody
}

export function callerName(...parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url')
}

/** Finds out once for each request who asks; until it is known, nobody does. */
export function createIdentities(identify: Identify): {
  readonly useIdentity: () => Plugin
  readonly identityOf: (request: Request) => Identity
} {
  const identities = new WeakMap<Request, Identity>()
  return {
    useIdentity: () => ({
      async onRequestParse({ request }) {
        identities.set(request, await identify(request.headers.get('authorization')))
      },
    }),
    identityOf: (request) => identities.get(request) ?? ANONYMOUS,
  }
}
