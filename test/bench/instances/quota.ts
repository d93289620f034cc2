import { askQuickly, type FleetOptions, startFleet } from './fleet.ts'

const RENAME = `mutation ($id: ID!, $title: String!) {
  updateAppointment(input: { id: $id, title: $title }) { appointment { restId } } }`
const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const IDS = '{ appointments(first: 100) { nodes { restId } } }'
const QUOTA = 1000
/** One operation in eighteen is a write: some 89 of 1,600. */
const WRITE_EVERY = 18

export interface QuotaReport {
  readonly demand: number
  readonly upstream429s: number
  readonly writes: number
  readonly refusedWrites: number
  readonly refusedReads: number
  /** In percent. */
  readonly used: number
}

/** `atOnce` concurrent clients, spread over the instances, need 1.6 times the quota. Nothing is cached. */
export async function spendQuota(shares: FleetOptions['shares'], atOnce: number): Promise<QuotaReport> {
  await farFromTheHour()
  await using fleet = await startFleet({
    shares,
    quota: QUOTA,
    environment: { CACHE_TTL_SECONDS: '0', CACHE_TTL_FED_SECONDS: '0', STALE_IF_LIMITED_SECONDS: '0' },
  })
  const at = (nth: number) => fleet.urls[nth % fleet.urls.length] as string
  const { data } = await askQuickly(at(0), { query: IDS })
  const { nodes } = (data as { appointments: { nodes: { restId: string }[] } }).appointments
  const demand = 1.6 * QUOTA
  const report = { writes: 0, refusedWrites: 0, refusedReads: 0 }
  let next = 0
  async function work(): Promise<void> {
    for (;;) {
      const turn = next
      next += 1
      if (turn >= demand) return
      const isWrite = turn % WRITE_EVERY === WRITE_EVERY - 1
      const id = nodes[turn % nodes.length]?.restId
      const request = {
        query: isWrite ? RENAME : ONE,
        variables: { id, ...(isWrite && { title: 'Renamed' }) },
      }
      // A random instance, as chosen by a load balancer that knows nothing of the operations.
      const { errors } = await askQuickly(at(Math.floor(Math.random() * 4)), request)
      if (isWrite) report.writes += 1
      if (errors !== undefined) report[isWrite ? 'refusedWrites' : 'refusedReads'] += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  const { requests, limited } = fleet.counts()
  return {
    demand,
    upstream429s: limited,
    ...report,
    used: Math.round(((requests - limited) / QUOTA) * 1000) / 10,
  }
}

/** At the full hour the quota is full again, which would spoil the count. */
async function farFromTheHour(): Promise<void> {
  const left = 3_600_000 - (Date.now() % 3_600_000)
  if (left < 30_000) await new Promise((resolve) => setTimeout(resolve, left + 1000))
}
