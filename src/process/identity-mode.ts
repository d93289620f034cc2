import type { TokenOptions } from '../server/gateway-options.ts'
import { isLoopback } from '../server/http/loopback.ts'

interface IdentitySettings {
  readonly HOST: string
  readonly NODE_ENV?: string | undefined
  readonly APPOINTMENTS_API_URL?: string | undefined
  readonly APPOINTMENTS_API_KEY?: string | undefined
  readonly AUTH_JWKS_URL?: string | undefined
  readonly AUTH_JWT_SECRET?: string | undefined
  readonly AUTH_ISSUER?: string | undefined
  readonly AUTH_AUDIENCE?: string | undefined
  readonly AUTH_REQUIRE_EXP?: boolean | undefined
  readonly AUTH_SCOPE_CLAIM?: string | undefined
}

/** How the gateway identifies callers, with the line that it prints at the start; or the problem that prevents the start. */
export type IdentityMode =
  | { readonly problem: string }
  | {
      readonly problem: null
      readonly tokens: TokenOptions | null
      /**
       * Refuse requests whose `Host` is not a loopback name: where the gateway listens on a loopback address and answers
       * anything without a credential. Elsewhere a proxy in front of it may have another name.
       */
      readonly loopbackOnly: boolean
      readonly startupLine: string
    }

/**
 * Selects one of three modes: pass-through of the caller's key, tokens with the gateway's own key, or open to all callers.
 * Settings that match none of them are a problem.
 */
export function identityMode(settings: IdentitySettings): IdentityMode {
  const { HOST, APPOINTMENTS_API_URL: url, APPOINTMENTS_API_KEY: key, AUTH_ISSUER: issuer } = settings
  const embedded = url === undefined
  const isLocal = isLoopback(HOST)
  // In development the start page is served without authentication.
  const loopbackOnly = isLocal && (embedded || settings.NODE_ENV === 'development')
  if (hasTokenSettings(settings)) {
    const tokens = tokenOptions(settings)
    if ('problem' in tokens) return tokens
    if (!embedded && key === undefined)
      return {
        problem:
          "APPOINTMENTS_API_KEY: must be set where AUTH_… is: callers present tokens, so requests to the upstream need the gateway's own key.",
      }
    const startupLine = `Callers: tokens of ${issuer} are checked, and requests to the upstream have the gateway's key.${warningOf(settings)}`
    return { problem: null, tokens, loopbackOnly, startupLine }
  }
  if (embedded) {
    const startupLine =
      'Callers: open: every client that reaches this address reads and writes the sample data.'
    return { problem: null, tokens: null, loopbackOnly, startupLine }
  }
  if (key === undefined) {
    const startupLine = "Callers: pass-through: each caller's own key goes upstream."
    return { problem: null, tokens: null, loopbackOnly, startupLine }
  }
  if (isLocal) {
    const startupLine = "Callers: open: every client on this machine reads and writes with the gateway's key."
    return { problem: null, tokens: null, loopbackOnly: true, startupLine }
  }
  return {
    problem:
      'HOST: with APPOINTMENTS_API_KEY and without a token check, everybody who reaches this address would read and write patient data. Set AUTH_JWKS_URL (or AUTH_JWT_SECRET), AUTH_ISSUER and AUTH_AUDIENCE; or HOST=127.0.0.1; or leave APPOINTMENTS_API_KEY out, so that callers send their own keys.',
  }
}

function hasTokenSettings(settings: IdentitySettings): boolean {
  const { AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER, AUTH_AUDIENCE, AUTH_SCOPE_CLAIM } = settings
  const given = [AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER, AUTH_AUDIENCE, AUTH_SCOPE_CLAIM]
  return given.some((value) => value !== undefined) || settings.AUTH_REQUIRE_EXP === false
}

function warningOf({ AUTH_JWT_SECRET: secret, AUTH_REQUIRE_EXP: requireExp }: IdentitySettings): string {
  // RFC 7518, section 3.2: the key of HS256 has at least 256 bits.
  const isShort = secret !== undefined && Buffer.byteLength(secret) < 32
  return [
    isShort ? ' AUTH_JWT_SECRET is shorter than 32 bytes: it can be guessed.' : '',
    requireExp === false ? ' AUTH_REQUIRE_EXP is false: a token without exp is good for ever.' : '',
  ].join('')
}

function tokenOptions(settings: IdentitySettings): TokenOptions | { readonly problem: string } {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_JWT_SECRET: secret } = settings
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = settings
  if ((jwksUrl === undefined) === (secret === undefined))
    return { problem: 'AUTH_JWKS_URL, AUTH_JWT_SECRET: exactly one of them says how tokens are checked.' }
  if (issuer === undefined || audience === undefined)
    return {
      problem:
        'AUTH_ISSUER, AUTH_AUDIENCE: both must be set: a token for another service is no token for this one.',
    }
  const { AUTH_REQUIRE_EXP: requireExp = true, AUTH_SCOPE_CLAIM: scopeClaim } = settings
  return {
    issuer,
    audience,
    keys: jwksUrl === undefined ? { secret: secret ?? '' } : { jwksUrl },
    requireExp,
    ...(scopeClaim !== undefined && { scopeClaim }),
  }
}
