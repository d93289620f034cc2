/**
 * Counts the upstream requests of an operation: through our gateway, through the tutorial gateway, through Hive Gateway on
 * the API's OpenAPI document, and the possible minimum. Each has its own database. The first two get the same document,
 * and must return the same data; the third has another schema, and must return the same names.
 */
import { isDeepStrictEqual } from 'node:util'
import { ask, type GraphQLResult } from '../support/ask.ts'
import { type Product, startProduct } from '../support/product.ts'
import { startComposedGateway } from './composed/gateway.ts'
import { type Case, CORPUS, NOW, type PreparedCase } from './requests/corpus.ts'
import { startTutorialGateway } from './tutorial/gateway.ts'

interface Outcome {
  readonly cost: number
  readonly answers: readonly GraphQLResult[]
}

const report: Record<string, Record<string, string | number>> = {}
const notes: string[] = []
for (const each of CORPUS) {
  const ours = await runOurs(each)
  const tutorial = await runTutorial(each)
  const composed = await runComposed(each)
  report[each.name] = {
    ours: ours.cost,
    tutorial: tutorial.cost,
    composed: composed?.cost ?? '',
    minimum: ours.minimum,
    'same data': isDeepStrictEqual(dataOf(ours), dataOf(tutorial)) ? 'yes' : 'no',
    'same names':
      composed === undefined ? '' : isDeepStrictEqual(namesOf(ours), namesOf(composed)) ? 'yes' : 'no',
  }
  if (each.whyNot !== undefined) notes.push(`${each.name}: ${each.whyNot}`)
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
process.stdout.write(`Above the minimum: ${notes.join('; ')}.\n`)

async function runOurs({ sandbox, prepare }: Case): Promise<Outcome & PreparedCase & { minimum: number }> {
  let now = NOW.getTime()
  await using product = await startProduct({
    sandbox: { clock: () => NOW, ...sandbox },
    gateway: { now: () => now },
  })
  const prepared = await prepare(product.rest)
  const passTime = () => {
    now += 60_000
  }
  return { ...prepared, ...(await run(`${product.url}/graphql`, product, prepared, passTime)) }
}

async function runTutorial({ sandbox, prepare }: Case): Promise<Outcome> {
  await using product = await startProduct({ sandbox: { clock: () => NOW, ...sandbox } })
  await using tutorial = await startTutorialGateway(product.upstream)
  // `await using` ends the servers with this function, so it has to wait for the result.
  return await run(tutorial.url, product, await prepare(product.rest), () => {})
}

async function runComposed({ sandbox, prepare }: Case): Promise<Outcome | undefined> {
  await using product = await startProduct({ sandbox: { clock: () => NOW, ...sandbox } })
  const { composed, before = [], ...prepared } = await prepare(product.rest)
  if (composed === undefined) return undefined
  await using gateway = await startComposedGateway(product.upstream)
  const request = { query: composed }
  const asked = {
    ...prepared,
    before: before.map(() => request),
    requests: prepared.requests.map(() => request),
  }
  return await run(gateway.url, product, asked, () => {})
}

async function run(
  url: string,
  product: Product,
  { before = [], requests }: PreparedCase,
  passTime: () => void,
): Promise<Outcome> {
  for (const request of before) await ask(url, request)
  product.takeRequests()
  passTime()
  const answers = await Promise.all(requests.map((request) => ask(url, request)))
  return { cost: product.takeRequests().length, answers }
}

/** The data without cursors, which differ between the gateways. */
function dataOf({ answers }: Outcome): unknown {
  return JSON.parse(
    JSON.stringify(answers.map(({ data, errors }) => ({ data, errors }))),
    (name, value: unknown) => (/cursor$/i.test(name) ? '' : value),
  )
}

/** The titles and names in an answer, sorted, whatever its fields are called. */
function namesOf({ answers }: Outcome): readonly string[] {
  const names: string[] = []
  JSON.stringify(
    answers.map(({ data }) => data),
    (key, value: unknown) => {
      if (/^(title|name|display_?name)$/i.test(key) && typeof value === 'string') names.push(value)
      return value
    },
  )
  return names.sort()
}
