/**
 * Counts the upstream requests to count a list, to read its last rows and to read all of it, at 1,000, 10,000 and
 * 100,000 rows: our gateway, a plain client of offset pages, and the offset connection of Pothos. The list does not change.
 */

import { ask } from '../support/ask.ts'
import { type Product, startProduct } from '../support/product.ts'
import { walkThroughGateway } from './paging/gateway-walk.ts'
import { readAll } from './paging/offset-client.ts'
import { walkWithPothos } from './paging/pothos.ts'
import { windowsOf } from './paging/rest-list.ts'

const SIZES = [1_000, 10_000, 100_000]
const REFUSED = 'refused'
const NONE = 'cannot'

const columns = await Promise.all(SIZES.map(measure))
const names = Object.keys(columns[0] ?? {})
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(
  Object.fromEntries(
    names.map((name) => [
      name,
      Object.fromEntries(SIZES.map((size, index) => [`${size} rows`, columns[index]?.[name]])),
    ]),
  ),
)
process.stdout.write(
  'refused: the upstream answers 400 to limit=101, one row more than the page. cannot: it needs a total, which the API lacks.\n',
)

type Column = Record<string, number | string>

async function measure(seed: number): Promise<Column> {
  await using product = await startProduct({ sandbox: { seed }, gateway: { cacheTtlSeconds: 0 } })
  const graphqlUrl = `${product.url}/graphql`
  const read = windowsOf(product)
  const all = await requestsFor(product, () => readAll(read), seed)
  const count = '{ appointments { totalCount } }'
  const last = '{ appointments(last: 20) { nodes { restId } } }'
  // A new gateway, which does not know the length of the list yet.
  const lastAtFirst = await firstTime(seed, last)
  return {
    'count, the first time: ours': await requestsFor(product, () => ask(graphqlUrl, { query: count })),
    'count, after: ours': await requestsFor(product, () => ask(graphqlUrl, { query: count })),
    'count: offset client': all,
    'count: Pothos': NONE,
    'last 20, the first time: ours': lastAtFirst,
    'last 20, once counted: ours': await requestsFor(product, () => ask(graphqlUrl, { query: last })),
    'last 20: offset client': all,
    'last 20: Pothos': NONE,
    'all in pages of 99: ours': await requestsFor(product, () => walkThroughGateway(graphqlUrl, 99), seed),
    'all in pages of 99: Pothos': await requestsFor(product, () => walkWithPothos(read, 99), seed),
    'all in pages of 100: offset client': all,
    'all in pages of 100: Pothos': await requestsFor(product, () => walkWithPothos(read, 100), seed),
    'all in pages of 500: ours': await requestsFor(product, () => walkThroughGateway(graphqlUrl, 500), seed),
    'all in pages of 500: Pothos': await requestsFor(product, () => walkWithPothos(read, 500), seed),
  }
}

async function firstTime(seed: number, query: string): Promise<number | string> {
  await using product = await startProduct({ sandbox: { seed }, gateway: { cacheTtlSeconds: 0 } })
  return await requestsFor(product, () => ask(`${product.url}/graphql`, { query }))
}

/** The requests of a run. A run through the whole list returns its number of rows, or undefined if the upstream refused it. */
async function requestsFor(
  product: Product,
  run: () => Promise<unknown>,
  rows?: number,
): Promise<number | string> {
  product.takeRequests()
  const seen = await run()
  const requests = product.takeRequests().length
  if (rows !== undefined && seen === undefined) return REFUSED
  if (rows !== undefined && seen !== rows) throw new Error(`Saw ${seen} rows of ${rows}`)
  return requests
}
