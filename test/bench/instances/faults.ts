import type { RedisServer } from '../../support/redis.ts'
import { askQuickly, type Fleet, startFleet } from './fleet.ts'

const RENAME = `mutation ($id: ID!, $title: String!) {
  updateAppointment(input: { id: $id, title: $title }) { appointment { title } } }`
const ONE = 'query ($id: ID!) { appointment(id: $id) { title } }'
const IDS = '{ appointments(first: 40) { nodes { restId } } }'
const CLIENTS = 4
/** The pause between two operations of a client, which leaves processor time for Redis. */
const REST_MS = 10
const WRITE_EVERY = 10
const PHASES = { normal: 4000, 'first second': 1000, later: 2000, 'after it': 2000 } as const

type Phase = keyof typeof PHASES

export interface FaultReport {
  readonly operations: number
  readonly failed: number
  /** The 99th percentile of the operations of a phase, in milliseconds. */
  readonly normal: string
  readonly 'first second': string
  readonly later: string
  readonly 'after it': string
}

export const FAULTS: Readonly<Record<string, { begin: Act; end: Act }>> = {
  SIGSTOP: { begin: async (redis) => redis.freeze(), end: async (redis) => redis.thaw() },
  'kill -9': { begin: (redis) => redis.kill(), end: (redis) => redis.restart() },
  FLUSHALL: { begin: (redis) => redis.ask('FLUSHALL'), end: async () => {} },
  eviction: {
    begin: async (redis) => {
      await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
      await redis.ask('CONFIG', 'SET', 'maxmemory', '1')
      await redis.ask('CONFIG', 'SET', 'maxmemory', '0')
    },
    end: async () => {},
  },
}

type Act = (redis: RedisServer) => Promise<unknown>

/** Four instances under an even load, one operation of ten a write, while something happens to Redis. */
export async function meetFault({ begin, end }: { begin: Act; end: Act }): Promise<FaultReport> {
  await using fleet = await startFleet({ shares: 'redis' })
  const { redis } = fleet
  if (redis === undefined) throw new Error('The fleet has a Redis')
  const load = await startLoad(fleet)
  await load.during('normal')
  await begin(redis)
  await load.during('first second')
  await load.during('later')
  await end(redis)
  await load.during('after it')
  const { latencies, failed } = await load.stop()
  const p99 = (phase: Phase) => {
    const sorted = latencies[phase].toSorted((a, b) => a - b)
    return (sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN).toFixed(1)
  }
  return {
    operations: Object.values(latencies).flat().length,
    failed,
    normal: p99('normal'),
    'first second': p99('first second'),
    later: p99('later'),
    'after it': p99('after it'),
  }
}

async function startLoad(fleet: Fleet) {
  const at = (nth: number) => fleet.urls[nth % fleet.urls.length] as string
  const { data } = await askQuickly(at(0), { query: IDS })
  const { nodes } = (data as { appointments: { nodes: { restId: string }[] } }).appointments
  const latencies: Record<Phase, number[]> = { normal: [], 'first second': [], later: [], 'after it': [] }
  let phase: Phase | undefined
  let failed = 0
  let isOver = false

  async function work(client: number): Promise<void> {
    for (let nth = 0; !isOver; nth += 1) {
      const isWrite = nth % WRITE_EVERY === client
      const id = nodes[(nth * CLIENTS + client) % nodes.length]?.restId
      const variables = isWrite ? { id, title: `Title ${nth}` } : { id }
      const begun = phase
      const startedAt = performance.now()
      const answer = await askQuickly(at(nth + client), { query: isWrite ? RENAME : ONE, variables })
      if (begun !== undefined) latencies[begun].push(performance.now() - startedAt)
      if (answer.errors !== undefined) failed += 1
      await new Promise((resolve) => setTimeout(resolve, REST_MS))
    }
  }
  const working = Array.from({ length: CLIENTS }, (_, client) => work(client))
  // Warms the processes up before the measurement.
  await new Promise((resolve) => setTimeout(resolve, 3000))
  return {
    async during(next: Phase): Promise<void> {
      phase = next
      await new Promise((resolve) => setTimeout(resolve, PHASES[next]))
    },
    async stop() {
      isOver = true
      await Promise.all(working)
      return { latencies, failed }
    },
  }
}
