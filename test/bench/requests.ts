/**
 * How many upstream requests an operation costs: through ours, through a gateway written as tutorials do, and at
 * least. Both are asked the same document on a database of their own, and must give the same data.
 */
import { isDeepStrictEqual } from 'node:util'
import { type Product, startProduct } from '../support/product.ts'
import { ask, type GraphQLResult } from './ask.ts'
import { type Asked, type Case, CORPUS, NOW } from './requests/corpus.ts'
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
  const isSame = isDeepStrictEqual(...([ours, tutorial].map(dataOf) as [unknown, unknown]))
  report[each.name] = {
    ours: ours.cost,
    tutorial: tutorial.cost,
    minimum: ours.minimum,
    'same data': isSame ? 'yes' : 'no',
  }
  if (each.whyNot !== undefined) notes.push(`${each.name}: ${each.whyNot}`)
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
process.stdout.write(`Above the minimum: ${notes.join('; ')}.\n`)

async function runOurs({ sandbox, prepare }: Case): Promise<Outcome & Asked & { minimum: number }> {
  let now = NOW.getTime()
  await using product = await startProduct({
    sandbox: { clock: () => NOW, ...sandbox },
    gateway: { now: () => now },
  })
  const asked = await prepare(product.rest)
  const pass = () => {
    now += 60_000
  }
  return { ...asked, ...(await run(`${product.url}/graphql`, product, asked, pass)) }
}

async function runTutorial({ sandbox, prepare }: Case): Promise<Outcome> {
  await using product = await startProduct({ sandbox: { clock: () => NOW, ...sandbox } })
  await using tutorial = await startTutorialGateway(product.upstream)
  // Awaited here: what is used ends with this function.
  return await run(tutorial.url, product, await prepare(product.rest), () => {})
}

async function run(
  url: string,
  product: Product,
  { before = [], requests }: Asked,
  passTime: () => void,
): Promise<Outcome> {
  for (const request of before) await ask(url, request)
  product.takeRequests()
  passTime()
  const answers = await Promise.all(requests.map((request) => ask(url, request)))
  return { cost: product.takeRequests().length, answers }
}

/** Cursors are each gateway's own. */
function dataOf({ answers }: Outcome): unknown {
  return JSON.parse(
    JSON.stringify(answers.map(({ data, errors }) => ({ data, errors }))),
    (name, value: unknown) => (/cursor$/i.test(name) ? '' : value),
  )
}
