import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { SECRET } from '../support/events.ts'
import { type Product, startProduct } from '../support/product.ts'
import { compileForBundler, compileForNode } from './compile.ts'
import { readDocuments, readExamples, type Snippet, snippetsOf } from './documents.ts'
import { createProject, type Project, sectionOf } from './project.ts'

const { config } = readConfig({})
const recipes = readDocuments().flatMap(snippetsOf).filter(isInput)
const examples = readExamples().flatMap(snippetsOf).filter(isInput)

/** The expected result of each recipe, which `try-recipes.ts` runs in a separate process. */
const RESULTS = {
  'docs/clients.md/calling-the-gateway-from-a-server': {
    rows: true,
    status: 'CANCELLED',
    again: null,
    isCancelled: true,
  },
  'docs/clients.md/polling': { filter: ['day'], isSame: true, one: true },
  'docs/clients.md/the-rows-of-a-screen': [true, true],
  'docs/clients.md/graphql-codegen': 20,
  'docs/clients.md/hashes-in-place-of-texts': 20,
  'docs/clients.md/relay': 4,
  'docs/clients.md/apollo-client': 40,
  'docs/clients.md/urql': [20, 40, 3],
  'docs/clients.md/subscriptions': {
    typed: 'Seen',
    apollo: 'Seen by Apollo',
    urql: 'Seen by urql',
    relay: 'Seen by Relay',
  },
  'docs/clients.md/answers-that-keep-up-to-date': 'Seen alive',
  'docs/clients.md/details-that-come-later': [3, true, true],
  'docs/deploying.md/embedding': { nodeHttp: 3, hono: 3, fastify: 3, next: 3 },
  'docs/sandbox.md/in-the-tests-of-your-own-package': [5],
}

describe('The recipes of the documents', () => {
  let product: Product
  let project: Project
  beforeAll(async () => {
    product = await startProduct({
      sandbox: { seed: 60, clock: () => new Date('2026-01-05T09:00:00Z') },
      // The recipes write through the gateway, which reports its own writes without a webhook delivery.
      gateway: { webhooks: { secrets: [{ secret: SECRET }] } },
    })
    project = await createProject([...recipes.map(atHome), ...examples])
  }, 60_000)
  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await product[Symbol.asyncDispose]()
  })

  /** Replaces the addresses of the gateway and the API, and the port, with those of the product. */
  function atHome(snippet: Snippet): Snippet {
    const text = snippet.text
      .replaceAll(`http://127.0.0.1:${config?.PORT}`, product.url)
      .replaceAll(`.listen(${config?.PORT})`, '.listen(0)')
      .replaceAll('https://app.usejump.co.uk/functions/v1/api-v1', product.upstream.url)
    return { ...snippet, text }
  }

  test('Each recipe is run', () => {
    expect(new Set(recipes.map(sectionOf))).toEqual(new Set(Object.keys(RESULTS)))
  })

  test('No recipe sends requests to anything but the product', () => {
    const addresses = recipes.map(atHome).flatMap(({ text }) => [...text.matchAll(/https?:\/\/[\w.:-]+/g)])
    const known = [product.url, product.upstream.url, 'http://localhost']
    expect(addresses.map(([address]) => address).filter((address) => !known.includes(address))).toEqual([])
  })

  test('They compile for a bundler, with the examples of the entry functions', async () => {
    expect(await compileForBundler(project)).toBe('')
  }, 60_000)

  test('They compile for Node, and each of them runs', async () => {
    expect(await compileForNode(project)).toBe('')
    const script = join(import.meta.dirname, 'try-recipes.ts')
    const { key } = product.upstream
    const args = [script, project.folder, `${product.url}/graphql`, key]
    const env = { ...process.env, APPOINTMENTS_API_KEY: key, GATEWAY_TOKEN: key }
    const { stdout } = await promisify(execFile)(process.execPath, args, { env })
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual(RESULTS)
  }, 60_000)
})

function isInput({ language, note }: Snippet): boolean {
  return language === 'ts' || (language === 'json' && note.endsWith('.json'))
}
