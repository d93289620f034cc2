/**
 * Two hundred live screens of twenty days: the time from a change at the upstream to the screens that show it, and its cost.
 * Then ten thousand random changes, after each of which a live query must return the same as a fresh query.
 */

import { freshDay, LIVE_DAY, randomOf, readUntil, step } from '../../server/live/steps.ts'
import { startGateway } from '../../support/gateway.ts'
import { type Product, startProduct } from '../../support/product.ts'
import { subscribe, type TestStream } from '../../support/stream.ts'

const SCREENS = Number(process.env.LIVE_SCREENS ?? 200)
const DAYS = 20
const CHANGES = Number(process.env.LIVE_CHANGES ?? 300)
const STEPS = Number(process.env.LIVE_STEPS ?? 10_000)
const SCREEN = `query Screen($day: Date) @live {
  appointments(first: 50, filter: { day: $day, timeZone: "UTC" }) { nodes { restId title status startTime } } }`

/** Between two changes, on both clocks: a change directly after a read could count as older than the read. */
const PAUSE_MS = 5000
let now = Date.parse('2030-12-01T09:00:00Z')
const ids = new Map<string, string>()
const dayOf = (nth: number) => `2031-01-${String((nth % DAYS) + 1).padStart(2, '0')}`

// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table({ [`${SCREENS} screens of ${DAYS} days`]: await watchChanges() })
// biome-ignore lint/suspicious/noConsole: a benchmark prints.
console.table({ [`${STEPS} random changes`]: await compareSteps() })

function start(): Promise<Product> {
  const limits = { MAX_STREAMS: 2 * SCREENS, MAX_STREAMS_OF_CALLER: 2 * SCREENS }
  return startProduct({
    live: true,
    sandbox: { seed: 0, faults: true, clock: () => new Date(now) },
    gateway: { limits, now: () => now, logOperation: () => {} },
  })
}

async function watchChanges() {
  await using product = await start()
  for (let nth = 0; nth < DAYS; nth += 1)
    for (const hour of ['11', '13', '15']) {
      const day = dayOf(nth)
      const slot = { start_time: `${day}T${hour}:00:00.000Z`, end_time: `${day}T${hour}:30:00.000Z` }
      await product.rest('POST', '/_elsewhere', { title: 'Visit', ...slot })
    }
  const streams: TestStream[] = []
  for (let nth = 0; nth < SCREENS; nth += 1) {
    const variables = { day: dayOf(nth) }
    streams.push(await subscribe(product.url, { query: SCREEN, variables }))
    await streams[nth]?.next()
  }
  // After the first event, events are healthy; after the second round, all lists were read while they were.
  for (let nth = 0; nth < 2 * DAYS; nth += 1) await change(product, streams, nth)
  product.takeRequests()
  const latencies: number[] = []
  for (let nth = 0; nth < CHANGES; nth += 1) latencies.push(...(await change(product, streams, nth)))
  const sorted = latencies.toSorted((a, b) => a - b)
  const requests = product.takeRequests().length
  for (const stream of streams) stream.leave()
  const at = (part: number) => Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0)
  return {
    'requests a change': requests / CHANGES,
    'p50 ms': at(0.5),
    'p99 ms': at(0.99),
    'most ms': at(1),
  }
}

/** Changes one day. Returns the milliseconds after which each of its screens showed the change. */
async function change(product: Product, streams: readonly TestStream[], nth: number): Promise<number[]> {
  const day = dayOf(nth)
  const title = `Visit ${nth}`
  const slot = { start_time: `${day}T10:00:00.000Z`, end_time: `${day}T10:30:00.000Z` }
  const watching = streams.filter((_, screen) => dayOf(screen) === day)
  now += PAUSE_MS
  const begun = performance.now()
  const write = product.rest('POST', '/_elsewhere', { id: ids.get(day), title, ...slot })
  const latencies = watching.map(async (stream) => {
    for (;;) {
      const result = await stream.next()
      const [row] = result?.data.appointments.nodes ?? []
      if (row?.title === title) return performance.now() - begun
    }
  })
  ids.set(day, (await write).body.data.id)
  return Promise.all(latencies)
}

async function compareSteps() {
  await using product = await start()
  const { url, key } = product.upstream
  await using fresh = await startGateway({ url, key, cacheTtlSeconds: 0 })
  await using stream = await subscribe(product.url, { query: LIVE_DAY })
  const random = randomOf(1)
  const known: string[] = []
  let latest = await freshDay(fresh.query)
  await readUntil(stream, latest)
  const counts = { changes: 0, answers: 0 }
  for (let nth = 0; nth < STEPS; nth += 1) {
    now += PAUSE_MS
    await step(product, known, random)
    const wanted = await freshDay(fresh.query)
    if (wanted === latest) continue
    counts.changes += 1
    counts.answers += await readUntil(stream, wanted)
    latest = wanted
  }
  return counts
}
