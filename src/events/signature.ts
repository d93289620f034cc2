import { createHmac, timingSafeEqual } from 'node:crypto'
import { WEBHOOK_HEADERS } from '../contract/event.ts'

/**
 * How a sender writes the signature and where its timestamp travels. The upstream documents neither:
 * - `stripe`: `X-Webhook-Signature: t=<timestamp>,v1=<hex>`, with one `v1` or several.
 * - `headers_hex`, `headers_base64`: the bare signature, or one after `sha256=`, and an `X-Webhook-Timestamp` header.
 */
export const SIGNATURE_STYLES = ['stripe', 'headers_hex', 'headers_base64'] as const
export type SignatureStyle = (typeof SIGNATURE_STYLES)[number]

export interface SignedHeaders {
  /** The value of `X-Webhook-Signature`; null where the delivery has none. */
  readonly signature: string | null
  /** The value of `X-Webhook-Timestamp`; null where the delivery has none. */
  readonly timestamp: string | null
}

export function readSignedHeaders(headerOf: (name: string) => string | null): SignedHeaders {
  return {
    signature: headerOf(WEBHOOK_HEADERS.signature),
    timestamp: headerOf(WEBHOOK_HEADERS.timestamp),
  }
}

export interface Signing {
  /** The endpoint's secret, as `POST /webhooks` returns it: `whsec_…`. */
  readonly secret: string
  readonly style: SignatureStyle
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly body: string
}

/** The headers of a delivery that is signed in this style: HMAC-SHA256 with the secret's text over `timestamp.body`. */
export function sign({ secret, style, timestamp, body }: Signing): Record<string, string> {
  const digest = digestOf(Buffer.from(secret), String(timestamp), Buffer.from(body))
  if (style === 'stripe')
    return { [WEBHOOK_HEADERS.signature]: `t=${timestamp},v1=${digest.toString('hex')}` }
  const encoding = style === 'headers_hex' ? 'hex' : 'base64'
  return {
    [WEBHOOK_HEADERS.signature]: digest.toString(encoding),
    [WEBHOOK_HEADERS.timestamp]: String(timestamp),
  }
}

export interface Verification {
  /** The first of the secrets that made the signature. */
  readonly secret: string
  readonly style: SignatureStyle
  /** The signed instant, in milliseconds since the epoch. */
  readonly signedAt: number
}

/**
 * Finds the secret that signed these bytes. Undefined where none of them did, in any style, and where the timestamp is no
 * number. Each comparison takes constant time.
 *
 * @param body the bytes as they arrived
 * @param style accepts this style only; undefined = all of them
 */
export function verifySignature(
  { signature, timestamp }: SignedHeaders,
  body: Uint8Array,
  secrets: readonly string[],
  style?: SignatureStyle | undefined,
): Verification | undefined {
  const claim = signature === null ? undefined : readClaim(signature, timestamp)
  const signedAt = claim && instantOf(claim.timestamp)
  if (claim === undefined || signedAt === undefined) return undefined
  let found: Verification | undefined
  // Compares all of them, so that the time does not reveal which one fits.
  for (const secret of secrets)
    for (const key of keysOf(secret)) {
      const digest = digestOf(key, claim.timestamp, body)
      for (const candidate of claim.candidates) {
        const isEqual = candidate.digest.length === digest.length && timingSafeEqual(candidate.digest, digest)
        if (isEqual && (style === undefined || style === candidate.style))
          found ??= { secret, style: candidate.style, signedAt }
      }
    }
  return found
}

interface Claim {
  readonly timestamp: string
  readonly candidates: readonly { readonly style: SignatureStyle; readonly digest: Buffer }[]
}

/** More signatures than a rotation of secrets needs. */
const MAX_CANDIDATES = 8

function readClaim(signature: string, timestamp: string | null): Claim | undefined {
  const pairs = signature.split(',').map((part) => part.trim().split(/=(.*)/s, 2) as [string, string?])
  const signed = pairs.find(([name]) => name === 't')?.[1]
  if (signed !== undefined) {
    const digests = pairs.filter(([name]) => name === 'v1').slice(0, MAX_CANDIDATES)
    return {
      timestamp: signed,
      candidates: digests.map(([, text = '']) => ({ style: 'stripe', digest: fromHex(text) })),
    }
  }
  if (timestamp === null) return undefined
  const bare = signature.trim().replace(/^sha256=/, '')
  return {
    timestamp: timestamp.trim(),
    candidates: [
      { style: 'headers_hex', digest: fromHex(bare) },
      { style: 'headers_base64', digest: fromBase64(bare) },
    ],
  }
}

/** A text that is no digest gives no bytes, because `Buffer` skips what is not of its alphabet. */
function fromHex(text: string): Buffer {
  return Buffer.from(/^[0-9a-f]{64}$/i.test(text) ? text : '', 'hex')
}

function fromBase64(text: string): Buffer {
  return Buffer.from(/^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? text : '', 'base64')
}

/** Later than any instant in seconds that this program will see, and earlier than any in milliseconds. */
const FIRST_MILLISECONDS = 100_000_000_000

/** Seconds or milliseconds since the epoch, in milliseconds. */
function instantOf(timestamp: string): number | undefined {
  if (!/^\d{1,15}$/.test(timestamp)) return undefined
  const number = Number(timestamp)
  return number < FIRST_MILLISECONDS ? number * 1000 : number
}

const MIN_KEY_BYTES = 8

/** A secret may be the key as it is written, or the base64 of the key after its prefix. Neither may be easy to guess. */
function keysOf(secret: string): Buffer[] {
  const encoded = /^whsec_([A-Za-z0-9+/_-]+={0,2})$/.exec(secret)?.[1] ?? ''
  return [Buffer.from(secret), Buffer.from(encoded, 'base64')].filter(({ length }) => length >= MIN_KEY_BYTES)
}

function digestOf(key: Buffer, timestamp: string, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${timestamp}.`).update(body).digest()
}
