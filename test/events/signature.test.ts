import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  SIGNATURE_STYLES,
  type SignatureStyle,
  type SignedHeaders,
  sign,
  verifySignature,
} from '../../src/events/signature.ts'

const SECRET = `whsec_${Buffer.from('thirty-two bytes that nobody has').toString('base64')}`
const OTHER = 'whsec_b3RoZXI'
const SECONDS = 1_736_942_400
const BODY = '{"id":"evt_1","data":{"object":{"title":"Zoë"}}}'
const bytes = (text: string) => Buffer.from(text)

/** The headers as a receiver reads them. */
function read(headers: Readonly<Record<string, string>>): SignedHeaders {
  return {
    signature: headers['x-webhook-signature'] ?? null,
    timestamp: headers['x-webhook-timestamp'] ?? null,
  }
}

interface Sent {
  readonly style: SignatureStyle
  readonly key?: string | Buffer
  readonly timestamp?: number
  readonly prefix?: string
}

/** The headers of any sender, made without `sign`. */
function sent({ style, key = SECRET, timestamp = SECONDS, prefix = '' }: Sent): SignedHeaders {
  const hmac = createHmac('sha256', key).update(`${timestamp}.${BODY}`)
  if (style === 'stripe') return { signature: `t=${timestamp},v1=${hmac.digest('hex')}`, timestamp: null }
  const digest = hmac.digest(style === 'headers_hex' ? 'hex' : 'base64')
  return { signature: prefix + digest, timestamp: String(timestamp) }
}

const KEYS = [
  ['the text of the secret', SECRET],
  ['what its base64 part encodes', Buffer.from(SECRET.slice(6), 'base64')],
] as const
const TIMESTAMPS = [
  ['seconds', SECONDS],
  ['milliseconds', SECONDS * 1000],
] as const

describe.each(SIGNATURE_STYLES)('A delivery in the style %s', (style) => {
  test.each(
    KEYS.flatMap(([keyName, key]) => TIMESTAMPS.map(([unit, at]) => [keyName, unit, key, at] as const)),
  )('is accepted with %s as the key, and its timestamp in %s', (_name, _unit, key, timestamp) => {
    const verified = verifySignature(sent({ style, key, timestamp }), bytes(BODY), [OTHER, SECRET])
    expect(verified).toEqual({ secret: SECRET, style, signedAt: SECONDS * 1000 })
  })

  test('is what `sign` makes', () => {
    const headers = read(sign({ secret: SECRET, style, timestamp: SECONDS, body: BODY }))
    expect(headers).toEqual(sent({ style }))
    expect(verifySignature(headers, bytes(BODY), [SECRET], style)?.style).toBe(style)
  })

  test('is refused where another style is pinned', () => {
    for (const pinned of SIGNATURE_STYLES.filter((other) => other !== style))
      expect(verifySignature(sent({ style }), bytes(BODY), [SECRET], pinned)).toBeUndefined()
  })

  test('is refused if any byte of its body changed', () => {
    const headers = sent({ style })
    fc.assert(
      fc.property(fc.nat(bytes(BODY).length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const changed = Uint8Array.from(bytes(BODY), (byte, at) => (at === position ? byte ^ flip : byte))
        expect(verifySignature(headers, changed, [SECRET])).toBeUndefined()
      }),
    )
  })

  test('is refused with another secret, no secret, or a body that is cut off', () => {
    expect(verifySignature(sent({ style }), bytes(BODY), [OTHER])).toBeUndefined()
    expect(verifySignature(sent({ style }), bytes(BODY), [])).toBeUndefined()
    expect(verifySignature(sent({ style }), bytes(BODY.slice(0, -1)), [SECRET])).toBeUndefined()
  })

  test('is refused if its signature is cut off, longer, or of another alphabet', () => {
    const { signature, timestamp } = sent({ style })
    const bad = [
      signature?.slice(0, -2),
      `${signature}00`,
      `${signature}!`,
      signature?.replace(/.{4}$/, '%%%%'),
    ]
    for (const wrong of bad)
      expect(verifySignature({ signature: wrong ?? null, timestamp }, bytes(BODY), [SECRET])).toBeUndefined()
  })

  test('is refused with a timestamp that was not signed', () => {
    const { signature, timestamp } = sent({ style })
    for (const other of [String(SECONDS + 1), `${SECONDS}.0`, 'now', '', '-1']) {
      const later = {
        signature: signature?.replace(String(SECONDS), other) ?? null,
        timestamp: timestamp && other,
      }
      expect(verifySignature(later, bytes(BODY), [SECRET])).toBeUndefined()
    }
  })
})

test.each(['headers_hex', 'headers_base64'] as const)(
  'The style %s may put sha256= before its signature, and needs its timestamp',
  (style) => {
    const headers = sent({ style, prefix: 'sha256=' })
    expect(verifySignature(headers, bytes(BODY), [SECRET])?.style).toBe(style)
    expect(verifySignature({ ...headers, timestamp: null }, bytes(BODY), [SECRET])).toBeUndefined()
  },
)

test('While secrets rotate, one of several v1 is enough', () => {
  const [old, fresh] = [OTHER, SECRET].map((key) => sent({ style: 'stripe', key }).signature?.split('v1=')[1])
  const both = { signature: `t=${SECONDS}, v1=${old}, v1=${fresh}, v0=ignored`, timestamp: null }
  for (const secret of [OTHER, SECRET])
    expect(verifySignature(both, bytes(BODY), [secret])?.secret).toBe(secret)
  const eight = Array.from({ length: 8 }, () => `v1=${old}`).join(',')
  const ninth = { signature: `t=${SECONDS},${eight},v1=${fresh}`, timestamp: null }
  expect(verifySignature(ninth, bytes(BODY), [SECRET])).toBeUndefined()
})

test('A delivery without a signature is refused, and so is any other text', () => {
  const refused = (signature: string | null, timestamp: string | null) => {
    expect(verifySignature({ signature, timestamp }, bytes(BODY), [SECRET])).toBeUndefined()
  }
  refused(null, String(SECONDS))
  fc.assert(fc.property(fc.string(), fc.option(fc.string()), refused))
})
