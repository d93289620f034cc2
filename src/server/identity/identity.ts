import { hash } from 'node:crypto'
import type { Plugin } from 'graphql-yoga'
import { type Access, FULL_ACCESS, NO_ACCESS } from '../../rest/access.ts'
import { createNote } from '../note.ts'

/** Who asks, as far as the gateway needs to know. */
export interface Identity {
  /** The `Authorization` header that goes upstream on the caller's behalf; null = the upstream is not asked. */
  readonly credential: string | null
  readonly access: Access
  /** A hash of the credential. */
  readonly account: string
  /** One text for one caller, to count what is running for it. Says nothing of the credential. */
  readonly caller: string
}

/** Reads the caller's own `Authorization` header. Rejects with a `GraphQLError` when it must not be let in at all. */
export type Identify = (authorization: string | null) => Identity | Promise<Identity>

export const ANONYMOUS: Identity = {
  credential: null,
  access: NO_ACCESS,
  account: hashed(''),
  caller: 'anonymous',
}

/** The caller's own key of the upstream goes there as it is: the upstream judges it. */
export const passThrough: Identify = (authorization) => {
  if (authorization === null || !/^Bearer [\x21-\x7e]{1,1024}$/i.test(authorization)) return ANONYMOUS
  const account = hashed(authorization)
  return { credential: authorization, access: FULL_ACCESS, account, caller: account }
}

/** Everybody who can reach the gateway asks with its key. */
export function createOpenDoor(key: string): Identify {
  const credential = `Bearer ${key}`
  const account = hashed(credential)
  const everybody: Identity = { credential, access: FULL_ACCESS, account, caller: 'everybody' }
  return () => everybody
}

export function hashed(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** Finds out once for each request who asks; until it is known, nobody does. */
export function createIdentities(identify: Identify): {
  readonly useIdentity: () => Plugin
  readonly identityOf: (request: Request) => Identity
} {
  const identities = createNote<Request, Identity>('identity')
  return {
    useIdentity: () => ({
      onRequestParse({ request }) {
        const identity = identify(request.headers.get('authorization'))
        if (!(identity instanceof Promise)) return void identities.set(request, identity)
        return identity.then((known) => void identities.set(request, known))
      },
    }),
    identityOf: (request) => identities.get(request) ?? ANONYMOUS,
  }
}
