/**
 * Measures the processor time of the product from its start to the first response over the embedded API, and its
 * resident memory at that time and when idle. Then the gateway's resident memory, and its memory after a garbage collection,
 * under two minutes of mixed load. The sandbox is in this process, so the gateway's memory does not include its rows.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startSandbox } from '../../src/sandbox/server.ts'
import { ask } from '../support/ask.ts'
import { NPM_START } from '../support/npm-start.ts'
import { type Contestant, startContestant } from './latency/contestant.ts'

const STARTS = 5
const SECONDS = Number(process.env.LOAD_SECONDS ?? 120)
const WIDTH = 16
const QUERIES = [
  '{ appointments(first: 50) { nodes { id title startTime patient { id } } } }',
  '{ appointments(first: 5) { nodes { id attendeeName location { id } } } }',
  '{ appointments(filter: { status: [CONFIRMED] }) { edges { cursor node { id } } totalCount } }',
  'mutation { createAppointment(input: { title: "Load", startTime: "2030-01-07T10:00:00Z", endTime: "2030-01-07T10:30:00Z" }) { appointment { id } } }',
]

const starts: string[] = []
for (let nth = 0; nth < STARTS; nth++) {
  await using product = await start()
  await send(product, 0)
  const { cpuMs, residentMb } = await product.usage()
  starts.push(`${(cpuMs / 1000).toFixed(2)} s and ${Math.round(residentMb)} MB`)
}
print(`From the start to the first response, ${STARTS} times: ${starts.join(', ')}`)

{
  await using product = await start()
  await send(product, 0)
  await sleep(5000)
  print(`Idle for five seconds: ${await memory(product)} MB`)
}

const sandbox = await startSandbox({ rateLimit: 0 })
await using gateway = await startContestant(['--expose-gc', ...NPM_START], {
  PORT: '0',
  APPOINTMENTS_API_URL: sandbox.url,
  APPOINTMENTS_API_KEY: sandbox.key,
})
await send(gateway, 0)
const end = performance.now() + SECONDS * 1000
const samples: string[] = []
const sampling = setInterval(
  async () => {
    const residentMb = await memory(gateway)
    samples.push(`${residentMb} (${Math.round((await gateway.usageWithoutGarbage()).heldMb)})`)
  },
  (SECONDS * 1000) / 12,
)
let sent = 0
await Promise.all(
  Array.from({ length: WIDTH }, async () => {
    while (performance.now() < end) await send(gateway, sent++)
  }),
)
clearInterval(sampling)
print(`${SECONDS} seconds of load, ${sent} operations, resident (and held): ${samples.join(', ')} MB`)
await sandbox.close()

function start(): Promise<Contestant> {
  return startContestant(NPM_START, {
    NODE_ENV: '',
    PORT: '0',
    SANDBOX_PORT: '0',
    SANDBOX_RATE_LIMIT: '0',
  })
}

async function send({ url }: Contestant, turn: number): Promise<void> {
  await ask(url, { query: QUERIES[turn % QUERIES.length] ?? '' })
}

async function memory(of: Contestant): Promise<number> {
  return Math.round((await of.usage()).residentMb)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
