import { hash } from 'node:crypto'
import type { Plugin } from 'graphql-yoga'
import { type Access, FULL_ACCESS, NO_ACCESS } from '../../rest/access.ts'
import { invalidToken } from '../refusals.ts'
import { createSymbolProperty } from '../symbol-property.ts'

/** The identity and the rights of a caller. */
export interface Identity {
  /** The `Authorization` header that goes upstream on the caller's behalf; null = no upstream request may be sent. */
  readonly credential: string | null
  readonly access: Access
  /** A hash of the credential. */
  readonly account: string
  /** Identifies the caller, to count its running operations. Reveals nothing of the credential. */
  readonly caller: string
  /** All callers have this identity: the gateway can't distinguish them. */
  readonly isEverybody?: boolean
  /** When the caller's credential expires, in milliseconds since the epoch; absent where this is not known. */
  readonly expiresAt?: number
}

/** Reads the caller's `Authorization` header. Rejects with a `GraphQLError` for a credential that is not accepted. */
export type Identify = (authorization: string | null) => Identity | Promise<Identity>

export const ANONYMOUS: Identity = {
  credential: null,
  access: NO_ACCESS,
  account: hashed(''),
  caller: 'anonymous',
}

const MAX_KEY_LENGTH = 1024

/** The caller's own key goes upstream, which checks it. Each spelling of the header belongs to the same account. */
export const passThrough: Identify = (authorization) => {
  // The scheme is case-insensitive, and one or several spaces follow it (RFC 9110, 11.1 and 11.4).
  const key = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization ?? '')?.[1]
  if (key === undefined) return ANONYMOUS
  if (key.length > MAX_KEY_LENGTH)
    throw invalidToken(`The gateway passes on keys of up to ${MAX_KEY_LENGTH} characters.`)
  const credential = `Bearer ${key}`
  const account = hashed(credential)
  return { credential, access: FULL_ACCESS, account, caller: account }
}

/** Without authentication: every caller that can reach the gateway uses the gateway's key. */
export function createOpenAccess(key: string): Identify {
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

/** The account of a key: a hash of the header that goes upstream, which does not reveal the key. */
export function accountOfKey(key: string): string {
  return hashed(`Bearer ${key}`)
}

export function hashed(text: string): string {
  return hash('sha256', text, 'base64url')
}

export interface Identities {
  readonly useIdentity: () => Plugin
  /** Sets the identity of a request that is authenticated in another way than by its `Authorization` header. */
  readonly setIdentity: (request: Request, identity: Identity) => void
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
    setIdentity: (request, identity) => void identities.set(request, identity),
    identityOf: (request) => identities.get(request) ?? ANONYMOUS,
  }
}
