import { describe, expect, test } from 'vitest'
import { runProcess } from '../../support/process.ts'
import { type ScriptedAnswer, startScriptedUpstream } from '../../support/scripted-upstream.ts'

const ROW = { id: 'apt_1', title: 'A name in a title' }
const GOOD: ScriptedAnswer = {
  headers: { 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '981' },
  body: { data: [ROW], meta: { limit: 1, next_offset: null, has_more: false } },
}

describe('The check of a configuration', () => {
  test('It prints what the environment configures, and sends no upstream request', async () => {
    await using upstream = await startScriptedUpstream(() => GOOD)
    const { code, stdout, stderr } = await runProcess(
      {
        APPOINTMENTS_API_URL: `${upstream.url}/v1`,
        APPOINTMENTS_API_KEY: 'pk_secret',
        WEBHOOK_SECRETS: 'whsec_secret,whsec_secret2',
        CACHE_TTL_SECONDS: '0',
        INTROSPECTION: 'true',
        LOG_LEVEL: 'warn',
        LOG_FORMAT: 'json',
      },
      'check',
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout.trim().split('\n')).toEqual([
      'The configuration has no problem.',
      `Upstream: ${upstream.url}/v1`,
      "Callers: open: every client on this machine reads and writes with the gateway's key.",
      'Development: off. GraphiQL: off. Desk: off. Introspection: on.',
      'Webhook secrets: 2. Instances: one.',
      'Metrics: off. Traces: off.',
      'Set: APPOINTMENTS_API_URL, APPOINTMENTS_API_KEY, LOG_LEVEL=warn, LOG_FORMAT=json, DRAIN_MS=0, CACHE_TTL_SECONDS=0, WEBHOOK_SECRETS, INTROSPECTION=true.',
    ])
    expect(upstream.requests).toEqual([])
  })

  test('Over the sandbox it prints the development features, and the use of telemetry', async () => {
    const { stdout } = await runProcess(
      {
        DESK: 'false',
        METRICS: 'true',
        METRICS_PORT: '9464',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:hush@collector.test:4318/in',
      },
      'check',
    )
    expect(stdout.split('\n').slice(3, 6)).toEqual([
      'Development: on. GraphiQL: on. Desk: off. Introspection: on.',
      'Webhook secrets: 0. Instances: one.',
      "Metrics: on the gateway's port, and on port 9464. Traces: to http://collector.test:4318/in.",
    ])
    expect(stdout).not.toContain('hush')
  })

  test('It prints no value that may contain a secret', async () => {
    const { code, stdout, stderr } = await runProcess(
      {
        APPOINTMENTS_API_URL: 'https://hush:hush@upstream.test/v1?key=hush',
        AUTH_JWT_SECRET: 'hushhush',
        AUTH_ISSUER: 'https://issuer.test',
        AUTH_AUDIENCE: 'hushhush',
        APPOINTMENTS_API_KEY: 'hushhush',
        REDIS_URL: 'redis://hush:hush@hush.test',
        CALENDAR_SECRET: 'hushhush'.repeat(6),
        FEDERATION: 'true',
        FEDERATION_SECRET: 'hushhush'.repeat(6),
        SANDBOX_KEYS: 'hush:hush',
        HOST: '0.0.0.0',
      },
      'check',
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('Upstream: https://upstream.test/v1\n')
    expect(stdout).not.toContain('hush')
  })

  test('It reports all problems that would prevent the start, and exits with 2', async () => {
    const { code, stdout, stderr } = await runProcess(
      {
        TRUSTED_DOCUMENTS_ONLY: 'true',
        FEDERATION_SECRET: 'a-secret-of-the-router',
        AUTH_ISSUER: 'https://issuer.test',
      },
      'check',
    )
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^AUTH_JWKS_URL, AUTH_JWT_SECRET: /),
      expect.stringMatching(/^TRUSTED_DOCUMENTS: /),
      expect.stringMatching(/^FEDERATION: /),
    ])
    expect((await runProcess({ PORT: 'x' }, 'check')).code).toBe(2)
  })

  test('It reports the problem of the file of trusted documents', async () => {
    expect(await runProcess({ TRUSTED_DOCUMENTS: 'nowhere.json' }, 'check')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'TRUSTED_DOCUMENTS: there is no file nowhere.json.\n',
    })
  })
})

describe('The check of an upstream', () => {
  const ask = (url: string) =>
    runProcess({ APPOINTMENTS_API_URL: url, APPOINTMENTS_API_KEY: 'pk_secret' }, 'check', '--upstream')

  test('It tries the key with one request, and prints nothing of the response', async () => {
    await using upstream = await startScriptedUpstream(() => GOOD)
    const { code, stdout } = await ask(upstream.url)
    expect(code).toBe(0)
    expect(stdout).toMatch(/\nThe upstream accepts the key\. 981 of 1000 requests are left in this hour\.\n$/)
    expect(upstream.requests.map(({ line, headers }) => [line, headers.authorization])).toEqual([
      ['GET /appointments?limit=9&offset=0', 'Bearer pk_secret'],
    ])
    expect(stdout).not.toMatch(/apt_1|title|pk_secret/)
  })

  test.for([
    [401, 'The upstream refuses the key: it does not know it.'],
    [403, 'The upstream refuses the key: it lacks the scope that reads appointments.'],
    [429, 'The upstream does not answer as it should: RATE_LIMITED.'],
    [503, 'The upstream does not answer as it should: UPSTREAM_UNAVAILABLE.'],
    [200, 'The upstream does not answer as it should: UPSTREAM_INVALID_RESPONSE.'],
  ] as const)('A status of %i is reported after one request: %s', async ([status, sentence]) => {
    await using upstream = await startScriptedUpstream(() => ({ status, body: 'nothing to read' }))
    const result = await ask(upstream.url)
    expect(result.stdout.trim().split('\n').at(-1)).toBe(sentence)
    expect([result.code, result.stderr]).toEqual([1, ''])
    expect(upstream.requests).toHaveLength(1)
  })

  test('The limits of the environment do not apply to it', async () => {
    await using upstream = await startScriptedUpstream(() => GOOD)
    const environment = { APPOINTMENTS_API_URL: upstream.url, APPOINTMENTS_API_KEY: 'k', MAX_DEPTH: '1' }
    expect((await runProcess(environment, 'check', '--upstream')).code).toBe(0)
  })

  test('Without an upstream and a key there is nothing to try', async () => {
    const { code, stdout, stderr } = await runProcess({}, 'check', '--upstream')
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.match(/^APPOINTMENTS_API_\w+(?=: must be set)/gm)).toEqual([
      'APPOINTMENTS_API_URL',
      'APPOINTMENTS_API_KEY',
    ])
  })
})
