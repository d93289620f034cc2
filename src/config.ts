import { z } from 'zod'
import { meantVariable } from './config/misspelt.ts'
import {
  attributes,
  baseUrl,
  calendarSecrets,
  collectorUrl,
  flag,
  headerNames,
  integer,
  keys,
  oneOf,
  origins,
  ratio,
  receiverUrl,
  redisUrl,
  webhookSecrets,
} from './config/values.ts'
import { isTimeZone } from './contract/clinic-day.ts'

/** The checked environment. `docs/configuration.md` explains each variable. */
export type Config = Readonly<z.infer<typeof ENVIRONMENT>>

export type ConfigResult =
  | { readonly config: Config; readonly problems: null }
  | { readonly config: null; readonly problems: readonly string[] }

/** An environment variable, as in `--help` and `.env.example`. */
export interface Variable {
  readonly name: string
  /** The default, as it would be written in the environment; undefined where there is none. */
  readonly byDefault: string | undefined
  /** One sentence, without a capital letter and a full stop. */
  readonly meaning: string
  /** The value is one of a fixed list of words, so it can't be a secret. */
  readonly isListed: boolean
}

export interface VariableGroup {
  readonly title: string
  readonly variables: readonly Variable[]
}

/**
 * Checks all environment variables, and returns all problems, a line each. An empty value counts as absent. A misspelt name
 * is a problem too: its value would be ignored, although an operator relies on it.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => (value ?? '') !== ''))
  const parsed = ENVIRONMENT.safeParse(given)
  const misspelt = misspeltNames(Object.keys(given), environment)
  if (parsed.success && misspelt.length === 0) return { config: Object.freeze(parsed.data), problems: null }
  // The line does not quote the value, which may be a key.
  const bad = parsed.error?.issues.map((issue) => `${String(issue.path[0])}: ${issue.message}`) ?? []
  return { config: null, problems: [...bad, ...misspelt] }
}

/** A name is not misspelt where the variable that it resembles is set too: it belongs to another program. */
function misspeltNames(
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const names = groups.flatMap(({ variables }) => variables).map(({ name }) => name)
  return given.flatMap((name) => {
    const meant = meantVariable(name, names)
    if (meant === undefined || environment[meant] !== undefined) return []
    return `${name}: is no variable of the gateway. If ${meant} is meant, correct the name; if not, set ${meant} as well, be it to nothing`
  })
}

const groups: VariableGroup[] = []

/** Each variable ends in `.describe(…)`, the sentence for `meaning`. */
function group<Shape extends Readonly<Record<string, z.ZodType>>>(title: string, shape: Shape): Shape {
  const variables = Object.entries(shape).map(([name, type]) => ({
    name,
    byDefault: defaultOf(type),
    meaning: type.description ?? '',
    isListed: isListed(type),
  }))
  groups.push({ title, variables })
  return shape
}

function isListed(type: z.ZodType): boolean {
  const inner = type instanceof z.ZodDefault || type instanceof z.ZodOptional ? type.unwrap() : type
  return inner instanceof z.ZodEnum
}

function defaultOf(type: z.ZodType): string | undefined {
  if (type instanceof z.ZodDefault || type instanceof z.ZodPrefault) return String(type.def.defaultValue)
  return undefined
}

const ENVIRONMENT = z.object({
  ...group('Addresses and upstream', {
    HOST: z.string().default('127.0.0.1').describe('the address that the gateway listens on'),
    PORT: integer(0, 65_535).prefault('4000').describe('its port; 0 takes a free one'),
    APPOINTMENTS_API_URL: baseUrl
      .optional()
      .describe('base URL of the upstream; without it the process starts the sandbox'),
    APPOINTMENTS_API_KEY: z
      .string()
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
      .optional()
      .describe("the gateway's own key; without it the caller's Authorization header goes upstream"),
    NODE_ENV: z
      .string()
      .optional()
      .describe('development shows GraphiQL, the desk, introspection and costs, as the sandbox does always'),
    LOG_LEVEL: oneOf('info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent').describe(
      'or fatal, error, warn, debug, trace, silent',
    ),
    LOG_FORMAT: z
      .enum(['json', 'pretty'], { error: 'must be one of json, pretty' })
      .optional()
      .describe('json or pretty; without it pretty in a terminal, and json elsewhere'),
  }),
  ...group('Logs, metrics and traces', {
    METRICS_PORT: integer(0, 65_535)
      .optional()
      .describe('a separate port for /metrics, without authentication; 0 takes a free one'),
    METRICS: flag
      .prefault('false')
      .describe('true: the port of the gateway has /metrics, for authenticated callers'),
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl
      .optional()
      .describe('base URL of the collector of traces; without it there are no traces'),
    OTEL_SDK_DISABLED: flag.prefault('false').describe('true: there are no traces, whatever else is set'),
    OTEL_TRACES_EXPORTER: oneOf('otlp', 'none').describe('none: there are no traces either'),
    OTEL_SERVICE_NAME: z
      .string()
      .optional()
      .describe(
        'service.name of traces; without it that of OTEL_RESOURCE_ATTRIBUTES, or appointments-gateway',
      ),
    OTEL_RESOURCE_ATTRIBUTES: attributes
      .optional()
      .describe('the resource attributes of traces: deployment.environment.name=production,…'),
    OTEL_TRACES_SAMPLER: oneOf(
      'parentbased_traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'traceidratio',
      'always_on',
      'always_off',
    ).describe('which operations are traced; the names are those of OpenTelemetry'),
    OTEL_TRACES_SAMPLER_ARG: ratio
      .prefault('0.05')
      .describe('the share of operations that is traced, by a ratio'),
    OTEL_PROPAGATE_UPSTREAM: flag
      .prefault('false')
      .describe('true sends traceparent to the upstream as well'),
  }),
  ...group('Time', {
    UPSTREAM_TIMEOUT_MS: integer(1, 3_600_000)
      .prefault('10000')
      .describe('the longest that one upstream request may take; each attempt has its own'),
    OPERATION_TIMEOUT_MS: integer(1, 3_600_000)
      .prefault('30000')
      .describe('the longest that one GraphQL operation may take, with all its upstream requests'),
    DRAIN_MS: integer(0, 3_600_000)
      .optional()
      .describe('how long the process serves on after SIGTERM; without it 0 in development, else 5000'),
  }),
  ...group('Quota and cache', {
    MAX_UPSTREAM_REQUESTS: integer(1, 100_000)
      .prefault('60')
      .describe('the most upstream requests that one operation may cause'),
    CACHE_TTL_SECONDS: integer(0, 3_600)
      .prefault('10')
      .describe('how long the gateway reuses an answer; 0 = never'),
    DIRECTORY_TTL_SECONDS: integer(0, 86_400)
      .prefault('600')
      .describe('how long the gateway reuses clinicians, locations and appointment types; 0 = never'),
    STALE_IF_LIMITED_SECONDS: integer(0, 86_400)
      .prefault('300')
      .describe('how much longer it reuses an answer where the quota is spent; 0 = never'),
    STALE_IF_DOWN_SECONDS: integer(0, 86_400)
      .prefault('3600')
      .describe('how much longer it reuses an answer where the upstream does not answer; 0 = never'),
    WRITE_RESERVE_PERCENT: integer(0, 100)
      .prefault('10')
      .describe('the share of the quota that is reserved for writes'),
  }),
  ...group('The clinic', {
    CLINIC_TIME_ZONE: z
      .string()
      .refine(isTimeZone, 'must be a name of the IANA database, such as Europe/London')
      .default('Europe/London')
      .describe("the clinic's time zone, for days and local times where a client gives none: an IANA name"),
    CALENDAR_SECRET: calendarSecrets
      .optional()
      .describe('encrypts the URLs of calendars, 32 characters or more; without it there are no calendars'),
  }),
  ...group('Events', {
    WEBHOOK_SECRETS: webhookSecrets
      .optional()
      .describe("the secrets of the upstream's webhooks, separated by commas: secret[@account]"),
    WEBHOOK_STYLE: z
      .enum(['stripe', 'headers_hex', 'headers_base64'], {
        error: 'must be one of stripe, headers_hex, headers_base64',
      })
      .optional()
      .describe(
        'how webhooks are signed: stripe, headers_hex, headers_base64; without it every style is accepted',
      ),
    WEBHOOK_TOLERANCE_SECONDS: integer(1, 604_800)
      .prefault('86400')
      .describe('how long ago a delivery may have been signed'),
    EVENTS_KEPT: integer(1, 1_000_000)
      .prefault('10000')
      .describe('how many changes are kept for subscribers to resume from'),
    EVENTS_SILENT_SECONDS: integer(1, 86_400)
      .prefault('900')
      .describe('after so long without an event, the gateway no longer relies on events'),
    RECONCILE_SECONDS: integer(1, 86_400)
      .prefault('300')
      .describe('how often the gateway reads lists with subscribers, for changes that no event reported'),
    CACHE_TTL_FED_SECONDS: integer(0, 86_400)
      .prefault('3600')
      .describe('how long it reuses an answer while events report every change; 0 = no longer than without'),
  }),
  ...group('Several instances', {
    REDIS_URL: redisUrl
      .optional()
      .describe('the Redis that instances share: redis://user:password@host:6379/0, rediss://, unix:/path'),
    REDIS_REPLIES: flag
      .prefault('false')
      .describe("true: instances give each other the upstream's answers through Redis, encrypted"),
    REDIS_TIMEOUT_MS: integer(1, 10_000)
      .prefault('50')
      .describe('how long an operation waits for Redis, once, before its instance goes on without it'),
    // Braces select the hash slot of a key in a cluster, and `*?[` are wildcards in a pattern of keys.
    REDIS_PREFIX: z
      .string()
      .regex(/^[\w:./-]{1,100}$/, 'must be letters, digits and any of _ : . / -, 100 at most')
      .default('appointments:')
      .describe('the prefix of every key in Redis, the same for all instances that share'),
  }),
  ...group('Authentication', {
    AUTH_JWKS_URL: baseUrl
      .optional()
      .describe('where the issuer publishes its keys; this or the next is set where tokens are checked'),
    AUTH_JWT_SECRET: z.string().optional().describe('the secret that the issuer shares with the gateway'),
    AUTH_ISSUER: z.string().optional().describe('the iss that a token must have'),
    AUTH_AUDIENCE: z.string().optional().describe('the aud that a token must have'),
    AUTH_REQUIRE_EXP: flag.prefault('true').describe('false accepts tokens without an expiry (exp)'),
    AUTH_SCOPE_CLAIM: z
      .string()
      .optional()
      .describe("the claim that has a token's scopes; without it scope, or else scp"),
    CORS_ORIGINS: origins
      .optional()
      .describe('origins whose pages may read answers, separated by commas: https://clinic.example'),
    CORS_HEADERS: headerNames
      .optional()
      .describe("request headers that they may send besides the gateway's own: traceparent,baggage"),
  }),
  ...group('Federation', {
    FEDERATION: flag
      .prefault('false')
      .describe('true makes the gateway a subgraph: routers may select _service and _entities'),
    FEDERATION_SECRET: z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, 'must be printable ASCII without spaces, 16 characters at least')
      .optional()
      .describe('what a router sends in x-federation-secret, 16 characters at least'),
  }),
  ...group('Documents', {
    GRAPHIQL: flag.optional().describe('true or false; without it GraphiQL is shown in development'),
    DESK: flag.optional().describe('true or false; without it the desk is served in development'),
    INTROSPECTION: flag
      .optional()
      .describe('true or false; without it clients may read the schema in development'),
    TRUSTED_DOCUMENTS: z.string().optional().describe('a JSON file of hashes and documents'),
    TRUSTED_DOCUMENTS_ONLY: flag.optional().describe('true refuses every other document'),
  }),
  ...group('Limits', {
    MAX_PAGE_SIZE: integer(1, 10_000).prefault('500').describe('first and last'),
    MAX_BODY_BYTES: integer(1, 100_000_000).prefault('1000000').describe('the body of a request'),
    MAX_VARIABLES_BYTES: integer(1, 100_000_000)
      .prefault('100000')
      .describe('the variables of an operation as JSON'),
    MAX_TOKENS: integer(1, 100_000).prefault('5000').describe('tokens of a document'),
    MAX_DEPTH: integer(1, 100).prefault('12').describe('levels of fields'),
    MAX_ALIASES: integer(0, 100_000).prefault('100').describe('aliases'),
    MAX_ROOT_FIELDS: integer(1, 100_000).prefault('100').describe('fields on the outermost level'),
    MAX_DIRECTIVES: integer(0, 100_000).prefault('200').describe('directives'),
    MAX_DEFERS: integer(0, 100_000).prefault('20').describe('fragments with @defer'),
    MAX_NODE_IDS: integer(1, 10_000)
      .prefault('100')
      .describe('ids of one nodes field, and representations of one _entities field'),
    MAX_CONCURRENT_OPERATIONS: integer(1, 100_000)
      .prefault('100')
      .describe('running operations of one caller'),
    MAX_OPERATIONS: integer(1, 100_000)
      .prefault('1000')
      .describe('running operations of all callers together'),
    MAX_STREAMS: integer(1, 1_000_000)
      .prefault('1000')
      .describe('open streams (subscriptions, live queries, deferred answers) of all callers together'),
    MAX_STREAMS_OF_CALLER: integer(1, 1_000_000).prefault('20').describe('open streams of one caller'),
    MAX_LAG_MS: integer(1, 3_600_000)
      .prefault('3000')
      .describe('the greatest lag of the event loop, in milliseconds'),
  }),
  ...group('The sandbox', {
    SANDBOX_HOST: z.string().default('127.0.0.1').describe('the address that the sandbox listens on'),
    SANDBOX_PORT: integer(0, 65_535).prefault('4010').describe('its port; 0 takes a free one'),
    SANDBOX_KEYS: keys
      .prefault('pk_test_sandbox:org_sandbox')
      .describe('key:organisation[:scope+scope],…; a key sees the rows of its organisation only'),
    SANDBOX_SEED: integer(0, 1_000_000)
      .prefault('500')
      .describe('sample appointments of an empty database; 0 = none'),
    SANDBOX_DATABASE: z.string().default('memory').describe('or a file'),
    SANDBOX_RATE_LIMIT: integer(0, 1_000_000_000)
      .prefault('1000')
      .describe('requests of a key in a clock hour; 0 = no quota'),
    SANDBOX_FAULTS: flag.prefault('false').describe('true opens /_faults and /_elsewhere'),
    SANDBOX_WEBHOOK_URL: receiverUrl
      .optional()
      .describe('a webhook that it has from its start, signed with the first of WEBHOOK_SECRETS'),
    SANDBOX_WEBHOOK_RETRY_MS: integer(1, 3_600_000)
      .prefault('1000')
      .describe('the wait before the first of five retries of a delivery; it doubles each time'),
  }),
  ...group('Behaviour of the sandbox that the documentation of the hosted API leaves open', {
    SANDBOX_LIST_ROWS: oneOf('summary', 'full').describe('list rows have seven fields; full: all 24'),
    SANDBOX_ORDER: oneOf('start_asc', 'start_desc', 'created_desc').describe(
      'the order of lists; or start_desc, created_desc',
    ),
    SANDBOX_OVER_RANGE: oneOf('refuse', 'clamp').describe(
      'a limit or offset out of range is refused; clamp moves it into range',
    ),
    SANDBOX_INACTIVE: oneOf('listed', 'hidden').describe(
      'whether a list without is_active has the inactive ones too; or hidden',
    ),
    SANDBOX_TRANSITION_STATUS: z
      .enum(['409', '422'], { error: 'must be one of 409, 422' })
      .transform((status) => (status === '409' ? 409 : 422))
      .prefault('409')
      .describe('the HTTP status of INVALID_STATE_TRANSITION; or 422'),
    SANDBOX_IDS: oneOf('prefixed', 'uuid').describe('ids such as apt_…; or uuid'),
    SANDBOX_DATE: oneOf('counted', 'sent').describe(
      'the Date of an answer is when its request was counted; sent: when the answer leaves',
    ),
    SANDBOX_WEBHOOK_SIGNATURE: oneOf('stripe', 'headers_hex', 'headers_base64').describe(
      'how deliveries are signed; or headers_hex, headers_base64',
    ),
    SANDBOX_WEBHOOK_RESIGN: oneOf('each', 'first').describe(
      "each try signs a new timestamp; first: retries repeat the first one's headers",
    ),
    SANDBOX_WEBHOOK_ORDER: oneOf('kept', 'shuffled').describe(
      'the events of a webhook go out in the order of the changes; or shuffled',
    ),
    SANDBOX_WEBHOOK_OBJECT: oneOf('fourteen', 'eight', 'full').describe(
      'how many fields an event has of its appointment; or eight, full',
    ),
    SANDBOX_WEBHOOK_ECHO: flag
      .prefault('true')
      .describe('changes by a key cause events; false: only those from elsewhere do'),
  }),
})

/** Every variable, in the groups of `docs/configuration.md` and `docs/sandbox.md`. */
export const VARIABLES: readonly VariableGroup[] = groups
