import { describe, expect, test } from 'vitest'
import { readConfig, VARIABLES } from '../src/config.ts'

const READS = [
  'read_appointments',
  'read_clinicians',
  'read_locations',
  'read_appointment_templates',
  'read_patients',
]
const WRITES = ['write_appointments', 'write_patients']

describe('the configuration', () => {
  test('an empty environment gives the defaults, frozen', () => {
    const { config } = readConfig({})
    expect(config).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 4000,
      UPSTREAM_TIMEOUT_MS: 10_000,
      OPERATION_TIMEOUT_MS: 30_000,
      MAX_PAGE_SIZE: 500,
      CLINIC_TIME_ZONE: 'Europe/London',
      SANDBOX_HOST: '127.0.0.1',
      SANDBOX_PORT: 4010,
      SANDBOX_KEYS: [
        {
          key: 'pk_test_sandbox',
          organisation: 'org_sandbox',
          scopes: [...READS, ...WRITES],
        },
      ],
      SANDBOX_SEED: 500,
      SANDBOX_DATABASE: 'memory',
      SANDBOX_RATE_LIMIT: 1000,
      SANDBOX_LIST_ROWS: 'summary',
      SANDBOX_ORDER: 'start_asc',
      SANDBOX_OVER_RANGE: 'refuse',
      SANDBOX_INACTIVE: 'listed',
      SANDBOX_TRANSITION_STATUS: 409,
      SANDBOX_IDS: 'prefixed',
      SANDBOX_DATE: 'counted',
      SANDBOX_WEBHOOK_SIGNATURE: 'stripe',
      SANDBOX_WEBHOOK_RESIGN: 'each',
      SANDBOX_WEBHOOK_ORDER: 'kept',
      SANDBOX_WEBHOOK_OBJECT: 'fourteen',
      SANDBOX_WEBHOOK_ECHO: true,
      SANDBOX_WEBHOOK_RETRY_MS: 1000,
    })
    expect(Object.isFrozen(config)).toBe(true)
  })

  test('every variable says in one sentence what it is for', () => {
    const meanings = VARIABLES.flatMap(({ variables }) => variables).map(({ name, meaning }) => [
      name,
      meaning,
    ])
    expect(meanings.filter(([, meaning = '']) => !/^[^\s.].{3,100}[^\s.]$/.test(meaning))).toEqual([])
  })

  test('an empty value counts as absent', () => {
    expect(readConfig({ PORT: '', APPOINTMENTS_API_URL: '' }).config).toMatchObject({ PORT: 4000 })
  })

  test.for(['http://user:secret@gateway.test/in', 'gateway.test', 'ftp://gateway.test'])(
    'SANDBOX_WEBHOOK_URL refuses "%s" without quoting it',
    (url) => {
      const { problems } = readConfig({ SANDBOX_WEBHOOK_URL: url })
      expect(problems).toEqual([expect.stringMatching(/^SANDBOX_WEBHOOK_URL: must /)])
      expect(problems?.join()).not.toContain('test')
    },
  )

  test('a sandbox key has all scopes, those to read or to write, or the ones it names', () => {
    const { config } = readConfig({
      SANDBOX_KEYS:
        'pk_a:org_1:read, pk_b:org_2:read+write,pk_c:org_2:write,pk_d:org_2:read_appointments+write_patients',
    })
    expect(config?.SANDBOX_KEYS).toEqual([
      { key: 'pk_a', organisation: 'org_1', scopes: READS },
      { key: 'pk_b', organisation: 'org_2', scopes: [...READS, ...WRITES] },
      { key: 'pk_c', organisation: 'org_2', scopes: WRITES },
      { key: 'pk_d', organisation: 'org_2', scopes: ['read_appointments', 'write_patients'] },
    ])
  })

  test.for([
    '*',
    'null',
    'clinic.test',
    'https://clinic.test/',
    'https://clinic.test/x',
    'file:///x',
    'https://a.test,*',
  ])('CORS_ORIGINS refuses "%s", which is not scheme, host and port alone', (origins) => {
    expect(readConfig({ CORS_ORIGINS: origins }).problems).toEqual([expect.stringMatching(/^CORS_ORIGINS: /)])
  })

  test.for(['*', 'traceparent,*', 'a b', 'a:b', ',', 'traceparent,,baggage', 'a\r\nb'])(
    'CORS_HEADERS refuses "%s", which is no list of header names',
    (names) => {
      expect(readConfig({ CORS_HEADERS: names }).problems?.[0]).toMatch(/^CORS_HEADERS: /)
    },
  )

  test('commas separate header names, in any case', () => {
    const { config } = readConfig({ CORS_HEADERS: 'Traceparent, sentry-trace,x_y' })
    expect(config?.CORS_HEADERS).toEqual(['traceparent', 'sentry-trace', 'x_y'])
  })

  test('commas separate origins, and switches are true or false', () => {
    expect(
      readConfig({
        CORS_ORIGINS: 'https://a.test, http://localhost:5173',
        GRAPHIQL: 'false',
        INTROSPECTION: 'true',
      }).config,
    ).toMatchObject({
      CORS_ORIGINS: ['https://a.test', 'http://localhost:5173'],
      GRAPHIQL: false,
      INTROSPECTION: true,
    })
    const { problems } = readConfig({
      GRAPHIQL: 'yes',
      TRUSTED_DOCUMENTS_ONLY: '1',
      MAX_DEPTH: '0',
      AUTH_JWKS_URL: 'x',
    })
    expect(problems?.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'AUTH_JWKS_URL',
      'GRAPHIQL',
      'MAX_DEPTH',
      'TRUSTED_DOCUMENTS_ONLY',
    ])
  })

  test.for(['short', 'fifteen-letters', 'with a blank in it', 'sixteen-letters-\u00fc'])(
    'FEDERATION_SECRET refuses "%s"',
    (secret) => {
      expect(readConfig({ FEDERATION_SECRET: secret }).problems).toEqual([
        'FEDERATION_SECRET: must be printable ASCII without spaces, 16 characters at least',
      ])
    },
  )

  test.for([
    'redis://cache.test',
    'redis://cache.test:6380/2',
    'rediss://:s%2Fe%23c%40ret@cache.test:6380/',
    'rediss://gateway:secret@[::1]:6380',
  ])('REDIS_URL takes "%s" as it is', (url) => {
    expect(readConfig({ REDIS_URL: url }).config?.REDIS_URL).toBe(url)
  })

  test.for(['unix:/run/redis.sock', 'unix:///run/redis.sock'])(
    'REDIS_URL takes "%s" as the path of a socket',
    (url) => {
      expect(readConfig({ REDIS_URL: url }).config?.REDIS_URL).toBe('/run/redis.sock')
    },
  )

  test.for([
    'secret',
    'secret:6379',
    'http://secret',
    'REDISS://secret',
    'redis://',
    'redis:secret',
    'redis://:secret@',
    'redis://secret:70000',
    'redis://secret/name',
    'redis://user:sec/ret@cache.test',
    'redis://user:12#secret@cache.test',
    'redis://user:12?secret@cache.test',
    'redis://cache.test?password=secret',
    'redis://:secret%zz@cache.test',
    'unix:secret',
    'unix://secret/redis.sock',
    'unix:/secret?db=2',
  ])('REDIS_URL refuses "%s" without quoting it', (url) => {
    expect(readConfig({ REDIS_URL: url }).problems).toEqual([
      'REDIS_URL: must be redis://[user:password@]host[:port][/database], the same with rediss://, or unix:/path',
    ])
  })

  test('REDIS_PREFIX refuses signs that Redis reads in another way', () => {
    expect(readConfig({}).config).toMatchObject({ REDIS_PREFIX: 'appointments:' })
    expect(readConfig({ REDIS_PREFIX: 'clinic-1:' }).config).toMatchObject({ REDIS_PREFIX: 'clinic-1:' })
    for (const prefix of ['{a}', 'a b', 'a*', 'a\n'])
      expect(readConfig({ REDIS_PREFIX: prefix }).problems).toEqual([
        expect.stringMatching(/^REDIS_PREFIX: /),
      ])
  })

  test.for(['Europe/Londres', '+01:00', 'Europe/London '])(
    'CLINIC_TIME_ZONE refuses "%s" in one line',
    (name) => {
      expect(readConfig({ CLINIC_TIME_ZONE: name }).problems).toEqual([
        'CLINIC_TIME_ZONE: must be a name of the IANA database, such as Europe/London',
      ])
    },
  )

  test('CALENDAR_SECRET is a long secret, or two of them', () => {
    const [first, second] = ['a'.repeat(32), 'b'.repeat(40)]
    expect(readConfig({ CALENDAR_SECRET: first }).config?.CALENDAR_SECRET).toEqual([first])
    expect(readConfig({ CALENDAR_SECRET: `${first}, ${second}` }).config?.CALENDAR_SECRET).toEqual([
      first,
      second,
    ])
    for (const secret of [
      'a'.repeat(31),
      `${first},`,
      `${first},short`,
      `${first},${first},${first}`,
      ` ${first} b`,
    ])
      expect(readConfig({ CALENDAR_SECRET: secret }).problems).toEqual([
        'CALENDAR_SECRET: must be a secret of 32 characters or more, printable ASCII without spaces and commas; or two, separated by a comma',
      ])
  })

  test('A path is put behind the address of the collector, so it has no query', () => {
    const problemsOf = (url: string) => readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: url }).problems
    for (const url of ['http://h?x=1', 'http://h/p?', 'http://h/#p'])
      expect(problemsOf(url)).toEqual([
        'OTEL_EXPORTER_OTLP_ENDPOINT: must be a URL without ? and #: a path is put behind it',
      ])
    expect(problemsOf('ftp://h?x')).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT: must be an http or https URL'])
    expect(problemsOf('http://h/p/')).toBeNull()
  })

  test('Attributes of traces are pairs, and what is neither name nor value is encoded', () => {
    const read = (text: string) => readConfig({ OTEL_RESOURCE_ATTRIBUTES: text })
    expect(read('a=1, b.c = x%3Dy%2C,d=,').config?.OTEL_RESOURCE_ATTRIBUTES).toEqual({
      a: '1',
      'b.c': 'x=y,',
      d: '',
    })
    for (const text of ['secret', 'a=secret=2', '=secret', 'a=%zz'])
      expect(read(text).problems).toEqual([
        'OTEL_RESOURCE_ATTRIBUTES: must be a list of name=value, separated by commas; signs such as , and = are percent-encoded',
      ])
  })

  test('readConfig reports every problem, a line each, without the value', () => {
    const { problems } = readConfig({
      PORT: '70000',
      APPOINTMENTS_API_URL: 'ftp://secret.example',
      APPOINTMENTS_API_KEY: 'pk secret',
      SANDBOX_KEYS: 'secret',
      SANDBOX_ORDER: 'random',
      UPSTREAM_TIMEOUT_MS: '-1',
    })
    expect(problems?.map((problem) => problem.split(':')[0]).sort()).toEqual([
      'APPOINTMENTS_API_KEY',
      'APPOINTMENTS_API_URL',
      'PORT',
      'SANDBOX_KEYS',
      'SANDBOX_ORDER',
      'UPSTREAM_TIMEOUT_MS',
    ])
    expect(problems?.join('\n')).not.toMatch(/secret|70000|random/)
  })
})
