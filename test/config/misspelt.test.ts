import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { meantVariable } from '../../src/config/misspelt.ts'
import { readConfig, VARIABLES } from '../../src/config.ts'

const NAMES = VARIABLES.flatMap(({ variables }) => variables).map(({ name }) => name)
const LONG_NAMES = NAMES.filter(({ length }) => length > 9)

/** A name with one letter removed, doubled, replaced, or swapped with the next. */
const slip = fc.tuple(fc.constantFrom(...LONG_NAMES), fc.nat(), fc.nat(3)).map(([name, at, kind]) => {
  const index = at % (name.length - 1)
  const [before, letter, next, rest] = [
    name.slice(0, index),
    name.charAt(index),
    name.charAt(index + 1),
    name.slice(index + 2),
  ]
  const wrong = [next, letter + letter + next, `Q${next}`, next + letter][kind]
  return { name, slipped: before + wrong + rest }
})

describe('A misspelt variable', () => {
  test.for([
    ['CACHE_TTL_SECOND', 'CACHE_TTL_SECONDS'],
    ['CACHE_TTL', 'CACHE_TTL_SECONDS'],
    ['CACHE_TTL_MS', 'CACHE_TTL_SECONDS'],
    ['UPSTREAM_TIMEOUT', 'UPSTREAM_TIMEOUT_MS'],
    ['DRAIN_SECONDS', 'DRAIN_MS'],
    ['cache_ttl_seconds', 'CACHE_TTL_SECONDS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['AUTH_AUDEINCE', 'AUTH_AUDIENCE'],
    ['APPOINTMENT_API_KEY', 'APPOINTMENTS_API_KEY'],
    ['SANDBOX_SEEDS', 'SANDBOX_SEED'],
  ])('%s is reported with %s, and prevents the start', ([name = '', meant = '']) => {
    expect(readConfig({ [name]: 'a-secret' }).problems).toEqual([
      `${name}: is no variable of the gateway. If ${meant} is meant, correct the name; if not, set ${meant} as well, be it to nothing`,
    ])
  })

  test('One slip in any long name is reported with the correct name', () => {
    fc.assert(
      fc.property(slip, ({ name, slipped }) => {
        if (NAMES.includes(slipped)) return
        expect(meantVariable(slipped, NAMES)).toBe(name)
      }),
      { numRuns: 1000 },
    )
  })

  test('A name belongs to another program where the variable it resembles is set too', () => {
    expect(readConfig({ REDIS_URI: 'redis://other.test', REDIS_URL: '' }).problems).toBeNull()
    expect(readConfig({ REDIS_URI: 'redis://other.test' }).problems).toHaveLength(1)
  })

  test('A name without a value is absent, as a variable is', () => {
    expect(readConfig({ CACHE_TTL_SECOND: '', MAX_DEPHT: undefined }).problems).toBeNull()
  })

  test('All problems of values and of names are reported together', () => {
    const { problems } = readConfig({ PORT: 'x', CACHE_TTL_SECOND: '1', MAX_DEPHT: '3' })
    expect(problems?.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'CACHE_TTL_SECOND',
      'MAX_DEPHT',
    ])
  })
})

describe('The variables of other programs', () => {
  test.for(OTHERS())('%s is never taken for a misspelt variable', (name) => {
    expect(meantVariable(name, NAMES)).toBeUndefined()
  })

  test('No correct name is taken for a misspelt one', () => {
    expect(NAMES.filter((name) => meantVariable(name, NAMES) !== undefined)).toEqual([])
  })
})

/** Variables of shells, containers, Kubernetes, hosts, Node, npm, CI, databases and telemetry. */
function OTHERS(): string[] {
  return `
    PATH HOME USER LOGNAME SHELL TERM LANG LC_ALL PWD OLDPWD SHLVL EDITOR DISPLAY HOSTNAME HOSTTYPE MACHTYPE OSTYPE TZ
    TMPDIR XDG_RUNTIME_DIR SSH_AUTH_SOCK SSH_CONNECTION COLORTERM FORCE_COLOR NO_COLOR DEBUG http_proxy https_proxy
    no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID NOTIFY_SOCKET LISTEN_FDS
    CREDENTIALS_DIRECTORY STATE_DIRECTORY ComSpec SystemRoot USERPROFILE APPDATA PROCESSOR_ARCHITECTURE PATHEXT
    KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_PORT KUBERNETES_PORT_443_TCP_ADDR REDIS_SERVICE_HOST
    REDIS_SERVICE_PORT REDIS_PORT REDIS_PORT_6379_TCP REDIS_PORT_6379_TCP_PORT REDIS_HOST REDIS_PASSWORD REDIS_TLS_URL
    REDISCLOUD_URL GATEWAY_PORT GATEWAY_SERVICE_HOST APPOINTMENTS_GATEWAY_PORT APPOINTMENTS_GATEWAY_SERVICE_HOST
    PORTS SPORT PORT_HTTP HTTP_PORT HOSTS HOST_IP HOST_NAME SERVER_PORT SERVER_HOST POD_NAME POD_IP
    NODE_ENVIRONMENT NODE_NAME NODE_PATH NODE_OPTIONS NODE_VERSION NODE_EXTRA_CA_CERTS NODE_TLS_REJECT_UNAUTHORIZED
    NODE_NO_WARNINGS YARN_VERSION INIT_CWD npm_execpath npm_lifecycle_event npm_config_cache npm_package_name
    npm_config_user_agent npm_config_global_prefix npm_package_engines_node LOGLEVEL LOG_DIR LOG_FILE LOG_PATH
    RUST_LOG DATABASE_URL DB_HOST DB_PORT MYSQL_HOST POSTGRES_PASSWORD PGHOST MONGO_URL AMQP_URL S3_BUCKET
    AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_MAX_ATTEMPTS GOOGLE_APPLICATION_CREDENTIALS
    DYNO WEB_CONCURRENCY MAX_THREADS MAX_WORKERS MAX_MEMORY MIN_PAGE_SIZE MAX_IMAGE_SIZE MAX_FILE_SIZE MAX_OLD_SPACE
    MAX_RETRIES MAX_REQUESTS MAX_CONNECTIONS SESSION_SECRET JWT_SECRET AUTH_SECRET AUTH_URL AUTH_TOKEN NEXTAUTH_URL
    AUTH_TRUST_HOST API_KEY API_URL CACHE_DIR CACHE_URL CI BUILD_ID GITHUB_ACTIONS GITHUB_TOKEN GITLAB_CI SENTRY_DSN
    DD_TRACE_AGENT_PORT DD_ENV STATSD_HOST NEW_RELIC_LICENSE_KEY OTEL_RESOURCE_ATTRIBUTES OTEL_EXPORTER_OTLP_HEADERS
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_EXPORTER_OTLP_METRICS_ENDPOINT OTEL_EXPORTER_OTLP_PROTOCOL OTEL_LOG_LEVEL
    OTEL_METRICS_EXPORTER OTEL_LOGS_EXPORTER OTEL_PROPAGATORS OTEL_SDK_DISABLED OTEL_BSP_SCHEDULE_DELAY
    CLINIC_NAME CLINIC_ID SANDBOX SANDBOX_MODE SANDBOX_SERVICE_HOST SANDBOX_PORT_4010_TCP WEBHOOK_URL
    WEBHOOK_SECRET_PATH EVENTS_URL FEDERATION_URL GRAPHQL_URL GRAPHIQL_PATH COMPOSE_PROJECT_NAME DOCKER_HOST
    REDIS_TEST_URL WITHOUT_REDIS CONTRACT_URL CONTRACT_KEY LOAD_SECONDS HELD_SECONDS LATENCY_ROUNDS LATENCY_LIVES
    LATENCY_BESIDE AGAIN_BESIDE VITEST VITEST_POOL_ID VITEST_WORKER_ID
  `
    .trim()
    .split(/\s+/)
}
