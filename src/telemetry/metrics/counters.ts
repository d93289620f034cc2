import { Counter, Histogram, type Registry } from 'prom-client'
import type {
  EventReport,
  ExchangeReport,
  Observer,
  OperationReport,
} from '../../server/observation/observer.ts'

/** The buckets of durations: from a cached answer to the timeout of an operation. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
/** The buckets of the delays of events. The upstream may retry a delivery for a day. */
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

/** The label of operations that are in no trusted document. */
const OTHER = 'other'

/** The durations of the operations of one name, and their counts by kind and code. */
interface OperationCounts {
  readonly seconds: Durations
  readonly counts: Map<string, { readonly labels: OperationLabels; count: number }>
}

interface OperationLabels {
  readonly operation: string
  readonly kind: string
  readonly code: string
}

interface RouteCounts {
  readonly seconds: Durations
  readonly outcomes: Record<ExchangeReport['outcome'], number>
}

/**
 * Counts in plain numbers, and copies these to the counters of prom-client only when `/metrics` is read, because prom-client
 * looks the labels up at each increment. The combinations of trusted operations, codes and routes bound their number.
 */
export function createCounters(registry: Registry): Observer {
  const registers = [registry]
  const operations = new Map<string, OperationCounts>()
  const routes = new Map<string, RouteCounts>()
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
    help: 'GraphQL requests that were refused before their operation ran. why: the error code.',
    labelNames: ['why'],
    registers,
  })
  const events = new Counter({
    name: 'gateway_events_total',
    help: 'Deliveries of webhooks, and changes that no webhook reported first.',
    labelNames: ['kind', 'source', 'fate'],
    registers,
  })
  const styles = new Counter({
    name: 'gateway_signatures_total',
    help: 'Deliveries with a valid signature, by the style of the signature.',
    labelNames: ['style'],
    registers,
  })
  const delays = new Histogram({
    name: 'gateway_event_delay_seconds',
    help: 'Time from the creation of an event to its arrival, by two clocks.',
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
    help: 'Requests to the upstream. Each attempt counts.',
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
  // Prometheus computes no rate from an absent series, so the counter of an alert exists from the start.
  refused.inc({ why: 'OVERLOADED' }, 0)

  function countsOfOperation(operation: string): OperationCounts {
    const known = operations.get(operation)
    if (known !== undefined) return known
    const created = { seconds: createDurations(operationSeconds.labels({ operation })), counts: new Map() }
    operations.set(operation, created)
    return created
  }

  function countsOfRoute(route: string): RouteCounts {
    const known = routes.get(route)
    if (known !== undefined) return known
    const created = { seconds: createDurations(exchangeSeconds.labels({ route })), outcomes: { ...NONE } }
    routes.set(route, created)
    return created
  }

  return {
    operation({ name, kind, code, seconds, remembered, patched, stale, joined, fused }: OperationReport) {
      const operation = name ?? OTHER
      const { seconds: durations, counts } = countsOfOperation(operation)
      durations.add(seconds)
      const key = `${kind} ${code}`
      const known = counts.get(key)
      if (known === undefined) counts.set(key, { labels: { operation, kind, code }, count: 1 })
      else known.count += 1
      reads.remembered += remembered
      reads.joined += joined
      reads.fused += fused
      reads.patched += patched
      reads.stale += stale
    },
    refusal: (why) => refused.inc({ why }),
    exchange({ route, outcome, seconds, isFirstRead }: ExchangeReport) {
      const { seconds: durations, outcomes } = countsOfRoute(route)
      durations.add(seconds)
      outcomes[outcome] += 1
      if (isFirstRead) reads.asked += 1
    },
    event({ kind, source, fate, style, delayMs }: EventReport) {
      events.inc({ kind: kind ?? 'none', source, fate })
      if (style !== undefined) styles.inc({ style })
      // Negative where the upstream's clock is ahead.
      if (delayMs !== undefined) delays.observe(Math.max(0, delayMs) / 1000)
    },
  }
}

interface Durations {
  add(seconds: number): void
  flush(): void
}

/** Few enough that one flush delays no operation noticeably. */
const MAX_PENDING = 1000

/** Collects durations, and adds them to the histogram in batches and before a read. */
function createDurations(histogram: Histogram.Internal<string>): Durations {
  const pending: number[] = []
  function flush(): void {
    for (const seconds of pending) histogram.observe(seconds)
    pending.length = 0
  }
  return {
    add(seconds) {
      pending.push(seconds)
      if (pending.length >= MAX_PENDING) flush()
    },
    flush,
  }
}
