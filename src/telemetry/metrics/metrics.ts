import { Registry } from 'prom-client'
import type { GatewayState, MetricsPage, Observer } from '../../server/observation/observer.ts'
import { createCounters } from './counters.ts'
import { addGauges } from './gauges.ts'
import { addProcess } from './process.ts'

export { metricsHandler } from './metrics-handler.ts'

export interface MetricsOptions {
  /** The lag of the event loop, in milliseconds. */
  readonly lagMs: () => number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** The metrics of a gateway, for Prometheus. docs/operating.md describes each of them. */
export interface Metrics extends Observer {
  /** Connects the gauges to the state of a gateway. */
  watch(state: () => GatewayState): void
  page(): Promise<MetricsPage>
}

/** Uses a registry of its own, so that several gateways in one process have separate metrics. */
export function createMetrics({ lagMs, now }: MetricsOptions): Metrics {
  const registry = new Registry()
  let state: (() => GatewayState) | undefined
  const counters = createCounters(registry)
  addGauges(registry, { state: () => state?.(), lagMs, now })
  addProcess(registry)
  return {
    ...counters,
    watch(watched) {
      state = watched
    },
    page: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  }
}
