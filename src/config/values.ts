import { z } from 'zod'

export const integer = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`)

export const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` }).default(values[0] as Values[number])

export const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true')

const READ_SCOPES = [
  'read_appointments',
  'read_clinicians',
  'read_locations',
  'read_appointment_templates',
  'read_patients',
] as const
const WRITE_SCOPES = ['write_appointments', 'write_patients'] as const
const SCOPES = [...READ_SCOPES, ...WRITE_SCOPES]

const KEY = /^([\x21-\x39\x3b-\x7e]+):([A-Za-z0-9_-]+)(?::([a-z_]+(?:\+[a-z_]+)*))?$/

/** The scopes of a list of names; `read` and `write` stand for all scopes of that kind. Undefined for an unknown name. */
function scopesOf(names: string): typeof SCOPES | undefined {
  const scopes = names
    .split('+')
    .map((name) =>
      name === 'read'
        ? READ_SCOPES
        : name === 'write'
          ? WRITE_SCOPES
          : SCOPES.filter((scope) => scope === name),
    )
  if (scopes.some(({ length }) => length === 0)) return undefined
  const given: readonly string[] = scopes.flat()
  return SCOPES.filter((scope) => given.includes(scope))
}

export const keys = z.string().transform((text, context) =>
  text.split(',').map((entry) => {
    const [, key = '', organisation = '', names = 'read+write'] = KEY.exec(entry.trim()) ?? []
    const scopes = scopesOf(names)
    if (key === '' || scopes === undefined)
      context.addIssue(
        `must be a list of key:organisation[:scope+scope], separated by commas; a scope is read, write or one of ${SCOPES.join(', ')}`,
      )
    return { key, organisation, scopes: scopes ?? [] }
  }),
)

/** A hash of 32 bytes, as base64url. */
const ACCOUNT = /^[\w-]{43}$/
const SECRET = /^[\x21-\x2b\x2d-\x3f\x41-\x7e]{8,}$/

export const webhookSecrets = z.string().transform((text, context) =>
  text.split(',').map((entry) => {
    const [secret = '', account, ...rest] = entry.trim().split('@')
    if (!SECRET.test(secret) || rest.length > 0 || (account !== undefined && !ACCOUNT.test(account)))
      context.addIssue(
        'must be a list of secret[@account], separated by commas; a secret has 8 characters at least, and `appointments-gateway account` prints the account of a key',
      )
    return account === undefined ? { secret } : { secret, account }
  }),
)

const CALENDAR_SECRET = /^[\x21-\x2b\x2d-\x7e]{32,}$/

export const calendarSecrets = z.string().transform((text, context) => {
  const secrets = text.split(',').map((entry) => entry.trim())
  if (secrets.length > 2 || secrets.some((secret) => !CALENDAR_SECRET.test(secret)))
    context.addIssue(
      'must be a secret of 32 characters or more, printable ASCII without spaces and commas; or two, separated by a comma',
    )
  return secrets
})

/** Refuses `*`, which allows every site, and `null`, which is the origin of any sandboxed page. */
export const origins = z.string().transform((text, context) =>
  text.split(',').map((entry) => {
    const origin = entry.trim()
    if (!/^https?:/.test(origin) || URL.parse(origin)?.origin !== origin)
      context.addIssue('must be a list of origins such as https://example.org, separated by commas')
    return origin
  }),
)

/** Refuses `*`, which would allow every header. */
export const headerNames = z.string().transform((text, context) =>
  text.split(',').map((entry) => {
    const name = entry.trim().toLowerCase()
    if (!/^[\w!#$%&'+.^`|~-]+$/.test(name))
      context.addIssue('must be a list of header names such as traceparent, separated by commas')
    return name
  }),
)

/**
 * A URL or the path of a socket, as ioredis accepts it. A query is refused, because it would override the gateway's own
 * settings of the client. A fragment is refused too: both may be the rest of a password that is not percent-encoded.
 */
export const redisUrl = z.string().transform((text, context) => {
  const socket = /^unix:(?:\/\/)?(\/[^/?][^?]*)$/.exec(text)?.[1]
  if (socket === undefined && !isRedisUrl(text))
    context.addIssue(
      'must be redis://[user:password@]host[:port][/database], the same with rediss://, or unix:/path',
    )
  return socket ?? text
})

function isRedisUrl(text: string): boolean {
  const url = /^rediss?:\/\/[^?#\s]+$/.test(text) ? URL.parse(text) : null
  if (url === null || url.hostname === '' || !/^\/?\d*$/.test(url.pathname)) return false
  try {
    decodeURIComponent(url.username + url.password)
    return true
  } catch {
    return false
  }
}

export const baseUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })

/** The path of the traces is appended, so a query or a fragment would swallow it. */
export const collectorUrl = baseUrl.regex(
  /^[^?#]*$/,
  'must be a URL without ? and #: a path is put behind it',
)

/** Resource attributes in OpenTelemetry's format: `,` and `=` are percent-encoded in names and values. */
export const attributes = z.string().transform((text, context) =>
  Object.fromEntries(
    text
      .split(',')
      .filter((entry) => entry.trim() !== '')
      .map((entry) => {
        const [name = '', value, ...rest] = entry.split('=').map(decoded)
        if (name === '' || value === undefined || rest.length > 0)
          context.addIssue(
            'must be a list of name=value, separated by commas; signs such as , and = are percent-encoded',
          )
        return [name, value ?? '']
      }),
  ),
)

/** Undefined where a percent sign begins no valid escape. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}

/** The URL to which the sandbox delivers webhooks. */
export const receiverUrl = baseUrl.refine((text) => {
  const url = URL.parse(text)
  return url === null || url.username + url.password === ''
}, 'must hold no user and no password')

/** A sampling ratio, as OpenTelemetry's `OTEL_TRACES_SAMPLER_ARG`. */
export const ratio = z
  .string()
  .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, 'must be a number from 0 to 1, such as 0.05')
  .transform(Number)
