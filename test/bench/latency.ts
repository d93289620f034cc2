/**
 * What the gateway itself takes of the processor, as the ratio to a bare pass-through that asks the same: beside a
 * gateway as tutorials write it, and one written with care on the libraries that ours stands on. Each is a process of
 * its own on one core; client and upstream are this process, on the other. Nothing is remembered by any of them.
 */
import { Agent, request } from 'undici'
import { type Contestant, canPin, keepOff, startContestant } from './latency/contestant.ts'
import { SCENARIOS, type Scenario, VARIANTS } from './latency/scenarios.ts'
import { startInstantUpstream } from './latency/upstream.ts'

const ROUNDS = Number(process.env.LATENCY_ROUNDS ?? 15)
const WARM_UP = Number(process.env.LATENCY_WARM_UP ?? 5)
/** How long each is asked in a round. Shorter ones measure how a processor warms up. */
const SLICE_MS = Number(process.env.LATENCY_SLICE_MS ?? 300)
/** So many operations are under way at once, each on a connection of its own. */
const WIDTH = Number(process.env.LATENCY_WIDTH ?? 32)
const ONLY = process.env.LATENCY_ONLY?.split(',')

interface Sample {
  /** Of the processor, an operation. */
  readonly cpuMs: number
  readonly p50: number
  readonly p99: number
}

keepOff()
await using upstream = await startInstantUpstream()
const client = new Agent({ connections: 32 })
const here = (name: string) => new URL(`latency/${name}.ts`, import.meta.url).pathname
const UPSTREAM_URL = upstream.url
await using stack = new AsyncDisposableStack()
const start = async (program: string, environment: Record<string, string>) =>
  stack.use(await startContestant(program, environment))
const floor = await start(here('pass-through'), { UPSTREAM_URL })
const gateways: Record<string, Contestant> = {
  ours: await start('src/main.ts', {
    PORT: '0',
    APPOINTMENTS_API_URL: UPSTREAM_URL,
    CACHE_TTL_SECONDS: '0',
    STALE_IF_LIMITED_SECONDS: '0',
  }),
  plain: await start(here('plain'), { UPSTREAM_URL }),
  tutorial: await start(here('tutorial'), { UPSTREAM_URL }),
}
for (const name of Object.keys(gateways)) if (ONLY && !ONLY.includes(name)) delete gateways[name]

const report: Record<string, Record<string, string | number>> = {}
for (const scenario of SCENARIOS) {
  const samples = new Map<string, Sample[]>()
  const floorSamples: Sample[] = []
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const isKept = round >= 0
    const bare = await measure(floor, scenario, askFloor)
    if (isKept) floorSamples.push(bare)
    for (const [name, gateway] of Object.entries(gateways)) {
      const sample = await measure(gateway, scenario, askGateway)
      if (isKept) samples.set(name, [...(samples.get(name) ?? []), sample])
    }
  }
  for (const [name, own] of samples) {
    const ratio = (of: (sample: Sample) => number) =>
      median(own.map((sample, round) => of(sample) / of(floorSamples[round] as Sample))).toFixed(2)
    report[`${scenario.name}: ${name}`] = {
      'processor time': ratio(({ cpuMs }) => cpuMs),
      p50: ratio(({ p50 }) => p50),
      p99: ratio(({ p99 }) => p99),
      ...(await countsOf(gateways[name] as Contestant, scenario)),
      µs: Math.round(1000 * median(own.map(({ cpuMs }) => cpuMs))),
    }
  }
  report[`${scenario.name}: floor`] = {
    µs: Math.round(1000 * median(floorSamples.map(({ cpuMs }) => cpuMs))),
  }
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
process.stdout.write(`${ROUNDS} rounds, ${WIDTH} at once, ${canPin() ? 'pinned' : 'not pinned'}.\n`)
await client.close()

type Ask = (to: Contestant, scenario: Scenario, variant: number) => Promise<string>

async function measure(to: Contestant, scenario: Scenario, ask: Ask): Promise<Sample> {
  const took: number[] = []
  const end = performance.now() + SLICE_MS
  let next = 0
  const worker = async () => {
    while (performance.now() < end) {
      const variant = next++ % VARIANTS
      const startedAt = performance.now()
      await ask(to, scenario, variant)
      took.push(performance.now() - startedAt)
    }
  }
  const before = await to.usage()
  await Promise.all(Array.from({ length: WIDTH }, worker))
  const after = await to.usage()
  took.sort((a, b) => a - b)
  const quantile = (part: number) => took[Math.floor(part * (took.length - 1))] ?? 0
  return { cpuMs: (after.cpuMs - before.cpuMs) / took.length, p50: quantile(0.5), p99: quantile(0.99) }
}

async function countsOf(gateway: Contestant, scenario: Scenario) {
  upstream.takeCount()
  await askGateway(gateway, scenario, 0)
  const alone = upstream.takeCount()
  await Promise.all(Array.from({ length: 32 }, () => askGateway(gateway, scenario, 0)))
  return { requests: alone, '32 at once': upstream.takeCount() }
}

async function askFloor({ url }: Contestant, { waves, isWrite, variables }: Scenario, variant: number) {
  const target = waves(variant)
    .map((wave) => wave.join('|'))
    .join('||')
  const { body } = await request(url + target, {
    dispatcher: client,
    method: isWrite ? 'POST' : 'GET',
    headers: {
      authorization: 'Bearer pk_test_bench',
      ...(isWrite && { 'content-type': 'application/json' }),
    },
    body: isWrite ? JSON.stringify(variables(variant)) : null,
  })
  return await body.text()
}

async function askGateway({ url }: Contestant, { query, variables }: Scenario, variant: number) {
  const { statusCode, body } = await request(url, {
    dispatcher: client,
    method: 'POST',
    headers: { authorization: 'Bearer pk_test_bench', 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: variables(variant) }),
  })
  const text = await body.text()
  if (statusCode !== 200 || text.includes('"errors":')) throw new Error(`${statusCode} ${text.slice(0, 300)}`)
  return text
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0
}
