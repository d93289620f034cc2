/**
 * Pages through a list of 600 rows while other clients insert, remove and move rows, and counts the rows that stayed in
 * place but appeared twice or never: through our gateway, and through one whose cursors are offsets.
 */
import { type DriftingList, startDriftingList } from '../claims/drift/list.ts'
import { walk } from '../claims/drift/walk.ts'
import { seeded } from '../pagination/drift.ts'
import { startGateway } from '../support/gateway.ts'
import { startTutorialGateway } from './tutorial/gateway.ts'

const SIZES = [20, 50, 80, 100, 250]
const ORDERS = ['start_asc', 'start_desc', 'created_desc'] as const

interface Outcome {
  walks: number
  twice: number
  never: number
  pages: number
  requests: number
}

const ours = await measure(async (upstream) => {
  const gateway = await startGateway({ ...upstream, cacheTtlSeconds: 0 })
  return { ...gateway, graphqlUrl: `${gateway.url}/graphql` }
})
const tutorial = await measure(async (upstream) => {
  const gateway = await startTutorialGateway(upstream)
  return { ...gateway, graphqlUrl: gateway.url }
})
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table({ ours, tutorial })

async function measure(
  start: (upstream: DriftingList['upstream']) => Promise<{ readonly graphqlUrl: string } & AsyncDisposable>,
): Promise<Outcome> {
  const outcome: Outcome = { walks: 0, twice: 0, never: 0, pages: 0, requests: 0 }
  for (const order of ORDERS) {
    const random = seeded(order.length)
    await using list = await startDriftingList(order, random)
    await using gateway = await start(list.upstream)
    for (const size of SIZES) {
      const { twice, missing, pages } = await walk(gateway.graphqlUrl, list, { size, forward: true, random })
      outcome.walks += 1
      outcome.twice += twice.length
      outcome.never += missing.length
      outcome.pages += pages.length
      outcome.requests += pages.reduce((sum, { requests }) => sum + requests, 0)
    }
  }
  return outcome
}
