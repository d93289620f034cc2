import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { validate } from 'dockerfile-utils'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readText } from '../deploy/files.ts'
import { linksOf } from '../docs/documents.ts'
import { type Consumer, createConsumer, scriptOf } from './consumer.ts'
import { buildImage, type Image } from './image.ts'

const TSC = scriptOf('typescript', 'bin/tsc')
const ATTW = scriptOf('@arethetypeswrong/cli', 'dist/index.js')
/** The files that declare `createClient`, `createGateway`, `createRedis` and `startSandbox`. */
const ENTRIES = [
  'client/client.d.ts',
  'server/gateway.d.ts',
  'shared/redis/redis.d.ts',
  'sandbox/server.d.ts',
]
const DOCKERFILE = readText('Dockerfile')
const STRICT = '--strict --noEmit --module nodenext --target es2024 --exactOptionalPropertyTypes'.split(' ')

/** The tarball of the image build, because packing takes time. */
let image: Image
let tarball: string
beforeAll(async () => {
  image = await buildImage(DOCKERFILE)
  const [name = ''] = (await readdir(image.folderOf('pack'))).filter((file) => file.endsWith('.tgz'))
  tarball = join(image.folderOf('pack'), name)
}, 180_000)
afterAll(() => image[Symbol.asyncDispose]())

describe('the package, installed into an empty project', () => {
  let consumer: Consumer
  beforeAll(async () => {
    consumer = await createConsumer(tarball)
  })
  afterAll(() => consumer[Symbol.asyncDispose]())

  test('leaves the manifest as it was before it was packed', async () => {
    expect(await readFile(join(image.folderOf('pack'), 'package.json'), 'utf8')).toBe(
      readText('package.json'),
    )
  })

  test('runs a type-checked script with sandbox, gateway, client and schema', async () => {
    await consumer.write('use.ts', SERVER_SCRIPT)
    await consumer.node(TSC, ...STRICT, '--types', 'node', 'use.ts')
    expect(JSON.parse(await consumer.node('use.ts'))).toEqual({
      nodes: 3,
      upstreamRequests: 1,
      refused: 'cancelled',
      schema: true,
    })
  }, 60_000)

  test('type-checks a frontend without the types of Node, and finds a wrong field', async () => {
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

  test('compiles the examples of its docstrings', async () => {
    const examples = await readExamples(consumer.installed)
    expect(examples.join('\n')).toContain('createClient(')
    const names = examples.map((_example, index) => `example-${index}.ts`)
    await Promise.all(examples.map((example, index) => consumer.write(names[index] ?? '', example)))
    await consumer.node(TSC, ...STRICT, '--types', 'node', ...names)
  }, 60_000)

  test('serves the built desk, without the packages that build it', async () => {
    await consumer.write('desk.ts', DESK_SCRIPT)
    const { status, script, style } = JSON.parse(await consumer.node('desk.ts'))
    expect([status, style]).toEqual([200, true])
    expect(script).toBe(await readFile(join(consumer.installed, 'dist', 'desk', 'desk.js'), 'utf8'))
    expect(Object.keys(consumer.manifest.dependencies)).not.toContain('rolldown')
    expect(existsSync(join(consumer.installed, '..', 'rolldown'))).toBe(false)
  }, 30_000)

  test('has the hashes of its documents, for gateways that run trusted documents only', async () => {
    const file = join(consumer.installed, 'dist', 'client', 'trusted-documents.json')
    const texts = Object.values(JSON.parse(await readFile(file, 'utf8')))
    expect(texts).toContainEqual(expect.stringContaining('query DeskDay'))
    expect(texts).toContainEqual(expect.stringContaining('mutation CancelAppointment'))
  })

  test('does not replace the command `node` of the project', async () => {
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

  test('uses the graphql of the project, and so do all its dependencies', async () => {
    const { dependencies, peerDependencies } = consumer.manifest
    expect(peerDependencies).toEqual({ graphql: expect.stringMatching(/^\^16\./) })
    const manifests = await Promise.all(
      Object.keys(dependencies).map((name) => readFile(scriptOf(name, 'package.json'), 'utf8')),
    )
    const own = [dependencies, ...manifests.map((text) => JSON.parse(text).dependencies ?? {})]
    expect(own.filter((each) => 'graphql' in each)).toEqual([])
  })

  test('runs no script when it is installed, and states where its source is', () => {
    const { scripts, repository } = consumer.manifest
    expect(Object.keys(scripts).filter((name) => /install|prepare|prepublish/.test(name))).toEqual([])
    expect(repository.url).toMatch(/^git\+https:.*\/appointments-gateway\.git$/)
  })

  test('has the pages that its README links to, and no file that no page explains', async () => {
    expect((await readdir(consumer.installed)).sort()).toEqual([
      ...['.env.example', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md'],
      ...['deploy', 'dist', 'docs', 'findings', 'package.json', 'schema.graphql', 'subgraph.graphql'],
    ])
    const readme = await readFile(join(consumer.installed, 'README.md'), 'utf8')
    const files = linksOf({ path: 'README.md', text: readme }).map((link) => link.split('#')[0] ?? '')
    expect(files).toContain('docs/deploying.md')
    expect(files.filter((file) => !existsSync(join(consumer.installed, file)))).toEqual([])
  })

  test('has no module that none of its entries imports', async () => {
    const dist = join(consumer.installed, 'dist')
    // The desk is a script for browsers, which the gateway serves.
    const modules = (await readdir(dist, { recursive: true })).filter(
      (name) => name.endsWith('.js') && !name.startsWith('desk'),
    )
    const reached = await reachableModules(dist, ['main.js', ...ENTRIES, 'client/index.js'])
    expect(modules.map((name) => join(dist, name)).filter((path) => !reached.has(path))).toEqual([])
  })

  test('refuses an old Node in one line, and starts on a supported one', async () => {
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

  test('passes publint and attw', async () => {
    const { messages } = await publint({ pkgDir: consumer.installed, strict: true })
    expect(messages).toEqual([])
    // The package has ES modules only.
    const files = [
      '--exclude-entrypoints',
      './schema.graphql',
      './subgraph.graphql',
      './package.json',
      './trusted-documents.json',
    ]
    await consumer.node(ATTW, tarball, '--profile', 'esm-only', ...files)
  }, 60_000)
})

describe('The image, built in empty folders, its packages copied and not installed', () => {
  test('It answers, is healthy and stops, where Node may write no file', async () => {
    const process = image.start({ PORT: '0', SANDBOX_PORT: '0', DRAIN_MS: '0' })
    const errors = text(process.stderr)
    const [greeting] = await once(createInterface(process.stdout), 'line')
    const [, port = ''] = /:(\d+)\/graphql/.exec(greeting) ?? []
    const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ appointments(first: 2) { nodes { title } } }"}',
    })
    expect((await answer.json()).data.appointments.nodes).toHaveLength(2)
    expect(await image.checkHealth({ PORT: port })).toBe(0)
    process.kill('SIGTERM')
    expect(await once(process, 'exit')).toEqual([0, null])
    expect(await image.checkHealth({ PORT: port })).toBe(1)
    expect(
      (await errors).split('\n').filter((line) => line !== '' && !line.startsWith('{"level":30')),
    ).toEqual([])
  })

  test('Its entrypoint takes the commands', async () => {
    const process = image.start({}, 'check')
    expect(await text(process.stdout)).toMatch(/^The configuration has no problem\.\n/)
    const misused = image.start({}, 'chek')
    expect(await text(misused.stderr)).toMatch(/^There is no command chek\. Did you mean check\?/)
    if (misused.exitCode === null) await once(misused, 'exit')
    expect(misused.exitCode).toBe(2)
  })

  test('Its user is not root, and can read the compiled code in it', async () => {
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    const cache = join(image.folderOf(), 'node_modules/.cache/appointments-gateway')
    const [folder = ''] = await readdir(cache)
    const [file = ''] = await readdir(join(cache, folder))
    expect((await stat(join(cache, folder, file))).mode & 0o004).toBe(0o004)
  })

  test('It has the package and its dependencies, and no secret, source or tool', async () => {
    const names = await readdir(image.folderOf())
    expect(names).toEqual(expect.arrayContaining(['dist', 'node_modules', 'package.json']))
    for (const name of ['.env', '.git', 'src', 'test', 'coverage']) expect(names).not.toContain(name)
    const packages = await readdir(join(image.folderOf(), 'node_modules'))
    expect(packages).toContain('graphql')
    expect(packages.filter((name) => /^(node-|vitest|typescript|playwright)/.test(name))).toEqual([])
  })
})

test('The linter of Dockerfiles finds nothing in ours', () => {
  expect(validate(DOCKERFILE)).toEqual([])
  expect(validate(DOCKERFILE.replace('EXPOSE 4000', 'EXPOSE port'))).not.toEqual([])
})

/** The modules that the entries import, directly or not. A module of types shows only in declarations. */
async function reachableModules(dist: string, entries: readonly string[]): Promise<ReadonlySet<string>> {
  const reached = new Set<string>()
  async function visit(module: string): Promise<void> {
    if (reached.has(module)) return
    reached.add(module)
    const declarations = module.replace(/\.js$/, '.d.ts')
    const texts = await Promise.all([module, declarations].map((path) => readFile(path, 'utf8')))
    const imported = texts.join().matchAll(/['"](\.{1,2}\/[^'"]+)\.[jt]s['"]/g)
    for (const [, path] of imported) await visit(join(dirname(module), `${path}.js`))
  }
  for (const entry of entries) await visit(join(dist, entry.replace(/\.d\.ts$/, '.js')))
  return reached
}

async function readExamples(installed: string): Promise<string[]> {
  const entries = await Promise.all(ENTRIES.map((entry) => readFile(join(installed, 'dist', entry), 'utf8')))
  const fences = entries.flatMap((text) => [...text.matchAll(/^ *\* ```ts\n(.*?)^ *\* ```$/gms)])
  return fences.map(([, example = '']) => example.replaceAll(/^ *\* ?/gm, ''))
}

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

const DESK_SCRIPT = `
import { createGateway } from 'appointments-gateway'

const gateway = createGateway({ url: 'http://127.0.0.1:1', key: 'k', desk: true })
const get = (path: string) => gateway.fetch(new Request('http://gateway.test/desk' + path))
const page = await get('')
const [script = '', style = ''] = ((await page.text()).match(/[?]file=[^"]+/g) ?? []).sort().reverse().map(String)
const files = await Promise.all([script, style].map(async (path) => (await get(path)).text()))
const [js = '', css = ''] = files[0]?.includes('--paper:') ? files.reverse() : files
console.log(JSON.stringify({ status: page.status, script: js, style: css.includes('--paper:') }))
await gateway.close()
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
