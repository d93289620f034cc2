import { createHash } from 'node:crypto'
import type { Caller, Middleware, Scope } from './context.ts'
import { forbidden, unauthorized } from './errors.ts'

export interface SandboxKey {
  /** The secret that a client sends after `Bearer`, such as `pk_test_sandbox`. */
  readonly key: string
  /** The key reads and writes the appointments of this organisation only. */
  readonly organisation: string
  readonly scopes: readonly Scope[]
}

/** Answers 401 unless the request carries a known key as its bearer token. */
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

/** Answers 403 if the key does not have the scope. */
export function requireScope(scope: Scope): Middleware {
  return async (c, next) => {
    if (!c.get('caller').scopes.includes(scope)) throw forbidden(scope)
    await next()
  }
}

function keyId(key: string): string {
  return `key_${createHash('sha256').update(key).digest('hex').slice(0, 12)}`
}
