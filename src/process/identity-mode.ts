import { isLoopback } from '../server/http/loopback.ts'
import type { TokenOptions } from '../server/identity/tokens.ts'

interface IdentitySettings {
  readonly HOST: string
  readonly APPOINTMENTS_API_URL?: string | undefined
  readonly APPOINTMENTS_API_KEY?: string | undefined
  readonly AUTH_JWKS_URL?: string | undefined
  readonly AUTH_JWT_SECRET?: string | undefined
  readonly AUTH_ISSUER?: string | undefined
  readonly AUTH_AUDIENCE?: string | undefined
}

/** How callers are told apart, and what the process says of it when it starts; or what must be set first. */
export type IdentityMode =
  | { readonly problem: string }
  | {
      readonly problem: null
      readonly tokens: TokenOptions | null
      /** Only requests addressed to this machine by its own names are answered. */
      readonly loopbackOnly: boolean
      readonly told: string
    }

/** One of three modes: pass-through, a gateway key with tokens, open. Anything in between does not start. */
export function identityMode(settings: IdentitySettings): IdentityMode {
  const { HOST, APPOINTMENTS_API_URL: url, APPOINTMENTS_API_KEY: key, AUTH_ISSUER: issuer } = settings
  const embedded = url === undefined
  if (asksForTokens(settings)) {
    const tokens = tokenOptions(settings)
    if ('problem' in tokens) return tokens
    if (!embedded && key === undefined)
      return {
        problem:
          "APPOINTMENTS_API_KEY: must be set where AUTH_… is: callers present tokens, so the upstream is asked with the gateway's own key.",
      }
    return started(
      tokens,
      false,
      `tokens of ${issuer} are checked, and the upstream is asked with the gateway's key.${weakness(settings)}`,
    )
  }
  if (embedded)
    return started(null, false, 'open: whoever reaches this address reads and writes the sample data.')
  if (key === undefined) return started(null, false, "pass-through: each caller's own key goes upstream.")
  if (isLoopback(HOST))
    return started(null, true, "open: whoever is on this machine asks with the gateway's key.")
  return {
    problem:
      'HOST: with APPOINTMENTS_API_KEY and without a token check, everybody who reaches this address would read and write patient data. Set AUTH_JWKS_URL (or AUTH_JWT_SECRET), AUTH_ISSUER and AUTH_AUDIENCE; or HOST=127.0.0.1; or leave APPOINTMENTS_API_KEY out, so that callers send their own keys.',
  }
}

function started(tokens: TokenOptions | null, loopbackOnly: boolean, mode: string): IdentityMode {
  return { problem: null, tokens, loopbackOnly, told: `Callers: ${mode}` }
}

function asksForTokens(settings: IdentitySettings): boolean {
  const { AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER, AUTH_AUDIENCE } = settings
  return [AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER, AUTH_AUDIENCE].some((value) => value !== undefined)
}

/** RFC 7518 asks for as many bytes as the signature has: a shorter secret is found by trying, given one token. */
function weakness({ AUTH_JWT_SECRET: secret }: IdentitySettings): string {
  return secret !== undefined && Buffer.byteLength(secret) < 32
    ? ' AUTH_JWT_SECRET is shorter than 32 bytes: it can be guessed.'
    : ''
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
  return { issuer, audience, keys: jwksUrl === undefined ? { secret: secret ?? '' } : { jwksUrl } }
}
