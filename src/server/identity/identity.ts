import { hash } from 'node:crypto'
import type { Plugin } from 'graphql-yoga'
import { type Access, FULL_ACCESS, NO_ACCESS } from '../../rest/access.ts'
import { invalidToken } from '../refusals.ts'
import { createSymbolProperty } from '../symbol-property.ts'

/** Who the caller is, as far as the gateway needs to know. */
export interface Identity {
  /** The `Authorization` header that goes upstream on the caller's behalf; null = the gateway does not ask. */
  readonly credential: string | null
  readonly access: Access
  /** A hash of the credential. */
  readonly account: string
  /** The same text for the same caller, to count its running operations. Reveals nothing of the credential. */
  readonly caller: string
  /** The gateway does not tell its callers apart. */
  readonly isEverybody?: boolean
  /** When the caller's credential ends, in milliseconds since the epoch; absent where the gateway does not know. */
  readonly expiresAt?: number
}

/** Reads the caller's `Authorization` header. Rejects with a `GraphQLError` when the caller must not be let in at all. */
export type Identify = (authorization: string | null) => Identity | Promise<Identity>

export const ANONYMOUS: Identity = {
  credential: null,
  access: NO_ACCESS,
  account: hashed(''),
  caller: 'anonymous',
}

const MAX_KEY_LENGTH = 1024

/** The caller's own key goes upstream, and the upstream judges it. In every spelling of the header it is one account. */
export const passThrough: Identify = (authorization) => {
  // The scheme in capitals or not, and one blank or several (RFC 9110, 11.1 and 11.4).
  const key = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1]
  if (key === undefined) return ANONYMOUS
  if (key.length > MAX_KEY_LENGTH)
    throw invalidToken(`The gateway passes on keys of up to ${MAX_KEY_LENGTH} characters.`)
  const credential = `Bearer ${key}`
  const account = hashed(credential)
  return { credential, access: FULL_ACCESS, account, caller: account }
}

/** Every caller that can reach the gateway asks with the gateway's key. */
export function createOpenDoor(key: string): Identify {
  const credential = `Bearer ${key}`
  const account = accountOfKey(key)
  const everybody: Identity = {
    credential,
    access: FULL_ACCESS,
    account,
    caller: 'everybody',
    isEverybody: true,
  }
  return () => everybody
}

/** The name of a key's account, which does not reveal the key: a hash of the header that goes upstream. */
export function accountOfKey(key: string): string {
  return hashed(`Bearer ${key}`)
}

export function hashed(text: string): string {
  return hash('sha256', text, 'base64url')
}

export interface Identities {
  readonly useIdentity: () => Plugin
  /** For a request that has proven in another way than by its `Authorization` header who sends it. */
  readonly letIn: (request: Request, identity: Identity) => void
  readonly identityOf: (request: Request) => Identity
}

/** Identifies the caller of each request once. Until then the request is anonymous. */
export function createIdentities(identify: Identify): Identities {
  const identities = createSymbolProperty<Request, Identity>('identity')
  return {
    useIdentity: () => ({
      async onRequestParse({ request }) {
        identities.set(request, await identify(request.headers.get('authorization')))
      },
    }),
    letIn: (request, identity) => void identities.set(request, identity),
    identityOf: (request) => identities.get(request) ?? ANONYMOUS,
  }
}
