import type { Narrowing } from '../../rest/access.ts'
import { createSeal } from '../../shared/redis/seal.ts'

/** What a client with the feed's URL may read. */
export interface FeedGrant {
  /** The narrowing of the feed's creator: only these appointments may be read. */
  readonly narrowing: Narrowing
  readonly clinicianId: string
  readonly show: 'busy' | 'titles'
  /** In milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface GrantKeys {
  /** The first encrypts, and each decrypts. */
  readonly secrets: readonly [string, ...string[]]
  /** A hash of the gateway's own key. A token is bound to it (as authenticated data): with another key it is invalid. */
  readonly account: string
}

export interface Grants {
  /** The grant as a token: encrypted by AES-256-GCM, so that a client can neither read nor change it, as base64url. */
  seal(grant: FeedGrant): string
  /** Undefined for a text that these secrets have not encrypted, and for an expired grant. `now` is in milliseconds. */
  open(token: string, now: number): FeedGrant | undefined
}

/** Authenticated with the grant, so that no other use of the secret yields a valid token. */
const PURPOSE = 'appointments-gateway calendar feed 1'
const TOKEN = /^[\w-]{1,1500}$/

export function createGrants({ secrets, account }: GrantKeys): Grants {
  const seal = createSeal(secrets)
  const context = `${PURPOSE}\n${account}`
  return {
    seal({ narrowing, clinicianId, show, expiresAt }) {
      const { patientId = null, clinicianId: ownClinicianId = null } = narrowing
      const fields: Fields = [patientId, ownClinicianId, clinicianId, show, expiresAt]
      return seal.close(fields, context)
    },

    open(token, now) {
      if (!TOKEN.test(token) || !isCanonical(token)) return undefined
      const fields = seal.open(token, context) as Fields | undefined
      if (fields === undefined) return undefined
      const [patientId, ownClinicianId, clinicianId, show, expiresAt] = fields
      if (now >= expiresAt) return undefined
      const narrowing = {
        ...(patientId !== null && { patientId }),
        ...(ownClinicianId !== null && { clinicianId: ownClinicianId }),
      }
      return { narrowing, clinicianId, show, expiresAt }
    },
  }
}

type Fields = readonly [
  patientId: string | null,
  ownClinicianId: string | null,
  clinicianId: string,
  show: FeedGrant['show'],
  expiresAt: number,
]

/** Several texts decode to the same bytes, and only one of them is a valid token. */
function isCanonical(token: string): boolean {
  return Buffer.from(token, 'base64url').toString('base64url') === token
}
