/**
 * Four processes of the gateway, one Redis and one sandbox: reads that return the state before a write that another
 * instance has answered, one quota that all of them spend, the effect of a Redis failure, and the processor time that Redis
 * costs. The control is the same processes without Redis.
 */
import { FAULTS, type FaultReport, meetFault } from './instances/faults.ts'
import { compareProcessorTime } from './instances/processor-time.ts'
import { spendQuota } from './instances/quota.ts'
import { countStaleReads } from './instances/stale-reads.ts'

const READS = Number(process.env.INSTANCES_READS ?? 20_000)
const MOST_MS = 45_000

print('Reads against writes on other instances', {
  'by Redis': await countStaleReads('redis', READS, MOST_MS),
  'each alone': await countStaleReads('memory', READS, MOST_MS),
})
print('1.6 times the demand, a quota of 1,000, a tenth of it for writes', {
  'by Redis, 4 at once': await spendQuota('redis', 4),
  'by Redis, 16 at once': await spendQuota('redis', 16),
  'by Redis, 64 at once': await spendQuota('redis', 64),
  'each alone, 16 at once': await spendQuota('memory', 16),
})
const faults: Record<string, FaultReport> = {}
for (const [name, fault] of Object.entries(FAULTS)) faults[name] = await meetFault(fault)
print('Redis fails for three seconds; the 99th percentile of each phase in milliseconds', faults)
print('Processor time of an operation, in milliseconds', await compareProcessorTime())

function print(title: string, rows: object): void {
  process.stdout.write(`${title}\n`)
  // biome-ignore lint/suspicious/noConsole: a benchmark prints.
  console.table(rows)
}
