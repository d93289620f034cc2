import { z } from 'zod'
import { isTimeZone } from './contract/clinic-day.ts'

/** The checked environment. `docs/configuration.md` explains each variable. */
export type Config = Readonly<z.infer<typeof ENVIRONMENT>>

export type ConfigResult =
  | { readonly config: Config; readonly problems: null }
  | { readonly config: null; readonly problems: readonly string[] }

/** Checks all environment variables, and returns all problems at once, a line each. An empty value counts as absent. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = ENVIRONMENT.safeParse(given)
  if (parsed.success) return { config: Object.freeze(parsed.data), problems: null }
  // The line has no value, because the value may be a key.
  return {
    config: null,
    problems: parsed.error.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`),
  }
}

const integer = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `must be a whole number from ${from} to ${to}`)

const oneOf = <const Values extends readonly [string, ...string[]]>(...values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` }).default(values[0] as Values[number])

const flag = z
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

const keys = z.string().transform((text, context) =>
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

const webhookSecrets = z.string().transform((text, context) =>
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

const calendarSecrets = z.string().transform((text, context) => {
  const secrets = text.split(',').map((entry) => entry.trim())
  if (secrets.length > 2 || secrets.some((secret) => !CALENDAR_SECRET.test(secret)))
    context.addIssue(
      'must be a secret of 32 characters or more, printable ASCII without spaces and commas; or two, separated by a comma',
    )
  return secrets
})

/** Refuses `*`, which allows every site, and `null`, which is the origin of any sandboxed page. */
const origins = z.string().transform((text, context) =>
  text.split(',').map((entry) => {
    const origin = entry.trim()
    if (!/^https?:/.test(origin) || URL.parse(origin)?.origin !== origin)
      context.addIssue('must be a list of origins such as https://example.org, separated by commas')
    return origin
  }),
)

/** Refuses `*`, which would allow every header. */
const headerNames = z.string().transform((text, context) =>
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
const redisUrl = z.string().transform((text, context) => {
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

const baseUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })

const ENVIRONMENT = z.object({
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: oneOf('info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent'),
  HOST: z.string().default('127.0.0.1'),
  PORT: integer(0, 65_535).prefault('4000'),
  APPOINTMENTS_API_URL: baseUrl.optional(),
  APPOINTMENTS_API_KEY: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  UPSTREAM_TIMEOUT_MS: integer(1, 3_600_000).prefault('10000'),
  OPERATION_TIMEOUT_MS: integer(1, 3_600_000).prefault('30000'),
  // Absent: 0 in development, 5 seconds otherwise.
  DRAIN_MS: integer(0, 3_600_000).optional(),
  MAX_PAGE_SIZE: integer(1, 10_000).prefault('500'),
  AUTH_JWKS_URL: baseUrl.optional(),
  AUTH_JWT_SECRET: z.string().optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_REQUIRE_EXP: flag.prefault('true'),
  AUTH_SCOPE_CLAIM: z.string().optional(),
  CORS_ORIGINS: origins.optional(),
  CORS_HEADERS: headerNames.optional(),
  // Absent: on in development, off otherwise.
  GRAPHIQL: flag.optional(),
  INTROSPECTION: flag.optional(),
  TRUSTED_DOCUMENTS: z.string().optional(),
  TRUSTED_DOCUMENTS_ONLY: flag.optional(),
  FEDERATION: flag.prefault('false'),
  FEDERATION_SECRET: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must be printable ASCII without spaces, 16 characters at least')
    .optional(),
  MAX_BODY_BYTES: integer(1, 100_000_000).prefault('1000000'),
  MAX_VARIABLES_BYTES: integer(1, 100_000_000).prefault('100000'),
  MAX_TOKENS: integer(1, 100_000).prefault('5000'),
  MAX_DEPTH: integer(1, 100).prefault('12'),
  MAX_ALIASES: integer(0, 100_000).prefault('100'),
  MAX_ROOT_FIELDS: integer(1, 100_000).prefault('100'),
  MAX_DIRECTIVES: integer(0, 100_000).prefault('200'),
  MAX_DEFERS: integer(0, 100_000).prefault('20'),
  MAX_NODE_IDS: integer(1, 10_000).prefault('100'),
  MAX_CONCURRENT_OPERATIONS: integer(1, 100_000).prefault('100'),
  MAX_OPERATIONS: integer(1, 100_000).prefault('1000'),
  MAX_STREAMS: integer(1, 1_000_000).prefault('1000'),
  MAX_STREAMS_OF_CALLER: integer(1, 1_000_000).prefault('20'),
  MAX_LAG_MS: integer(1, 3_600_000).prefault('3000'),
  MAX_UPSTREAM_REQUESTS: integer(1, 100_000).prefault('60'),
  CACHE_TTL_SECONDS: integer(0, 3_600).prefault('10'),
  DIRECTORY_TTL_SECONDS: integer(0, 86_400).prefault('600'),
  STALE_IF_LIMITED_SECONDS: integer(0, 86_400).prefault('300'),
  WRITE_RESERVE_PERCENT: integer(0, 100).prefault('10'),
  CLINIC_TIME_ZONE: z
    .string()
    .refine(isTimeZone, 'must be a name of the IANA database, such as Europe/London')
    .default('Europe/London'),
  CALENDAR_SECRET: calendarSecrets.optional(),
  WEBHOOK_SECRETS: webhookSecrets.optional(),
  // Absent: every style is accepted.
  WEBHOOK_STYLE: z
    .enum(['stripe', 'headers_hex', 'headers_base64'], {
      error: 'must be one of stripe, headers_hex, headers_base64',
    })
    .optional(),
  WEBHOOK_TOLERANCE_SECONDS: integer(1, 604_800).prefault('86400'),
  EVENTS_KEPT: integer(1, 1_000_000).prefault('10000'),
  EVENTS_SILENT_SECONDS: integer(1, 86_400).prefault('900'),
  RECONCILE_SECONDS: integer(1, 86_400).prefault('300'),
  CACHE_TTL_FED_SECONDS: integer(0, 86_400).prefault('3600'),
  REDIS_URL: redisUrl.optional(),
  // Braces choose the slot of a key in a cluster, and `*?[` stand for other signs in a pattern of keys.
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w:./-]{1,100}$/, 'must be letters, digits and any of _ : . / -, 100 at most')
    .default('appointments:'),
  REDIS_REPLIES: flag.prefault('false'),
  REDIS_TIMEOUT_MS: integer(1, 10_000).prefault('50'),
  SANDBOX_PORT: integer(0, 65_535).prefault('4010'),
  SANDBOX_KEYS: keys.prefault('pk_test_sandbox:org_sandbox'),
  SANDBOX_SEED: integer(0, 1_000_000).prefault('500'),
  SANDBOX_DATABASE: z.string().default('memory'),
  SANDBOX_RATE_LIMIT: integer(0, 1_000_000_000).prefault('1000'),
  SANDBOX_LIST_ROWS: oneOf('summary', 'full'),
  SANDBOX_ORDER: oneOf('start_asc', 'start_desc', 'created_desc'),
  SANDBOX_OVER_RANGE: oneOf('refuse', 'clamp'),
  SANDBOX_INACTIVE: oneOf('listed', 'hidden'),
  SANDBOX_TRANSITION_STATUS: oneOf('409', '422').transform((status) => (status === '409' ? 409 : 422)),
  SANDBOX_IDS: oneOf('prefixed', 'uuid'),
  SANDBOX_DATE: oneOf('counted', 'sent'),
  SANDBOX_WEBHOOK_SIGNATURE: oneOf('stripe', 'headers_hex', 'headers_base64'),
  SANDBOX_WEBHOOK_RESIGN: oneOf('each', 'first'),
  SANDBOX_WEBHOOK_ORDER: oneOf('kept', 'shuffled'),
  SANDBOX_WEBHOOK_OBJECT: oneOf('fourteen', 'eight', 'full'),
  SANDBOX_WEBHOOK_ECHO: flag.prefault('true'),
  SANDBOX_WEBHOOK_RETRY_MS: integer(1, 3_600_000).prefault('1000'),
  SANDBOX_FAULTS: flag.prefault('false'),
})
