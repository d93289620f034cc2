import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Narrowing } from '../../rest/access.ts'

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
  /** The first signs, and each of them is accepted. */
  readonly secrets: readonly [string, ...string[]]
  /** A hash of the gateway's own key. It is signed and not carried: with another key no feed of before is one. */
  readonly account: string
}

/** In what is signed, so that no other use of the secret gives a token. */
const PURPOSE = 'appointments-gateway calendar feed 1'
const TOKEN = /^([\w-]{1,1500})\.([\w-]{43})$/

/** The grant as base64url, which its holder can read, and its HMAC-SHA256. */
export function signGrant(grant: FeedGrant, { secrets: [secret], account }: GrantKeys): string {
  const { narrowing, clinicianId, show, expiresAt } = grant
  const { patientId = null, clinicianId: ownClinicianId = null } = narrowing
  const fields: Fields = [patientId, ownClinicianId, clinicianId, show, expiresAt]
  const payload = Buffer.from(JSON.stringify(fields)).toString('base64url')
  return `${payload}.${macOf(payload, account, secret)}`
}

/** Undefined for a text that was not signed with these keys, and for a grant that has expired. `now` is in milliseconds. */
export function readGrant(
  token: string,
  { secrets, account }: GrantKeys,
  now: number,
): FeedGrant | undefined {
  const [, payload = '', mac = ''] = TOKEN.exec(token) ?? []
  // All are compared, so that the time does not tell which of them signed.
  const signing = secrets.filter((secret) => isEqual(mac, macOf(payload, account, secret)))
  if (signing.length === 0) return undefined
  const fields = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Fields
  const [patientId, ownClinicianId, clinicianId, show, expiresAt] = fields
  if (now >= expiresAt) return undefined
  const narrowing = {
    ...(patientId !== null && { patientId }),
    ...(ownClinicianId !== null && { clinicianId: ownClinicianId }),
  }
  return { narrowing, clinicianId, show, expiresAt }
}

type Fields = readonly [
  patientId: string | null,
  ownClinicianId: string | null,
  clinicianId: string,
  show: FeedGrant['show'],
  expiresAt: number,
]

function macOf(payload: string, account: string, secret: string): string {
  return createHmac('sha256', secret).update(`${PURPOSE}\n${account}\n${payload}`).digest('base64url')
}

/** In constant time. The texts and not the bytes, because several texts decode to the same bytes. */
function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
