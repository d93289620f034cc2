/** A thousand pairs of bookings that race for one time: on one instance, and on four that share a Redis. */
import { startInstances } from '../../instances/instances.ts'
import { feed, type RaceReport, race } from '../../instances/races.ts'
import { startRedis } from '../../support/redis.ts'

const PAIRS = Number(process.env.BOOKINGS_PAIRS ?? 1000)

await using redis = await startRedis()
const reports = { 'one instance': await raceOn(1, null), 'four instances': await raceOn(4, redis.url) }
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(reports)

async function raceOn(count: number, redisUrl: string | null): Promise<RaceReport> {
  const sandbox = { seed: 0, faults: true }
  await using instances = await startInstances({ redisUrl, count, live: true, sandbox })
  await feed(instances)
  return await race(instances, PAIRS)
}
