import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Consumer, createConsumer, scriptOf } from './consumer.ts'

const TSC = scriptOf('typescript', 'bin/tsc')
const ATTW = scriptOf('@arethetypeswrong/cli', 'dist/index.js')
const STRICT = '--strict --noEmit --module nodenext --target es2024 --exactOptionalPropertyTypes'.split(' ')

describe('the package, installed into an empty project', () => {
  let consumer: Consumer
  beforeAll(async () => {
    consumer = await createConsumer()
  }, 90_000)
  afterAll(() => consumer[Symbol.asyncDispose]())

  test('is used by a type-checked script: a sandbox, the gateway, the client and the schema', async () => {
    await consumer.write('use.ts', SERVER_SCRIPT)
    await consumer.node(TSC, ...STRICT, '--types', 'node', 'use.ts')
    expect(JSON.parse(await consumer.node('use.ts'))).toEqual({
      nodes: 3,
      upstreamRequests: 1,
      refused: 'cancelled',
      schema: true,
    })
  }, 60_000)

  test('gives a frontend types that need nothing of node, and says where a script is wrong', async () => {
    await consumer.write('browser.ts', BROWSER_SCRIPT)
    const web = [
      ...STRICT,
      '--exactOptionalPropertyTypes',
      '--module',
      'esnext',
      '--moduleResolution',
      'bundler',
      '--lib',
      'es2024,dom',
    ]
    await consumer.node(TSC, ...web, '--types', '', 'browser.ts')
    await consumer.write('wrong.ts', BROWSER_SCRIPT.replace('?.title', '?.titel'))
    await expect(consumer.node(TSC, ...web, '--types', '', 'wrong.ts')).rejects.toThrow(
      /'titel' does not exist/,
    )
  }, 60_000)

  test('leaves the command `node` to the project', async () => {
    const { dependencies, optionalDependencies } = consumer.manifest
    expect(optionalDependencies).toEqual({})
    const commands = await Promise.all(
      Object.keys(dependencies).map(async (name) => {
        const { bin = {} } = JSON.parse(await readFile(scriptOf(name, 'package.json'), 'utf8'))
        return Object.keys(bin)
      }),
    )
    expect(commands.flat()).not.toContain('node')
  })

  test('tells a too old Node in one line, and starts on one that is not', async () => {
    const bin = join(consumer.installed, 'dist', 'main.js')
    await consumer.write(
      'old.mjs',
      "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })",
    )
    await expect(consumer.node('--import', './old.mjs', bin)).rejects.toThrow(
      /^Node 24 or newer is needed; .*\n$/,
    )
    await consumer.write('bad.mjs', "process.env.PORT = 'x'")
    await expect(consumer.node('--import', './bad.mjs', bin)).rejects.toThrow(/^PORT: must be a whole number/)
  }, 30_000)

  test('is packed as others expect it: publint and attw have nothing to say', async () => {
    const { messages } = await publint({ pkgDir: consumer.installed, strict: true })
    expect(messages).toEqual([])
    // It is a package of modules; what CommonJS of other times would see is not promised.
    const files = ['--exclude-entrypoints', './schema.graphql', './package.json']
    await consumer.node(ATTW, consumer.tarball, '--profile', 'esm-only', ...files)
  }, 60_000)
})

const SERVER_SCRIPT = `
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createGateway } from 'appointments-gateway'
import { AppointmentsDocument, CancelAppointmentDocument, createClient, RequestError } from 'appointments-gateway/client'
import { startSandbox } from 'appointments-gateway/sandbox'

const sandbox = await startSandbox()
const gateway = createGateway({ url: sandbox.url, key: sandbox.key })
const client = createClient({
  url: 'http://gateway.test/graphql',
  fetch: (url, init) => gateway.fetch(new Request(url, init)),
})
const { data, upstreamRequests } = await client.ask(AppointmentsDocument, {
  first: 3,
  filter: { status: ['CONFIRMED', 'SCHEDULED'] },
})
const nodes = data?.appointments?.nodes ?? []
const input = { id: nodes[0]?.id ?? '' }
await client.request(CancelAppointmentDocument, { input })
const error: unknown = await client.request(CancelAppointmentDocument, { input }).catch((reason: unknown) => reason)
const refused =
  error instanceof RequestError ? error.find('INVALID_STATE_TRANSITION')?.extensions.details.current_status : undefined
const schema = readFileSync(fileURLToPath(import.meta.resolve('appointments-gateway/schema.graphql')), 'utf8')
console.log(JSON.stringify({ nodes: nodes.length, upstreamRequests, refused, schema: schema.includes('type Query') }))
await gateway.close()
await sandbox.close()
`

const BROWSER_SCRIPT = `
import { AppointmentsDocument, type AppointmentSummary, createClient } from 'appointments-gateway/client'

const client = createClient({ url: '/graphql', headers: () => ({ authorization: 'Bearer key' }) })
const { appointments } = await client.request(AppointmentsDocument)
const titles: (string | null | undefined)[] | undefined = appointments?.nodes.map((row: AppointmentSummary | null) => row?.title)
const { title }: Pick<AppointmentSummary, 'title'> = { title: titles?.[0] ?? null }
document.title = title ?? ''
export {}
`
