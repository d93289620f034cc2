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

/** `read` and `write` are all scopes of that kind. Undefined where a name is none. */
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

/** As base64url, a hash of 32 bytes. */
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
 * As ioredis takes it: a URL, or the path of a socket. A query is refused, because it would win over the gateway's own
 * settings of the client, and a fragment, because both can be the rest of a password that lacks its percent signs.
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

/** The path of the traces is put behind it, so a query would swallow that. */
export const collectorUrl = baseUrl.regex(
  /^[^?#]*$/,
  'must be a URL without ? and #: a path is put behind it',
)

/** As OpenTelemetry has it: in names and values `,` and `=` are percent-encoded. */
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

/** Undefined where a percent sign stands for nothing. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim())
  } catch {
    return undefined
  }
}

/** Where the sandbox tells of changes. */
export const receiverUrl = baseUrl.refine((text) => {
  const url = URL.parse(text)
  return url === null || url.username + url.password === ''
}, 'must hold no user and no password')

/** As OpenTelemetry has it. */
export const ratio = z
  .string()
  .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, 'must be a number from 0 to 1, such as 0.05')
  .transform(Number)
