/**
 * What the gateway itself takes of the processor, as the ratio to a bare pass-through that asks the upstream the same:
 * beside a gateway as tutorials write it, and one written with care on the libraries that ours stands on. Each is a
 * process of its own on one core, and remembers nothing; client and upstream are this process, on the other core.
 */
import { cpus } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import { Agent, request } from 'undici'
import { type Contestant, canPin, keepOff, startContestant } from './latency/contestant.ts'
import { SCENARIOS, type Scenario, VARIANTS } from './latency/scenarios.ts'
import { startInstantUpstream } from './latency/upstream.ts'

const ROUNDS = Number(process.env.LATENCY_ROUNDS ?? 31)
/** Until the engine has compiled what is asked often: it does so until the 20,000th small query. */
const WARM_UP_ROUNDS = 40
/** How long each is asked in a round: shorter than the machine stays as fast as it is. */
const SLICE_MS = 150
/** So many operations are under way at once, each on a connection of its own: the core is never idle. */
const WIDTH = 32
/** Longer than it takes to ask 32 times, so that all of them are under way before the first is answered. */
const UNHURRIED_MS = 200

interface Sample {
  /** Of the processor, an operation. */
  readonly cpuMs: number
  readonly p50: number
  readonly p99: number
}

type Ask = (to: Contestant, scenario: Scenario, variant: number) => Promise<string>

keepOff()
await using upstream = await startInstantUpstream()
const client = new Agent({ connections: WIDTH })
await using stack = new AsyncDisposableStack()
const start = async (program: string, environment: Record<string, string> = {}) =>
  stack.use(await startContestant(program, { UPSTREAM_URL: upstream.url, ...environment }))
const here = (name: string) => new URL(`latency/${name}.ts`, import.meta.url).pathname
const floor = await start(here('pass-through'))
const gateways: readonly (readonly [name: string, gateway: Contestant])[] = [
  [
    'ours',
    await start('src/main.ts', {
      PORT: '0',
      APPOINTMENTS_API_URL: upstream.url,
      CACHE_TTL_SECONDS: '0',
      STALE_IF_LIMITED_SECONDS: '0',
    }),
  ],
  ['plain', await start(here('plain'))],
  ['tutorial', await start(here('tutorial'))],
]

const report: Record<string, Record<string, string | number>> = {}
for (const scenario of SCENARIOS) {
  const floorSamples: Sample[] = []
  const samples = gateways.map((): Sample[] => [])
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const bare = await measure(floor, scenario, askFloor)
    const own: Sample[] = []
    for (const [, gateway] of gateways) own.push(await measure(gateway, scenario, askGateway))
    if (round < 0) continue
    floorSamples.push(bare)
    for (const [index, sample] of own.entries()) samples[index]?.push(sample)
  }
  const [reference] = gateways
  const expected = reference && (await dataOf(reference[1], scenario))
  for (const [index, [name, gateway]] of gateways.entries())
    report[`${scenario.name}: ${name}`] = {
      ...ratiosOf(samples[index] ?? [], floorSamples),
      ...(await countsOf(gateway, scenario)),
      'same data': isDeepStrictEqual(await dataOf(gateway, scenario), expected) ? 'yes' : 'no',
    }
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
process.stdout.write(
  `Ratios to a bare pass-through, medians of ${ROUNDS} rounds, ${WIDTH} operations at once, ${canPin() ? 'each on one core' : 'not pinned to a core'}; ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}.\n`,
)
await client.close()

async function measure(to: Contestant, scenario: Scenario, ask: Ask): Promise<Sample> {
  const took: number[] = []
  const end = performance.now() + SLICE_MS
  let next = 0
  async function worker(): Promise<void> {
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

function ratiosOf(own: readonly Sample[], bare: readonly Sample[]): Record<string, string> {
  const ratio = (of: (sample: Sample) => number) =>
    median(bare.map((sample, round) => of(own[round] ?? sample) / of(sample))).toFixed(2)
  return {
    'processor time': ratio(({ cpuMs }) => cpuMs),
    p50: ratio(({ p50 }) => p50),
    p99: ratio(({ p99 }) => p99),
  }
}

/** The upstream requests of one operation, and of 32 equal ones under way at once. */
async function countsOf(gateway: Contestant, scenario: Scenario): Promise<Record<string, number>> {
  upstream.takeCount()
  await askGateway(gateway, scenario, 0)
  const alone = upstream.takeCount()
  upstream.answerAfter(UNHURRIED_MS)
  await Promise.all(Array.from({ length: 32 }, () => askGateway(gateway, scenario, 0)))
  upstream.answerAfter(0)
  return { requests: alone, 'by 32 at once': upstream.takeCount() }
}

/** Cursors are each gateway's own. */
async function dataOf(gateway: Contestant, scenario: Scenario): Promise<unknown> {
  return JSON.parse(await askGateway(gateway, scenario, 0), (name, value: unknown) =>
    /cursor$/i.test(name) || name === 'extensions' ? undefined : value,
  )
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
