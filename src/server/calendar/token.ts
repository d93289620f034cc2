import type { Narrowing } from '../../rest/access.ts'
import { createSeal } from '../../shared/redis/seal.ts'

/** What the holder of a feed's URL may read. */
export interface FeedGrant {
  /** Whose appointments its maker is kept to. */
  readonly narrowing: Narrowing
  readonly clinicianId: string
  readonly show: 'busy' | 'titles'
  /** In milliseconds since the epoch. */
  readonly expiresAt: number
}

export interface GrantKeys {
  /** The first seals, and each of them opens. */
  readonly secrets: readonly [string, ...string[]]
  /** A hash of the gateway's own key. It is authenticated and not carried: with another key no feed of before is one. */
  readonly account: string
}

export interface Grants {
  /** The grant as a token: base64url of what AES-256-GCM makes of it, so that its holder can neither read nor change it. */
  seal(grant: FeedGrant): string
  /** Undefined for a text that these keys have not sealed, and for a grant that has expired. `now` is in milliseconds. */
  open(token: string, now: number): FeedGrant | undefined
}

/** Sealed with the grant, so that no other use of the secret gives a token. */
const PURPOSE = 'appointments-gateway calendar feed 1'
const TOKEN = /^[\w-]{1,1500}$/

export function createGrants({ secrets, account }: GrantKeys): Grants {
  const seal = createSeal(secrets)
  const place = `${PURPOSE}\n${account}`
  return {
    seal({ narrowing, clinicianId, show, expiresAt }) {
      const { patientId = null, clinicianId: ownClinicianId = null } = narrowing
      const fields: Fields = [patientId, ownClinicianId, clinicianId, show, expiresAt]
      return seal.close(fields, place)
    },

    open(token, now) {
      if (!TOKEN.test(token) || !isCanonical(token)) return undefined
      const fields = seal.open(token, place) as Fields | undefined
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

/** Several texts decode to the same bytes, and one of them is the token. */
function isCanonical(token: string): boolean {
  return Buffer.from(token, 'base64url').toString('base64url') === token
}
