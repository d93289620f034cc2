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

const OUTCOMES: readonly ExchangeReport['outcome'][] = [
  'ok',
  'refused',
  'limited',
  'timeout',
  'unavailable',
  'invalid',
  'abandoned',
]

/** The name of an operation that no trusted document has. */
const OTHER = 'other'

/**
 * What happens is counted as it happens. Each combination of labels has a handle that is kept, because looking one up takes
 * longer than counting; there are as many as trusted operations, codes and routes have combinations.
 */
export function createCounters(registry: Registry): Observer {
  const registers = [registry]
  const operations = new Counter({
    name: 'gateway_operations_total',
    help: 'Operations that have ended. code: OK, or the code of the first error.',
    labelNames: ['operation', 'kind', 'code'],
    registers,
  })
  const operationSeconds = new Histogram({
    name: 'gateway_operation_seconds',
    help: 'How long operations took.',
    labelNames: ['operation'],
    buckets: SECONDS,
    registers,
  })
  const refused = new Counter({
    name: 'gateway_refused_total',
    help: 'Requests of GraphQL that were refused before anything of them ran. why: the code.',
    labelNames: ['why'],
    registers,
  })
  const exchanges = new Counter({
    name: 'gateway_upstream_requests_total',
    help: 'Requests to the upstream, each attempt for itself.',
    labelNames: ['route', 'outcome'],
    registers,
  })
  const exchangeSeconds = new Histogram({
    name: 'gateway_upstream_seconds',
    help: 'How long requests to the upstream took.',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
  })
  const reads = new Counter({
    name: 'gateway_reads_total',
    help: 'Reads by how they got their answer.',
    labelNames: ['how'],
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

  const read = {
    asked: reads.labels('asked'),
    remembered: reads.labels('remembered'),
    joined: reads.labels('joined'),
    fused: reads.labels('fused'),
    stale: reads.labels('stale'),
  }
  // A rise from nothing is no rise to Prometheus, so what alerts look at is there before it rises.
  for (const handle of Object.values(read)) handle.inc(0)
  refused.inc({ why: 'OVERLOADED' }, 0)

  const countOperation = keep((name: string, kind: string, code: string) =>
    operations.labels(name, kind, code),
  )
  const timeOperation = keep((name: string) => operationSeconds.labels(name))
  const countExchange = keep((route: string, outcome: string) => exchanges.labels(route, outcome))
  const timeExchange = keep((route: string) => {
    for (const outcome of OUTCOMES) countExchange(route, outcome).inc(0)
    return exchangeSeconds.labels(route)
  })

  return {
    operation({ name, kind, code, seconds, remembered, stale, joined, fused }: OperationReport) {
      const operation = name ?? OTHER
      countOperation(operation, kind, code).inc()
      timeOperation(operation).observe(seconds)
      if (remembered > 0) read.remembered.inc(remembered)
      if (joined > 0) read.joined.inc(joined)
      if (fused > 0) read.fused.inc(fused)
      if (stale > 0) read.stale.inc(stale)
    },
    refusal: (why) => refused.inc({ why }),
    exchange({ route, outcome, seconds, isFirstRead }: ExchangeReport) {
      timeExchange(route).observe(seconds)
      countExchange(route, outcome).inc()
      if (isFirstRead) read.asked.inc()
    },
    event({ kind, source, fate, style, delayMs }: EventReport) {
      events.inc({ kind: kind ?? 'none', source, fate })
      if (style !== undefined) styles.inc({ style })
      // The clock of the upstream may be ahead.
      if (delayMs !== undefined) delays.observe(Math.max(0, delayMs) / 1000)
    },
  }
}

/** Keeps what is made of each combination of texts, none of which has a blank at its end. */
function keep<Texts extends readonly string[], Made>(
  make: (...texts: Texts) => Made,
): (...texts: Texts) => Made {
  const made = new Map<string, Made>()
  return (...texts) => {
    const key = texts.length === 1 ? (texts[0] as string) : texts.join('\n')
    const known = made.get(key)
    if (known !== undefined) return known
    const fresh = make(...texts)
    made.set(key, fresh)
    return fresh
  }
}
