import { askQuickly, type FleetOptions, startFleet } from './fleet.ts'

const RENAME = `mutation ($id: ID!, $title: String!) {
  updateAppointment(input: { id: $id, title: $title }) { appointment { title } } }`
const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const IDS = '{ appointments(first: 8) { nodes { restId } } }'

export interface StaleReport {
  readonly reads: number
  /** Reads that returned the state before a write that another instance had answered when they began. */
  readonly stale: number
  readonly writes: number
  readonly failed: number
  readonly upstreamRequests: number
  readonly seconds: number
}

interface AppointmentData {
  readonly appointment: { readonly title: string }
}

/** Eight writers, each of one appointment, and six readers, all on instances in turn, until this many reads have ended. */
export async function countStaleReads(
  shares: FleetOptions['shares'],
  wanted: number,
  mostMs: number,
): Promise<StaleReport> {
  await using fleet = await startFleet({ shares })
  const at = (nth: number) => fleet.urls[nth % fleet.urls.length] as string
  const { data } = await askQuickly(at(0), { query: IDS })
  const { nodes } = (data as { appointments: { nodes: { restId: string }[] } }).appointments
  const ids = nodes.map(({ restId }) => restId)
  const answered = ids.map(() => 0)
  const counts = { reads: 0, stale: 0, writes: 0, failed: 0 }
  const startedAt = performance.now()
  const isOver = () => counts.reads >= wanted || performance.now() - startedAt > mostMs

  async function write(writer: number): Promise<void> {
    for (let nth = 1; !isOver(); nth += 1) {
      const variables = { id: ids[writer], title: `Version ${nth}` }
      const { errors } = await askQuickly(at(writer + nth), { query: RENAME, variables })
      if (errors !== undefined) counts.failed += 1
      else answered[writer] = nth
      counts.writes += 1
      // So about as many reads are of unchanged data as of changed data.
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  async function read(reader: number): Promise<void> {
    for (let nth = 0; !isOver(); nth += 1) {
      const item = (reader + nth) % ids.length
      const least = answered[item] ?? 0
      const answer = await askQuickly(at(reader + 3 * nth), { query: ONE, variables: { id: ids[item] } })
      counts.reads += 1
      if (answer.errors !== undefined) {
        counts.failed += 1
        continue
      }
      const { appointment } = answer.data as AppointmentData
      if (Number(/^Version (\d+)$/.exec(appointment.title)?.[1] ?? 0) < least) counts.stale += 1
    }
  }
  await Promise.all([
    ...ids.map((_, writer) => write(writer)),
    ...Array.from({ length: 6 }, (_, reader) => read(reader)),
  ])
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10
  return { ...counts, upstreamRequests: fleet.counts().requests, seconds }
}
