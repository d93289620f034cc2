import { Agent, request } from 'undici'
import { NPM_START } from '../../support/npm-start.ts'
import { startRedis } from '../../support/redis.ts'
import { type Contestant, pinToOtherCore, startContestant } from '../latency/contestant.ts'
import { SCENARIOS, type Scenario, VARIANTS } from '../latency/scenarios.ts'
import { startInstantUpstream } from '../latency/upstream.ts'

const ROUNDS = 25
const WARM_UP_ROUNDS = 25
const SLICE_MS = 80

interface Case {
  readonly name: string
  readonly scenario: Scenario
  readonly cacheSeconds: number
  /** The operations in flight at once. */
  readonly width: number
  /** Each operation reads data that is not cached, and its response is stored for the other instances. */
  readonly sharesReplies?: boolean
}

const scenario = (name: string) => SCENARIOS.find((each) => each.name === name) as Scenario
const CASES: readonly Case[] = [
  { name: 'remembered, 32 at once', scenario: scenario('one by id'), cacheSeconds: 3600, width: 32 },
  { name: 'remembered, one by one', scenario: scenario('one by id'), cacheSeconds: 3600, width: 1 },
  { name: 'page of 100, 32 at once', scenario: scenario('page of 100'), cacheSeconds: 0, width: 32 },
  {
    name: 'page of 100, answers shared, 32 at once',
    scenario: scenario('page of 100'),
    cacheSeconds: 10,
    width: 32,
    sharesReplies: true,
  },
]

export interface ProcessorTime {
  /** The median processor time of an operation in all rounds, in milliseconds. */
  readonly memory: string
  readonly redis: string
  /** The median of the ratios of each round. */
  readonly ratio: string
}

/** The processor time of the gateway with and without Redis: two processes on one core, in alternating rounds. */
export async function compareProcessorTime(): Promise<Record<string, ProcessorTime>> {
  pinToOtherCore()
  await using stack = new AsyncDisposableStack()
  const upstream = stack.use(await startInstantUpstream())
  const redis = stack.use(await startRedis())
  const report: Record<string, ProcessorTime> = {}
  for (const each of CASES) {
    await using life = new AsyncDisposableStack()
    const environment = {
      PORT: '0',
      APPOINTMENTS_API_URL: upstream.url,
      CACHE_TTL_SECONDS: String(each.cacheSeconds),
      LOG_LEVEL: 'silent',
    }
    const memory = life.use(await startContestant(NPM_START, environment))
    const shared = life.use(
      await startContestant(NPM_START, {
        ...environment,
        REDIS_URL: redis.url,
        REDIS_REPLIES: String(each.sharesReplies ?? false),
      }),
    )
    const client = new Agent({ connections: each.width })
    life.defer(() => client.close())
    const samples: { memory: number; redis: number }[] = []
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      const sample = {
        memory: await measure(memory, each, client),
        redis: await measure(shared, each, client),
      }
      if (round >= 0) samples.push(sample)
    }
    report[each.name] = {
      memory: median(samples.map((sample) => sample.memory)).toFixed(3),
      redis: median(samples.map((sample) => sample.redis)).toFixed(3),
      ratio: median(samples.map((sample) => sample.redis / sample.memory)).toFixed(2),
    }
  }
  return report
}

let news = VARIANTS

async function measure(to: Contestant, measured: Case, client: Agent): Promise<number> {
  const { scenario, width, sharesReplies = false } = measured
  const end = performance.now() + SLICE_MS
  let next = 0
  async function worker(): Promise<void> {
    while (performance.now() < end) {
      news += 1
      const variant = sharesReplies ? news : next % VARIANTS
      next += 1
      const { statusCode, body } = await request(to.url, {
        dispatcher: client,
        method: 'POST',
        headers: { authorization: 'Bearer pk_test_bench', 'content-type': 'application/json' },
        body: JSON.stringify({ query: scenario.query, variables: scenario.variables(variant) }),
      })
      const text = await body.text()
      if (statusCode !== 200 || text.includes('"errors":')) throw new Error(text.slice(0, 300))
    }
  }
  const before = await to.usage()
  await Promise.all(Array.from({ length: width }, worker))
  const after = await to.usage()
  return (after.cpuMs - before.cpuMs) / next
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
}
