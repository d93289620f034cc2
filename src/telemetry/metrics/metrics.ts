import { Registry } from 'prom-client'
import type { GatewayState, MetricsPage, Observer } from '../../server/observation/observer.ts'
import { createCounters } from './counters.ts'
import { addGauges } from './gauges.ts'
import { addProcess } from './process.ts'

export { metricsHandler } from './port.ts'

export interface MetricsOptions {
  /** How far the event loop is behind, in milliseconds. */
  readonly lagMs: () => number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Counts for Prometheus what a gateway does. docs/operating.md says what each metric means. */
export interface Metrics extends Observer {
  /** From now on the gauges show the state of this gateway. */
  watch(state: () => GatewayState): void
  page(): Promise<MetricsPage>
}

/** A registry of its own, so that several gateways in one process do not count together. */
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
