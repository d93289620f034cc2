import { describe, expect, test } from 'vitest'
import { createGateway } from '../../src/server/gateway.ts'
import { startGateway } from '../support/gateway.ts'
import { type Process, runProcess, startProcess } from '../support/process.ts'
import { rawPost, sendRaw } from '../support/raw.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { bearer, TOKENS } from '../support/tokens.ts'
import { startCollector } from './collector.ts'
import { samplesIn, startMetrics } from './start-metrics.ts'

const NOWHERE = 'http://127.0.0.1:9'
const FREE = { PORT: '0', SANDBOX_PORT: '0' }

function ask({ firstLine }: Process): Promise<Response> {
  return fetch(/http:\S+\/graphql/.exec(firstLine)?.[0] ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ appointments(first: 3) { nodes { id } } }' }),
  })
}

describe("The metrics on the gateway's own port", () => {
  test('The metrics are for tokens that may read every appointment', async () => {
    const { page } = startMetrics()
    await using gateway = await startGateway({ url: NOWHERE, key: 'k', tokens: TOKENS, metrics: page })
    const ask = (headers: Readonly<Record<string, string>> = {}) =>
      fetch(`${gateway.url}/metrics`, { headers })
    const codeOf = async (response: Response) => {
      const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] }
      return [response.status, errors[0]?.extensions.code]
    }
    expect(await codeOf(await ask())).toEqual([401, 'UNAUTHENTICATED'])
    expect(await codeOf(await ask({ authorization: 'Bearer a.b.c' }))).toEqual([401, 'UNAUTHENTICATED'])
    expect(await codeOf(await ask(await bearer({ scope: 'patients:read' })))).toEqual([403, 'FORBIDDEN'])
    const patient = await bearer({ scope: 'appointments:read', patient_id: 'pat_1' })
    expect(await codeOf(await ask(patient))).toEqual([403, 'FORBIDDEN'])
    const answer = await ask(await bearer({ scope: 'appointments:read' }))
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    expect(samplesIn(await answer.text()).get('gateway_reads_total{how="asked"}')).toBe(0)
    const posted = await fetch(`${gateway.url}/metrics`, { method: 'POST' })
    expect([posted.headers.get('allow'), await codeOf(posted)]).toEqual(['GET', [405, 'BAD_REQUEST']])
  })

  test('Without a token check, metrics are served on loopback names only', async () => {
    const { page } = startMetrics()
    await using gateway = await startGateway({ url: NOWHERE, key: 'k', loopbackOnly: true, metrics: page })
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(200)
    const foreign = await sendRaw(
      gateway.url,
      'GET /metrics HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n',
    )
    expect(foreign.status).toBe(403)
    expect(foreign.body).toContain('CSRF_REFUSED')
  })

  test('Where callers send their own keys, which nothing checks, there are no metrics', async () => {
    const { page } = startMetrics()
    expect(() => createGateway({ url: NOWHERE, metrics: page })).toThrow('own keys')
    const refused = await runProcess({ PORT: '0', APPOINTMENTS_API_URL: NOWHERE, METRICS: 'true' })
    expect([refused.code, refused.stdout]).toEqual([2, ''])
    expect(refused.stderr.trim().split('\n')).toEqual([expect.stringMatching(/^METRICS: .*METRICS_PORT/)])
  })

  test('Without METRICS the path answers 404', async () => {
    await using gateway = await startGateway({ url: NOWHERE, key: 'k' })
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404)
  })
})

describe('The telemetry of a process', () => {
  test('METRICS_PORT gives the metrics a separate port, and METRICS the path', async () => {
    await using product = await startProcess({ ...FREE, METRICS_PORT: '0', METRICS: 'true' })
    const url = /http:\S+\/metrics/.exec(product.lines.join('\n'))?.[0] ?? ''
    const graphql = /http:\S+\/graphql/.exec(product.firstLine)?.[0] ?? ''
    expect(new URL(url).port).not.toBe(new URL(graphql).port)
    expect(new URL(url).hostname).toBe('127.0.0.1')
    expect((await ask(product)).status).toBe(200)
    for (const each of [url, new URL('/metrics', graphql)]) {
      const samples = samplesIn(await (await fetch(each)).text())
      expect(samples.get('gateway_operations_total{operation="other",kind="query",code="OK"}')).toBe(1)
      const quotas = [...samples].filter(([series]) => series.startsWith('gateway_quota_remaining'))
      expect(quotas).toEqual([[expect.stringMatching(/\{account="[\w-]{8}"\}$/), 999]])
    }
    expect((await fetch(new URL('/', url))).status).toBe(404)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    expect(await product.stop()).toBe(0)
    await expect(fetch(url)).rejects.toThrow()
  })

  test.for([
    ['127.0.0.1', 403],
    ['0.0.0.0', 200],
  ] as const)('Over the sandbox on %s, a name of another site gets %s', async ([HOST, status]) => {
    await using product = await startProcess({ ...FREE, HOST, METRICS_PORT: '0', METRICS: 'true' })
    const metrics = /http:\S+(?=\/metrics)/.exec(product.lines.join('\n'))?.[0] ?? ''
    const gateway = /http:\S+(?=\/graphql)/.exec(product.firstLine)?.[0] ?? ''
    const get = (url: string, path: string, host: string) =>
      sendRaw(
        url,
        `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`,
      )
    expect((await get(metrics, '/metrics', 'evil.test')).status).toBe(status)
    expect((await get(gateway, '/metrics', 'evil.test')).status).toBe(status)
    expect((await sendRaw(gateway, rawPost('{ __typename }', { host: 'evil.test' }))).status).toBe(status)
    const figures = (await get(gateway, '/', 'evil.test')).body
    expect(figures.includes('"totals"')).toBe(status === 200)
    for (const host of ['localhost', '127.0.0.1:4000', '[::1]'])
      for (const url of [metrics, gateway]) expect((await get(url, '/metrics', host)).status).toBe(200)
    expect((await get(gateway, '/', 'localhost')).body).toContain('"totals"')
  })

  test('The process sends its traces, the last ones when it stops', async () => {
    await using collector = await startCollector()
    const product = await startProcess({
      ...FREE,
      METRICS_PORT: '0',
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=clinic,deployment.environment.name=test%2Cbench',
      OTEL_TRACES_SAMPLER: 'always_on',
    })
    await ask(product)
    expect(await product.stop()).toBe(0)
    expect(collector.server.requests.map(({ line }) => line)).toEqual(['POST /v1/traces'])
    expect(collector.spans().map(({ name, service }) => [name, service])).toEqual([
      ['GET /appointments', 'clinic'],
      ['query', 'clinic'],
    ])
    expect(collector.server.requests[0]?.body).toContain('"stringValue":"test,bench"')
  })

  test('A collector that never answers delays no response, and the stop a few seconds', async () => {
    await using collector = await startScriptedUpstream(() => () => {})
    const product = await startProcess({
      ...FREE,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'always_on',
    })
    expect((await ask(product)).status).toBe(200)
    const stoppedAt = performance.now()
    expect(await product.stop()).toBe(0)
    expect(collector.requests).toHaveLength(1)
    expect(performance.now() - stoppedAt).toBeLessThan(20_000)
    expect(product.errors()).toContain('"state":"down","msg":"traces"')
  })

  test('No telemetry library is loaded where telemetry is off', async () => {
    const watch = `import { registerHooks } from "node:module"
registerHooks({ resolve(name, context, next) {
  if (/prom-client|opentelemetry|telemetry\\/(metrics|traces)/.test(name)) process.exitCode = 9
  return next(name, context)
} })`
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(watch)}`
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: NOWHERE, OTEL_TRACES_SAMPLER: 'always_on' }
    const off = [{}, { ...traced, OTEL_SDK_DISABLED: 'true' }, { ...traced, OTEL_TRACES_EXPORTER: 'none' }]
    for (const environment of off)
      expect(await (await startProcess({ ...FREE, NODE_OPTIONS, ...environment })).stop()).toBe(0)
    expect(await (await startProcess({ ...FREE, NODE_OPTIONS, METRICS: 'true' })).stop()).toBe(9)
  })
})
