/**
 * Measures repeated queries: the processor time of an operation whose answer the gateway has stored, compared with a bare
 * pass-through, Apollo Server and yoga with their response caches, and earlier checkouts of this gateway
 * (`AGAIN_BESIDE=path,path`). Each is a separate process on one core; they take turns of a tenth of a second. This
 * process is the client and the upstream, on the other core.
 */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Agent, request } from 'undici'
import { NPM_START } from '../../support/npm-start.ts'
import { countBytes, type Way } from '../clinic/wire.ts'
import { type Contestant, pinToOtherCore, startContestant } from './contestant.ts'
import { measureHeld } from './held.ts'
import { SCENARIOS, type Scenario, VARIANTS } from './scenarios.ts'
import { startInstantUpstream } from './upstream.ts'

const LIVES = Number(process.env.LATENCY_LIVES ?? 3)
const ROUNDS = Number(process.env.LATENCY_ROUNDS ?? 11)
const WARM_UP_ROUNDS = 60
const SLICE_MS = 100
const WIDTH = 32

interface Case {
  readonly name: string
  readonly scenario: Scenario
  readonly headers?: Readonly<Record<string, string>>
  /** Sends a GET, with the `ETag` of the last answer if there was one. */
  readonly byGet?: boolean
  /** Sends a different query each time. */
  readonly isNew?: boolean
}

const page = scenarioOf('page of 100')
const CASES: readonly Case[] = [
  { name: 'page of 100 again, by POST', scenario: page },
  { name: 'page of 100 again, by GET with its tag', scenario: page, byGet: true },
  { name: 'page of 100 again, compressed', scenario: page, headers: { 'accept-encoding': 'gzip' } },
  { name: 'one by id again', scenario: scenarioOf('one by id') },
  { name: 'page of 100, not remembered', scenario: page, isNew: true },
]

pinToOtherCore()
await using upstream = await startInstantUpstream()
const client = new Agent({ connections: WIDTH })
const here = (name: string) => [new URL(`${name}.ts`, import.meta.url).pathname]
const OURS = { PORT: '0', APPOINTMENTS_API_URL: upstream.url, CACHE_TTL_SECONDS: '3600' }
const besides = (process.env.AGAIN_BESIDE ?? '').split(',').filter(Boolean)
const CONTESTANTS = [
  { name: 'pass-through', program: here('pass-through') },
  { name: 'ours', program: NPM_START, environment: OURS },
  ...besides.map((checkout) => ({
    name: basename(checkout),
    program: programOf(checkout),
    environment: OURS,
  })),
  { name: 'Apollo Server', program: here('tutorial'), environment: { RESPONSE_CACHE: '1' } },
  { name: 'yoga', program: here('plain'), environment: { RESPONSE_CACHE: '1' } },
]

interface Sample {
  /** Processor time of one operation. */
  readonly cpuMs: number
  readonly bytes: number
  /** The number among a hundred answers. */
  readonly unchanged: number
}

/** A sample of each contestant, by case, then run, then round. */
const samples = CASES.map((): Sample[][][] => [])
/** The latest `ETag` of each variant, by contestant. */
const tags = new Map<string, string>()
let newest = 0
for (let life = 0; life < LIVES; life += 1) {
  await using stack = new AsyncDisposableStack()
  const contestants: Contestant[] = []
  for (const { program, environment = {} } of CONTESTANTS)
    contestants.push(
      stack.use(await startContestant(program, { UPSTREAM_URL: upstream.url, ...environment })),
    )
  for (const [index, each] of CASES.entries()) {
    const rounds: Sample[][] = []
    samples[index]?.push(rounds)
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
      const samplesOfRound: Sample[] = []
      for (const [nth, contestant] of contestants.entries())
        samplesOfRound.push(await measure(contestant, each, nth === 0))
      if (round >= 0) rounds.push(samplesOfRound)
    }
  }
}

const report: Record<string, Record<string, string>> = {}
for (const [index, { name }] of CASES.entries())
  for (const [nth, contestant] of CONTESTANTS.entries())
    report[`${name}: ${contestant.name}`] = rowOf(samples[index] ?? [], nth)
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(report)
process.stdout.write(
  `Medians of ${ROUNDS} rounds in each of ${LIVES} lives, ${WIDTH} operations at once; Node ${process.version}.\n`,
)
await client.close()

for (const { name, program, environment } of CONTESTANTS)
  if (environment === OURS)
    process.stdout.write(`MB held by ${name}: ${await measureHeld(program, OURS, newVariant)}\n`)

const ways: [Way, object][] = []
for (const way of ['plain', 'compressed', 'polled'] as const) {
  const { bytes, unchanged, hour } = await countBytes(way)
  ways.push([way, { 'kB of the clinic hour': Math.round(bytes / 1000), reads: hour.reads, '304': unchanged }])
}
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table(Object.fromEntries(ways))

function scenarioOf(name: string): Scenario {
  return SCENARIOS.find((each) => each.name === name) as Scenario
}

function programOf(checkout: string): string[] {
  const manifest = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8'))
  const parts: string[] = manifest.scripts.start.split(' ').slice(1)
  return parts.map((part) => (part.startsWith('-') ? part : join(checkout, part)))
}

function rowOf(lives: readonly Sample[][][], nth: number): Record<string, string> {
  const rounds = lives.flat()
  const ratiosTo = (other: number, of = rounds) =>
    median(of.map((round) => (round[nth]?.cpuMs ?? 0) / (round[other]?.cpuMs ?? 0))).toFixed(2)
  const median1 = (of: (sample: Sample) => number) =>
    median(rounds.flatMap((round) => (round[nth] ? [of(round[nth])] : [])))
  return {
    µs: (1000 * median1(({ cpuMs }) => cpuMs)).toFixed(0),
    'of the pass-through': ratiosTo(0),
    'in each life': lives.map((life) => ratiosTo(0, life)).join(' '),
    ...Object.fromEntries(
      besides.map((checkout, index) => [`of ${basename(checkout)}`, ratiosTo(2 + index)]),
    ),
    bytes: median1(({ bytes }) => bytes).toFixed(0),
    '304 of 100': median1(({ unchanged }) => unchanged).toFixed(0),
  }
}

async function measure(to: Contestant, each: Case, isFloor: boolean): Promise<Sample> {
  const end = performance.now() + SLICE_MS
  let count = 0
  let bytes = 0
  let unchanged = 0
  async function worker(): Promise<void> {
    while (performance.now() < end) {
      const nth = count % VARIANTS
      count += 1
      const variant = each.isNew ? newVariant() : nth
      const response = await (isFloor
        ? askFloor(to, each, variant)
        : askGateway(to, each, variant, tags.get(`${to.url} ${nth}`)))
      const { etag } = response.headers
      if (typeof etag === 'string') tags.set(`${to.url} ${nth}`, etag)
      if (response.statusCode === 304) unchanged += 1
      const body = await response.body.arrayBuffer()
      bytes += body.byteLength
      const isRight = response.statusCode === 304 || (response.statusCode === 200 && body.byteLength > 200)
      if (!isRight) throw new Error(`${response.statusCode} ${Buffer.from(body).toString('utf8', 0, 300)}`)
    }
  }
  const before = await to.usage()
  await Promise.all(Array.from({ length: WIDTH }, worker))
  const after = await to.usage()
  return {
    cpuMs: (after.cpuMs - before.cpuMs) / count,
    bytes: bytes / count,
    unchanged: (100 * unchanged) / count,
  }
}

/** A variant of the variables that no other operation has. The upstream keeps no answers to these. */
function newVariant(): number {
  newest += 1
  return 1_000_000 + newest
}

function askFloor({ url }: Contestant, { scenario }: Case, variant: number) {
  const [[target = ''] = []] = scenario.waves(variant)
  return request(url + target, {
    dispatcher: client,
    headers: { authorization: 'Bearer pk_test_bench' },
  })
}

function askGateway(
  { url }: Contestant,
  { scenario: { query, variables }, headers, byGet }: Case,
  variant: number,
  tag: string | undefined,
) {
  const all = { authorization: 'Bearer pk_test_bench', accept: 'application/json', ...headers }
  if (!byGet)
    return request(url, {
      dispatcher: client,
      method: 'POST',
      headers: { ...all, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: variables(variant) }),
    })
  const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables(variant)) })
  return request(`${url}?${parameters}`, {
    dispatcher: client,
    // Apollo Server's CSRF guard needs its own header.
    headers: {
      ...all,
      'x-graphql-yoga-csrf': '1',
      'apollo-require-preflight': '1',
      ...(tag !== undefined && { 'if-none-match': tag }),
    },
  })
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN
}
