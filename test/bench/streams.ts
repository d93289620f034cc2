/**
 * Measures the memory of open streams, and the processor time of one change to many subscribers with one selection,
 * compared with plain yoga with its in-memory pub/sub, and with node:http that writes the same bytes. Each contestant is two
 * processes on one core: one with a single subscriber, one with many. This process is the upstream and all subscribers,
 * on the other core.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { deliver, eventBody, eventObject } from '../support/events.ts'
import { type Contestant, pinToOtherCore, startContestant } from './latency/contestant.ts'
import { type Subscribers, subscribeAll } from './streams/subscribers.ts'

const MANY = Number(process.env.STREAMS ?? 1_000)
const ROUNDS = Number(process.env.STREAMS_ROUNDS ?? 9)
/** The changes of a round, and the warm-up changes before the first round, in which V8 finishes its optimisations. */
const CHANGES = { single: 100, many: 10 }
const WARM_UP = { single: 600, many: 40 }

interface Life {
  readonly contestant: Contestant
  readonly subscribers: Subscribers
}

interface Measured {
  readonly single: Life
  readonly many: Life
  readonly residentMb: number
  readonly heldMb: number
  /** The processor time of one change in each round, in milliseconds. */
  readonly singleMs: number[]
  readonly manyMs: number[]
}

const START = Date.parse('2026-01-05T12:00:00Z')
let changes = 0

pinToOtherCore()
await using lives = new AsyncDisposableStack()
const measured = {
  ours: await start('ours'),
  plain: await start('plain'),
  floor: await start('floor'),
}

for (const { single, many } of Object.values(measured)) {
  await change(single, WARM_UP.single)
  await change(many, WARM_UP.many)
}
for (let round = 0; round < ROUNDS; round++) {
  for (const { single, many, singleMs, manyMs } of Object.values(measured)) {
    singleMs.push(await change(single, CHANGES.single))
    manyMs.push(await change(many, CHANGES.many))
  }
}
report()

async function start(name: string): Promise<Measured> {
  const program = ['--expose-gc', new URL(`streams/${name}.ts`, import.meta.url).pathname]
  const begin = async () => lives.use(await startContestant(program, {}))
  const [first, second] = [await begin(), await begin()]
  const single = { contestant: first, subscribers: lives.use(await subscribeAll(first.url, 1)) }
  // The code that the first streams load and compile does not count as memory of the streams.
  const some = await subscribeAll(second.url, 50)
  some[Symbol.dispose]()
  const before = await settled(second)
  const many = { contestant: second, subscribers: lives.use(await subscribeAll(second.url, MANY)) }
  const after = await settled(second)
  const residentMb = after.residentMb - before.residentMb
  return { single, many, residentMb, heldMb: after.heldMb - before.heldMb, singleMs: [], manyMs: [] }
}

async function settled(contestant: Contestant) {
  await sleep(1_000)
  return contestant.usageWithoutGarbage()
}

/** Delivers changes one by one, each after all subscribers have received the last one. Returns the processor time of one. */
async function change({ contestant, subscribers }: Life, times: number): Promise<number> {
  const before = await contestant.usage()
  for (let nth = 0; nth < times; nth++) {
    const got = subscribers.got(1)
    const status = await deliver(contestant.url, nextEvent())
    if (status !== 204) throw new Error(`An event was answered ${status}`)
    await got
  }
  const after = await contestant.usage()
  return (after.cpuMs - before.cpuMs) / times
}

/** Fifty appointments of the day change in turn. */
function nextEvent(): string {
  changes += 1
  const id = `apt_${changes % 50}`
  const at = new Date(START + changes * 1_000).toISOString()
  const object = { title: `Visit ${changes}`, updated_at: at }
  const previous = { title: `Visit ${changes - 50}` }
  return eventBody({ object: eventObject(id, object), previous: eventObject(id, previous), created_at: at })
}

function report(): void {
  const rows = Object.entries(measured).map(([name, { residentMb, heldMb, singleMs, manyMs }]) => {
    const ratios = manyMs.map((ms, round) => ms / (singleMs[round] ?? Number.NaN))
    const toFloor = manyMs.map((ms, round) => ms / (measured.floor.manyMs[round] ?? Number.NaN))
    const cells = {
      [`resident MB of ${MANY} idle`]: round(residentMb),
      'held MB': round(heldMb),
      'ms to 1': spread(singleMs),
      [`ms to ${MANY}`]: spread(manyMs),
      'µs each': round((median(manyMs) / MANY) * 1_000),
      [`${MANY} : 1`]: spread(ratios),
      'to floor': spread(toFloor),
    }
    return [name, cells]
  })
  // biome-ignore lint/suspicious/noConsole: a benchmark prints.
  console.table(Object.fromEntries(rows))
}

/** The median, the minimum and the maximum. */
function spread(values: readonly number[]): string {
  return `${round(median(values))} (${round(Math.min(...values))}–${round(Math.max(...values))})`
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}
