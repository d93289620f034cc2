import { createHash } from 'node:crypto'
import type { Middleware } from './exchange.ts'
import { forbidden, unauthorized } from './refusal.ts'

export type Scope = 'read_appointments' | 'write_appointments'

export interface SandboxKey {
  /** What a client sends after `Bearer`, e.g. `pk_test_sandbox`. */
  readonly key: string
  /** All that the key sees and makes belongs to this organisation. */
  readonly organisation: string
  readonly scopes: readonly Scope[]
}

/** Who asks, without the secret itself: `keyId` is what `performed_by` shows. */
export interface Caller {
  readonly keyId: string
  readonly organisation: string
  readonly scopes: readonly Scope[]
}

/** "Authentication": 401 unless the request bears a known key. */
export function authenticate(keys: readonly SandboxKey[]): Middleware {
  const callers = new Map<string, Caller>(
    keys.map(({ key, organisation, scopes }) => [key, { keyId: keyId(key), organisation, scopes }]),
  )
  return async (c, next) => {
    const [, secret] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    const caller = secret === undefined ? undefined : callers.get(secret)
    if (!caller) {
      c.header('WWW-Authenticate', 'Bearer')
      throw unauthorized()
    }
    c.set('caller', caller)
    await next()
  }
}

export function requireScope(scope: Scope): Middleware {
  return async (c, next) => {
    if (!c.get('caller').scopes.includes(scope)) throw forbidden(scope)
    await next()
  }
}

function keyId(key: string): string {
  return `key_${createHash('sha256').update(key).digest('hex').slice(0, 12)}`
}
