/**
 * Measures the processor time of the gateway as a ratio to a bare pass-through with the same upstream requests, compared
 * with the tutorial gateway and a plain one with our libraries. Each is a separate process on one core with its cache
 * off. This process is the client and the upstream, on the other core.
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Agent, request } from 'undici'
import { NPM_START } from '../support/npm-start.ts'
import { type Contestant, canPin, pinToOtherCore, startContestant } from './latency/contestant.ts'
import { SCENARIOS, type Scenario, VARIANTS } from './latency/scenarios.ts'
import { startInstantUpstream } from './latency/upstream.ts'

/** Two processes of the same program differ in speed as long as they run, so each starts several times. */
const LIVES = 3
const ROUNDS = Number(process.env.LATENCY_ROUNDS ?? 11)
/** Enough rounds for V8 to finish its optimisations. */
const WARM_UP_ROUNDS = 60
/** The load on each process in a round. A short slice, because the speed of the machine changes. */
const SLICE_MS = 100
/** The operations in flight, each on its own connection. */
const WIDTH = 32
/** A delay of the upstream that is long enough for 32 operations to start before the first response. */
const SLOW_UPSTREAM_MS = 200

interface Sample {
  /** Processor time of one operation. */
  readonly cpuMs: number
  readonly p50: number
  readonly p99: number
}

interface Round {
  readonly floor: Sample
  /** In the order of `GATEWAYS`. */
  readonly gateways: readonly Sample[]
}

interface Measured {
  readonly scenario: Scenario
  /** One list of rounds per life of the processes. */
  readonly rounds: Round[][]
  /** By the name of the gateway: the columns that are the same in each life. */
  counts: Readonly<Record<string, Readonly<Record<string, string | number>>>>
}

type Ask = (to: Contestant, scenario: Scenario, variant: number) => Promise<string>

pinToOtherCore()
await using upstream = await startInstantUpstream()
const client = new Agent({ connections: WIDTH })
const here = (name: string) => [new URL(`latency/${name}.ts`, import.meta.url).pathname]
const CACHES_OFF = { CACHE_TTL_SECONDS: '0', STALE_IF_LIMITED_SECONDS: '0' }
const GATEWAYS = [
  {
    name: 'ours',
    program: NPM_START,
    environment: { PORT: '0', APPOINTMENTS_API_URL: upstream.url, ...CACHES_OFF },
  },
  ...beside(process.env.LATENCY_BESIDE),
  { name: 'plain', program: here('plain') },
  { name: 'tutorial', program: here('tutorial') },
]
const measured = SCENARIOS.map((scenario): Measured => ({ scenario, rounds: [], counts: {} }))

// Earlier scenarios influence later ones in the same process, so each life begins with another scenario.
for (let life = 0; life < LIVES; life++) {
  const first = Math.floor((life * measured.length) / LIVES)
  await measureLife([...measured.slice(first), ...measured.slice(0, first)])
}
const report: Record<string, Record<string, string | number>> = {}
for (const { scenario, rounds, counts } of measured)
  for (const [index, { name }] of GATEWAYS.entries())
    report[`${scenario.name}: ${name}`] = { ...ratiosOf(rounds, index), ...counts[name] }
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
process.stdout.write(
  `Ratios to a bare pass-through, medians of ${ROUNDS} rounds in each of ${LIVES} lives, ${WIDTH} operations at once, ${canPin() ? 'each on one core' : 'not pinned to a core'}; ${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.version}.\n`,
)
await client.close()

/** Another checkout of the gateway, with its packages installed, for example the version before a change. */
function beside(checkout: string | undefined) {
  if (checkout === undefined) return []
  const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  const program: string[] = manifest.scripts.start.split(' ').slice(1)
  const absolute = program.map((part) => (part.startsWith('-') ? part : join(checkout, part)))
  const environment = { PORT: '0', APPOINTMENTS_API_URL: upstream.url, ...CACHES_OFF }
  return [{ name: 'beside', program: absolute, environment }]
}

/** Starts all processes, and measures one scenario after another. */
async function measureLife(inOrder: readonly Measured[]): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const start = async (program: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    stack.use(await startContestant(program, { UPSTREAM_URL: upstream.url, ...environment }))
  const floor = await start(here('pass-through'))
  const gateways: Contestant[] = []
  for (const { program, environment } of GATEWAYS) gateways.push(await start(program, environment))
  for (const one of inOrder) {
    const { scenario } = one
    const rounds: Round[] = []
    one.rounds.push(rounds)
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      const bare = await measure(floor, scenario, askFloor)
      const own: Sample[] = []
      for (const gateway of gateways) own.push(await measure(gateway, scenario, askGateway))
      if (round >= 0) rounds.push({ floor: bare, gateways: own })
    }
    one.counts = await countsOf(gateways, scenario)
  }
}

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

function ratiosOf(lives: readonly Round[][], gateway: number): Record<string, string> {
  const ratio = (rounds: readonly Round[], of: (sample: Sample) => number) =>
    median(rounds.map(({ floor, gateways }) => of(gateways[gateway] ?? floor) / of(floor))).toFixed(2)
  return {
    'processor time': ratio(lives.flat(), ({ cpuMs }) => cpuMs),
    'in each life': lives.map((rounds) => ratio(rounds, ({ cpuMs }) => cpuMs)).join(' '),
    p50: ratio(lives.flat(), ({ p50 }) => p50),
    p99: ratio(lives.flat(), ({ p99 }) => p99),
  }
}

async function countsOf(gateways: readonly Contestant[], scenario: Scenario): Promise<Measured['counts']> {
  const expected = gateways[0] && (await dataOf(gateways[0], scenario))
  const counts: [string, Record<string, string | number>][] = []
  for (const [index, { name }] of GATEWAYS.entries()) {
    const gateway = gateways[index]
    if (gateway === undefined) continue
    const isSame = isDeepStrictEqual(await dataOf(gateway, scenario), expected)
    counts.push([name, { ...(await requestsOf(gateway, scenario)), 'same data': isSame ? 'yes' : 'no' }])
  }
  return Object.fromEntries(counts)
}

/** The upstream requests of one operation, and of 32 equal ones in flight. */
async function requestsOf(gateway: Contestant, scenario: Scenario): Promise<Record<string, number>> {
  upstream.takeCount()
  await askGateway(gateway, scenario, 0)
  const alone = upstream.takeCount()
  upstream.answerAfter(SLOW_UPSTREAM_MS)
  await Promise.all(Array.from({ length: 32 }, () => askGateway(gateway, scenario, 0)))
  upstream.answerAfter(0)
  return { requests: alone, 'by 32 at once': upstream.takeCount() }
}

/** The data without cursors, which differ between the gateways. */
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
