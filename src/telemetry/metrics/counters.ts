import { Counter, Histogram, type Registry } from 'prom-client'
import type {
  EventReport,
  ExchangeReport,
  Observer,
  OperationReport,
} from '../../server/observation/observer.ts'

/** From a remembered answer to the longest that an operation may take. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** Between the making of an event and its arrival: the upstream may try for a day. */
const DELAYS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600, 86_400]

const NONE: Readonly<Record<ExchangeReport['outcome'], number>> = {
  ok: 0,
  refused: 0,
  limited: 0,
  timeout: 0,
  unavailable: 0,
  invalid: 0,
  abandoned: 0,
}

/** The name of an operation that no trusted document has. */
const OTHER = 'other'

/** How often operations of one name have ended, by kind and code. */
interface OperationTally {
  readonly seconds: Durations
  readonly counts: Map<string, { readonly labels: OperationLabels; count: number }>
}

interface OperationLabels {
  readonly operation: string
  readonly kind: string
  readonly code: string
}

interface RouteTally {
  readonly seconds: Durations
  readonly outcomes: Record<ExchangeReport['outcome'], number>
}

/**
 * What happens is counted in plain numbers as it happens, and given to Prometheus' counters when somebody reads them: theirs
 * look their labels up each time. There are as many numbers as trusted operations, codes and routes have combinations.
 */
export function createCounters(registry: Registry): Observer {
  const registers = [registry]
  const operations = new Map<string, OperationTally>()
  const routes = new Map<string, RouteTally>()
  const reads = { asked: 0, remembered: 0, patched: 0, joined: 0, fused: 0, stale: 0 }

  const operationSeconds = new Histogram({
    name: 'gateway_operation_seconds',
    help: 'How long operations took.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers,
    collect() {
      for (const { seconds } of operations.values()) seconds.flush()
    },
  })
  const exchangeSeconds = new Histogram({
    name: 'gateway_upstream_seconds',
    help: 'How long requests to the upstream took.',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
    collect() {
      for (const { seconds } of routes.values()) seconds.flush()
    },
  })
  const refused = new Counter({
    name: 'gateway_refused_total',
    help: 'Requests of GraphQL that were refused before anything of them ran. why: the code.',
    labelNames: ['why'],
    registers,
  })
  const events = new Counter({
    name: 'gateway_events_total',
    help: 'Deliveries of webhooks, and changes that none told of first.',
    labelNames: ['kind', 'source', 'fate'],
    registers,
  })
  const styles = new Counter({
    name: 'gateway_signatures_total',
    help: 'Deliveries with a signature that is right, by how it is written.',
    labelNames: ['style'],
    registers,
  })
  const delays = new Histogram({
    name: 'gateway_event_delay_seconds',
    help: 'Between the making of an event and its arrival, by two clocks.',
    buckets: DELAYS,
    registers,
  })
  new Counter({
    name: 'gateway_operations_total',
    help: 'Operations that have ended. code: OK, or the code of the first error.',
    labelNames: ['operation', 'kind', 'code'],
    registers,
    collect() {
      this.reset()
      for (const { counts } of operations.values())
        for (const { labels, count } of counts.values()) this.inc({ ...labels }, count)
    },
  })
  new Counter({
    name: 'gateway_upstream_requests_total',
    help: 'Requests to the upstream, each attempt for itself.',
    labelNames: ['route', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const [route, { outcomes }] of routes)
        for (const [outcome, count] of Object.entries(outcomes)) this.inc({ route, outcome }, count)
    },
  })
  new Counter({
    name: 'gateway_reads_total',
    help: 'Reads by how they got their answer.',
    labelNames: ['how'],
    registers,
    collect() {
      this.reset()
      for (const [how, count] of Object.entries(reads)) this.inc({ how }, count)
    },
  })
  // A rise from nothing is no rise to Prometheus, so what an alert looks at is there before it rises.
  refused.inc({ why: 'OVERLOADED' }, 0)

  function operationOf(operation: string): OperationTally {
    const known = operations.get(operation)
    if (known !== undefined) return known
    const tally = { seconds: createDurations(operationSeconds.labels({ operation })), counts: new Map() }
    operations.set(operation, tally)
    return tally
  }

  function routeOf(route: string): RouteTally {
    const known = routes.get(route)
    if (known !== undefined) return known
    const tally = { seconds: createDurations(exchangeSeconds.labels({ route })), outcomes: { ...NONE } }
    routes.set(route, tally)
    return tally
  }

  return {
    operation({ name, kind, code, seconds, remembered, patched, stale, joined, fused }: OperationReport) {
      const operation = name ?? OTHER
      const tally = operationOf(operation)
      tally.seconds.add(seconds)
      const key = `${kind} ${code}`
      const counted = tally.counts.get(key)
      if (counted === undefined) tally.counts.set(key, { labels: { operation, kind, code }, count: 1 })
      else counted.count += 1
      reads.remembered += remembered
      reads.joined += joined
      reads.fused += fused
      reads.patched += patched
      reads.stale += stale
    },
    refusal: (why) => refused.inc({ why }),
    exchange({ route, outcome, seconds, isFirstRead }: ExchangeReport) {
      const tally = routeOf(route)
      tally.seconds.add(seconds)
      tally.outcomes[outcome] += 1
      if (isFirstRead) reads.asked += 1
    },
    event({ kind, source, fate, style, delayMs }: EventReport) {
      events.inc({ kind: kind ?? 'none', source, fate })
      if (style !== undefined) styles.inc({ style })
      // The clock of the upstream may be ahead.
      if (delayMs !== undefined) delays.observe(Math.max(0, delayMs) / 1000)
    },
  }
}

interface Durations {
  add(seconds: number): void
  flush(): void
}

/** So few that giving them on takes no time that anybody notices. */
const MAX_WAITING = 1000

/** Gives its durations to a histogram many at once, or when somebody reads it. */
function createDurations(histogram: Histogram.Internal<string>): Durations {
  const waiting: number[] = []
  function flush(): void {
    for (const seconds of waiting) histogram.observe(seconds)
    waiting.length = 0
  }
  return {
    add(seconds) {
      waiting.push(seconds)
      if (waiting.length >= MAX_WAITING) flush()
    },
    flush,
  }
}
