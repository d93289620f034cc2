import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runProcess, startProcess } from '../support/process.ts'
import { startScriptedUpstream } from '../support/scripted-upstream.ts'
import { AUDIENCE, bearer, ISSUER, SECRET } from '../support/tokens.ts'

const FREE = { PORT: '0', SANDBOX_PORT: '0' }

async function ask(firstLine: string, query: string, headers: Readonly<Record<string, string>> = {}) {
  const url = /http:\S+\/graphql/.exec(firstLine)?.[0] ?? ''
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: data of any shape
  return (await response.json()) as any
}

describe('The process', () => {
  test('The process starts over the embedded API, prints its URL and stops on SIGTERM', async () => {
    await using product = await startProcess(FREE)
    expect(product.firstLine).toContain('GraphiQL')
    const { data, extensions } = await ask(
      product.firstLine,
      '{ appointments(first: 3) { nodes { title } } }',
    )
    expect(data.appointments.nodes).toHaveLength(3)
    expect(extensions.upstream.requests).toBe(1)
    expect(await product.stop()).toBe(0)
  })

  test('The second start loads all code from the compile cache', async () => {
    const exitCode = 'process.moduleLoadList.some((name) => name.includes("amaro")) ? 9 : 0'
    const exitHook = encodeURIComponent(`process.on("exit", () => { process.exitCode = ${exitCode} })`)
    const environment = { ...FREE, NODE_OPTIONS: `--import=data:text/javascript,${exitHook}` }
    await (await startProcess(environment)).stop()
    expect(await (await startProcess(environment)).stop()).toBe(0)
  })

  test('The process sends its key to a named upstream, without development features', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: { id: 'a', title: 't' }, meta: {} },
    }))
    const environment = {
      PORT: '0',
      APPOINTMENTS_API_URL: `${upstream.url}/v1/`,
      APPOINTMENTS_API_KEY: 'pk_test_mine',
    }
    await using product = await startProcess(environment)
    const answer = await ask(product.firstLine, '{ appointment(id: "a") { title } }')
    expect(answer).toEqual({ data: { appointment: { title: 't' } } })
    expect(upstream.requests.map(({ line, headers }) => [line, headers.authorization])).toEqual([
      ['GET /v1/appointments/a', 'Bearer pk_test_mine'],
    ])
  })

  test('Without a key the process passes on the credential of the caller', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: { id: 'a', title: 't' }, meta: {} },
    }))
    await using product = await startProcess({ PORT: '0', APPOINTMENTS_API_URL: upstream.url })
    const query = '{ __typename appointment(id: "a") { title } }'
    const refused = await ask(product.firstLine, query)
    expect(refused.data).toEqual({ __typename: 'Query', appointment: null })
    expect(refused.errors[0].extensions.code).toBe('UNAUTHENTICATED')
    expect(upstream.requests).toEqual([])
    const answered = await ask(product.firstLine, query, { authorization: 'Bearer pk_test_caller' })
    expect(answered.data.appointment).toEqual({ title: 't' })
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer pk_test_caller')
  })

  test('The process applies the token, CORS and limit settings of the environment', async () => {
    await using upstream = await startScriptedUpstream(() => ({
      body: { data: { id: 'a', title: 't' }, meta: {} },
    }))
    await using product = await startProcess({
      HOST: '0.0.0.0',
      PORT: '0',
      APPOINTMENTS_API_URL: upstream.url,
      APPOINTMENTS_API_KEY: 'pk_test_mine',
      AUTH_JWT_SECRET: SECRET,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      CORS_ORIGINS: 'https://clinic.test',
      CORS_HEADERS: 'traceparent',
      MAX_ALIASES: '1',
      INTROSPECTION: 'true',
    })
    expect(product.firstLine).toMatch(/http:\/\/localhost:\d+\/graphql and on every other address of this/)
    expect(product.lines.join('\n')).toContain(`Callers: tokens of ${ISSUER}`)
    const query = '{ a: appointment(id: "a") { title } __schema { queryType { name } } }'
    const reader = await bearer({ scope: 'appointments:read' })
    expect((await ask(product.firstLine, query)).errors[0].extensions.code).toBe('UNAUTHENTICATED')
    expect((await ask(product.firstLine, query, reader)).data.a.title).toBe('t')
    expect((await ask(product.firstLine, '{ a: __typename b: __typename }')).errors[0].extensions).toEqual({
      code: 'LIMIT_EXCEEDED',
      limit: { name: 'MAX_ALIASES', max: 1 },
    })
    const url = /http:\S+\/graphql/.exec(product.firstLine)?.[0] ?? ''
    const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://clinic.test' } })
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://clinic.test')
    expect(preflight.headers.get('access-control-allow-headers')).toMatch(/traceparent$/)
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer pk_test_mine'])
  })

  test('The process may refuse untrusted documents, and prints the cost of trusted ones', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'trusted-')), 'documents.json')
    const day = 'query Day { appointments(first: 3) { nodes { id } } }'
    const steps = 'a: cancelAppointment(input: { id: "a" }) { performedAt } b: __typename'
    const twice = `mutation Twice { ...S } fragment S on Mutation { ${steps} c: ${steps.slice(3)} }`
    writeFileSync(file, JSON.stringify({ a1: day, b2: twice }))
    await using product = await startProcess({
      ...FREE,
      TRUSTED_DOCUMENTS: file,
      TRUSTED_DOCUMENTS_ONLY: 'true',
    })
    rmSync(dirname(file), { recursive: true })
    expect(product.lines).toContain('Trusted Day (a1): 1 upstream request')
    expect(product.lines.filter((line) => line.startsWith('Warning'))).toEqual([
      expect.stringMatching(/^Warning: trusted mutation Twice \(b2\) .* S: /),
    ])
    const { errors } = await ask(product.firstLine, '{ __typename }')
    expect(errors[0].extensions.code).toBe('DOCUMENT_NOT_TRUSTED')
  })

  test('The process is a subgraph with a secret, if the environment sets both', async () => {
    const secret = 'a-secret-of-the-router'
    await using product = await startProcess({ ...FREE, FEDERATION: 'true', FEDERATION_SECRET: secret })
    const query = '{ _service { sdl } }'
    const refused = await ask(product.firstLine, query)
    expect(refused.errors[0].extensions).toEqual({ code: 'FORBIDDEN' })
    const answered = await ask(product.firstLine, query, { 'x-federation-secret': secret })
    expect(answered.data._service.sdl).toContain('@link')
  })

  test('The process does not start as a subgraph that runs trusted documents only', async () => {
    const { code, stderr } = await runProcess({
      ...FREE,
      FEDERATION: 'true',
      TRUSTED_DOCUMENTS: 'x.json',
      TRUSTED_DOCUMENTS_ONLY: 'true',
    })
    expect(code).toBe(2)
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^FEDERATION: .*TRUSTED_DOCUMENTS_ONLY/),
    ])
  })

  test("The process does not start with a router's secret if it is no subgraph", async () => {
    const settings = { ...FREE, FEDERATION_SECRET: 'a-secret-of-the-router' }
    const { code, stdout, stderr } = await runProcess(settings)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^FEDERATION: .*FEDERATION_SECRET/)])
  })

  test('The process does not start as an open gateway that other machines can reach', async () => {
    const { code, stdout, stderr } = await runProcess({
      HOST: '0.0.0.0',
      PORT: '0',
      APPOINTMENTS_API_URL: 'https://upstream.test',
      APPOINTMENTS_API_KEY: 'pk_test_mine',
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^HOST: .*AUTH_JWKS_URL/)])
    expect(stderr).not.toContain('pk_test_mine')
  })

  test('The process finishes its operations if it gets several stop signals', async () => {
    const { promise: received, resolve: arrive } = Promise.withResolvers<() => void>()
    await using upstream = await startScriptedUpstream(() => (response) => {
      arrive(() => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ data: { id: 'a', title: 't' }, meta: {} }))
      })
    })
    await using product = await startProcess({
      PORT: '0',
      APPOINTMENTS_API_URL: upstream.url,
      APPOINTMENTS_API_KEY: 'k',
    })
    const running = ask(product.firstLine, '{ appointment(id: "a") { title } }')
    const answer = await received
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGTERM'] as const) product.signal(signal)
    const stopped = product.stop()
    answer()
    expect((await running).data).toEqual({ appointment: { title: 't' } })
    expect(await stopped).toBe(0)
  })

  test('The process prints one line for each bad setting, without a stack', async () => {
    const { code, stdout, stderr } = await runProcess({ PORT: 'x', SANDBOX_ORDER: 'y' })
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^PORT: /),
      expect.stringMatching(/^SANDBOX_ORDER: /),
    ])
  })

  test('A Node that is too old for TypeScript gets one line, without a stack', async () => {
    const versions = encodeURIComponent(
      'Object.defineProperty(process, "versions", { value: { node: "20.20.2" } })',
    )
    const { code, stdout, stderr } = await runProcess({
      NODE_OPTIONS: `--no-strip-types --import=data:text/javascript,${versions}`,
    })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/^Node 24 or newer is needed; /)])
  })
})
