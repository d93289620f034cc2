/**
 * Measures the cost of telemetry: the processor time of one appointment by id, with telemetry off, with metrics, and with
 * traces of which a twentieth is recorded, or all; and that of another checkout (`TELEMETRY_BESIDE=path`). Each is a separate
 * process on one core; they take turns of a tenth of a second, in another order each round. This process is the client, the
 * upstream and the collector, on the other core.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Agent, request } from 'undici'
import { NPM_START } from '../../support/npm-start.ts'
import { startScriptedUpstream } from '../../support/scripted-upstream.ts'
import { type Contestant, pinToOtherCore, startContestant } from './contestant.ts'
import { SCENARIOS, VARIANTS } from './scenarios.ts'
import { startInstantUpstream } from './upstream.ts'

const LIVES = Number(process.env.LATENCY_LIVES ?? 4)
const ROUNDS = Number(process.env.LATENCY_ROUNDS ?? 30)
/** Ten seconds of load each. The first batches of spans are much slower than later ones, because V8 compiles their code. */
const WARM_UP_ROUNDS = 100
const SLICE_MS = 100
const WIDTH = 32

const ONE = SCENARIOS.find(({ name }) => name === 'one by id')
if (ONE === undefined) throw new Error('There is no such scenario')

pinToOtherCore()
await using upstream = await startInstantUpstream()
await using collector = await startScriptedUpstream(() => ({ body: {} }))
const client = new Agent({ connections: WIDTH })
const OURS = { PORT: '0', APPOINTMENTS_API_URL: upstream.url, LOG_LEVEL: 'info' }
const TRACES = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
const beside = process.env.TELEMETRY_BESIDE
const CONTESTANTS = [
  ...(beside === undefined ? [] : [{ name: basename(beside), program: programOf(beside), more: {} }]),
  { name: 'off', program: NPM_START, more: {} },
  { name: 'metrics', program: NPM_START, more: { METRICS_PORT: '0' } },
  { name: 'traces at 5 %', program: NPM_START, more: TRACES },
  { name: 'traces at 100 %', program: NPM_START, more: { ...TRACES, OTEL_TRACES_SAMPLER: 'always_on' } },
]
const CASES = [
  { name: 'one by id', environment: { CACHE_TTL_SECONDS: '0' } },
  { name: 'one by id again', environment: { CACHE_TTL_SECONDS: '3600' } },
]

const report: Record<string, object> = {}
for (const { name, environment } of CASES) {
  /** The processor time of one operation of each contestant, in milliseconds, by round. */
  const rounds: number[][] = []
  const residentMb: number[][] = []
  for (let life = 0; life < LIVES; life += 1) {
    await using stack = new AsyncDisposableStack()
    const contestants: Contestant[] = []
    for (const { program, more } of CONTESTANTS)
      contestants.push(stack.use(await startContestant(program, { ...OURS, ...environment, ...more })))
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      const times: number[] = []
      for (let turn = 0; turn < contestants.length; turn += 1) {
        const nth = (turn + round + WARM_UP_ROUNDS) % contestants.length
        times[nth] = await measure(contestants[nth] as Contestant)
      }
      if (round >= 0) rounds.push(times)
    }
    residentMb.push(await Promise.all(contestants.map(async (each) => (await each.usage()).residentMb)))
  }
  for (const [nth, contestant] of CONTESTANTS.entries())
    report[`${name}: ${contestant.name}`] = {
      µs: Math.round(1000 * undisturbed(rounds, nth)),
      [`of ${CONTESTANTS[0]?.name}`]: (undisturbed(rounds, nth) / undisturbed(rounds, 0)).toFixed(3),
      'median of ratios': quantile(
        0.5,
        rounds.map((times) => (times[nth] ?? 0) / (times[0] ?? 0)),
      ).toFixed(3),
      'resident MB': Math.round(
        quantile(
          0.5,
          residentMb.map((lives) => lives[nth] ?? 0),
        ),
      ),
    }
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
process.stdout.write(
  `The least disturbed tenth of ${ROUNDS} rounds in each of ${LIVES} lives, ${WIDTH} operations at once; ${collector.requests.length} batches of spans; Node ${process.version}.\n`,
)
await client.close()

function programOf(checkout: string): string[] {
  const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  const parts: string[] = manifest.scripts.start.split(' ').slice(1)
  return parts.map((part) => (part.startsWith('-') ? part : join(checkout, part)))
}

async function measure(contestant: Contestant): Promise<number> {
  const end = performance.now() + SLICE_MS
  let count = 0
  async function worker(): Promise<void> {
    while (performance.now() < end) {
      count += 1
      await ask(contestant.url, count % VARIANTS)
    }
  }
  const before = await contestant.usage()
  await Promise.all(Array.from({ length: WIDTH }, worker))
  const after = await contestant.usage()
  return (after.cpuMs - before.cpuMs) / count
}

async function ask(url: string, variant: number): Promise<void> {
  const { statusCode, body } = await request(url, {
    dispatcher: client,
    method: 'POST',
    headers: { authorization: 'Bearer pk_test_bench', 'content-type': 'application/json' },
    body: JSON.stringify({ query: ONE?.query, variables: ONE?.variables(variant) }),
  })
  const text = await body.text()
  if (statusCode !== 200 || !text.includes('"title"')) throw new Error(`${statusCode} ${text.slice(0, 300)}`)
}

/** Other work on the machine only adds to a time, so the shortest times are the most accurate. */
function undisturbed(rounds: readonly number[][], nth: number): number {
  return quantile(
    0.1,
    rounds.map((times) => times[nth] ?? 0),
  )
}

function quantile(part: number, numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(part * (numbers.length - 1))] ?? Number.NaN
}
