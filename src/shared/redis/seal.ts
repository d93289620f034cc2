import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto'

/** Encrypts and authenticates values, so that a reader of Redis can neither read nor replace them. */
export interface Seal {
  /** Returns base64url. Undefined where there is no secret. The value is bound to `place`: it can't be opened with another. */
  readonly close: ((value: unknown, place?: string) => string) | undefined
  /** Undefined for a text that none of the secrets has sealed for this place. */
  open(text: string, place?: string): unknown
}

export interface SealWithSecret extends Seal {
  readonly close: NonNullable<Seal['close']>
}

const IV_BYTES = 12
const TAG_BYTES = 16

/** Seals with the first secret, and opens with any of them, so that a secret can be replaced. */
export function createSeal(secrets: readonly [string, ...string[]]): SealWithSecret
export function createSeal(secrets: readonly string[]): Seal
export function createSeal(secrets: readonly string[]): Seal {
  const keys = secrets.map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'appointments-gateway', 32)),
  )
  const [first] = keys
  return {
    close:
      first &&
      ((value, place = '') => {
        const iv = randomBytes(IV_BYTES)
        const cipher = createCipheriv('aes-256-gcm', first, iv).setAAD(Buffer.from(place))
        const sealed = [cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]
        return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url')
      }),
    open(text, place = '') {
      const bytes = Buffer.from(text, 'base64url')
      if (bytes.length < IV_BYTES + TAG_BYTES) return undefined
      for (const key of keys)
        try {
          const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
          decipher.setAAD(Buffer.from(place))
          decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
          const opened = [decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]
          return JSON.parse(Buffer.concat(opened).toString('utf8')) as unknown
        } catch {
          // Try the next secret.
        }
      return undefined
    },
  }
}

/** Names something in a key of Redis without telling what. */
export function hashed(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22)
}
