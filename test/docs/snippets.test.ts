import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { readConfig } from '../../src/config.ts'
import { KEEP_ALIVE_MS } from '../../src/process/listen.ts'
import { type Product, startProduct } from '../support/product.ts'
import { ROOT, readDocument, readDocuments, type Snippet, snippetsOf } from './documents.ts'
import { differences } from './shape.ts'
import { type Command, commandsOf, curlRequest } from './shell.ts'

const { config } = readConfig({})
const snippets = readDocuments().flatMap(snippetsOf)
const inLanguage = (language: string) => snippets.filter((snippet) => snippet.language === language)
const nameOf = ({ path, line }: Snippet) => `${path}:${line}`
const named = (language: string) =>
  inLanguage(language).map((snippet) => ({ name: nameOf(snippet), snippet }))

describe('the requests of the documents', () => {
  let product: Product
  beforeAll(async () => {
    product = await startProduct({ sandbox: { rateLimit: 1000, faults: true } })
  })
  afterAll(() => product[Symbol.asyncDispose]())

  /** Replaces the default addresses of the gateway and the sandbox with those of the test. */
  function addressOf(url: string): string {
    return url
      .replace(`http://127.0.0.1:${config?.PORT}`, product.url)
      .replace(`http://127.0.0.1:${config?.SANDBOX_PORT}`, product.upstream.url)
  }

  async function send({ words }: Command): Promise<unknown> {
    const { url, method, headers, body } = curlRequest(words)
    const address = addressOf(url)
    expect(address).not.toBe(url)
    const response = await fetch(address, { method, headers, body: body ?? null })
    expect(response.status).toBeLessThan(300)
    const answer = await response.json()
    expect(answer.errors).toBeUndefined()
    return answer
  }

  async function cancelTwice(query: string): Promise<unknown> {
    const { data } = (await product.rest('GET', '/appointments?limit=1&status=scheduled')).body
    const { data: result, errors, extensions } = await product.query(query, { id: data[0].id })
    return { data: result, errors, extensions }
  }

  const isCurl = ({ words }: Command) => words[0] === 'curl'
  const curls = inLanguage('sh').flatMap((snippet) =>
    commandsOf(snippet.text)
      .filter(isCurl)
      .map((command) => ({ name: nameOf(snippet), snippet, command })),
  )

  test.for(curls)('$name: the answer to curl has the documented shape', async ({ snippet, command }) => {
    const answer = await send(command)
    const documented = answerTo(snippet)
    if (documented) expect(differences(JSON.parse(documented.text), answer)).toEqual([])
  })

  const answered = named('graphql').filter(({ snippet }) => answerTo(snippet))

  test.for(answered)('$name: the answer to the operation has the documented shape', async ({ snippet }) => {
    const documented = JSON.parse(answerTo(snippet)?.text ?? '')
    expect(differences(documented, await cancelTwice(snippet.text))).toEqual([])
  })

  test('each documented answer follows its request', () => {
    const answers = snippets.filter(({ note }) => note === 'answer').map(nameOf)
    const found = [...curls, ...answered]
      .map(({ snippet }) => answerTo(snippet))
      .filter((one) => one !== undefined)
    expect(found.map(nameOf).sort()).toEqual(answers.sort())
  })
})

describe('the other snippets of the documents', () => {
  const schema = buildSchema(readFileSync(join(ROOT, 'schema.graphql'), 'utf8'))

  test.for(named('graphql'))('$name: the operation is valid in the schema', ({ snippet }) => {
    expect(validate(schema, parse(snippet.text)).map(({ message }) => message)).toEqual([])
  })

  test.for(named('json'))('$name: the text is JSON', ({ snippet }) => {
    expect(() => JSON.parse(snippet.text)).not.toThrow()
  })

  test.for(named('sh'))('$name: each script, variable and path exists', ({ snippet }) => {
    expect(commandsOf(snippet.text).flatMap(unknownParts)).toEqual([])
  })

  // nginx is not an npm package, so the test does not run it.
  test("nginx's figures match the defaults of the gateway", () => {
    const [nginx] = inLanguage('nginx')
    const figure = (pattern: RegExp) => Number(pattern.exec(nginx?.text ?? '')?.[1])
    expect(figure(/server 127\.0\.0\.1:(\d+);/)).toBe(config?.PORT)
    expect(figure(/client_max_body_size (\d+)m;/) * 1024 ** 2).toBeGreaterThanOrEqual(
      config?.MAX_BODY_BYTES ?? NaN,
    )
    expect(figure(/keepalive_timeout (\d+)s;/)).toBeLessThan(KEEP_ALIVE_MS / 1000)
    expect(figure(/proxy_read_timeout (\d+)s;/) * 1000).toBeGreaterThan(config?.OPERATION_TIMEOUT_MS ?? NaN)
  })

  test('no snippet is in a language that these tests do not know', () => {
    const known = ['ts', 'sh', 'json', 'graphql', 'nginx', 'diff', 'text', 'mermaid']
    expect(snippets.filter(({ language }) => !known.includes(language)).map(nameOf)).toEqual([])
  })
})

/** The documented answer directly after a request. */
function answerTo(request: Snippet): Snippet | undefined {
  const next = snippets[snippets.indexOf(request) + 1]
  return next?.note === 'answer' && next.path === request.path ? next : undefined
}

/** The scripts, variables and paths of a command that this repository does not have. */
function unknownParts({ variables, words }: Command): readonly string[] {
  const { scripts, bin, name, version } = manifest
  const read = [readDocument('src/config.ts').text, readDocument('test/sandbox/routes/contract.test.ts').text]
  const isRead = (variable: string) => read.some((text) => new RegExp(`\\b${variable}\\b`).test(text))
  const [program = '', subject = '', script = ''] = words
  const exists = (word: string) =>
    word.endsWith('.tgz')
      ? word.endsWith(`/${name}-${version}.tgz`)
      : existsSync(join(ROOT, word)) || existsSync(join(ROOT, `${word}.test.ts`))
  const missing = words.filter((word) => /^(test|src|docs|\.\.)\//.test(word) && !exists(word))
  if (program === 'npm' && subject === 'run' && !(script in scripts)) missing.push(script)
  if (program === 'npm' && ['start', 'test'].includes(subject) && !(subject in scripts)) missing.push(subject)
  if (program === 'npx' && !(subject in bin) && !existsSync(join(ROOT, 'node_modules/.bin', subject)))
    missing.push(subject)
  if (!['npm', 'npx', 'curl'].includes(program)) missing.push(program)
  return [...variables.filter((variable) => !isRead(variable)), ...missing]
}
