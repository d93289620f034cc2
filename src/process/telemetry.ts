import type { Config } from '../config.ts'
import type { GatewayState, MetricsPage, Observer } from '../server/observation/observer.ts'
import { type HttpServer, listen } from './listen.ts'

export interface Telemetry {
  readonly observer: Observer | null
  /** For `/metrics` on the gateway's own port; null where it is not to be there. */
  readonly page: (() => Promise<MetricsPage>) | null
  /** From now on the gateway is looked at, and the metrics have their port. Returns its address where there is one. */
  begin(state: () => GatewayState): Promise<string | undefined>
  /** Comes last, so that the end of the gateway can be seen. */
  close(): Promise<void>
}

/** What the environment asks for of metrics. Their library is loaded only where it does. */
export async function openTelemetry(config: Config, lagMs: () => number): Promise<Telemetry> {
  const { METRICS: isPublic, METRICS_PORT: port, HOST: host } = config
  const metrics = isPublic || port !== undefined ? await openMetrics(lagMs) : undefined
  let server: HttpServer | undefined
  return {
    observer: metrics?.metrics ?? null,
    page: metrics !== undefined && isPublic ? metrics.metrics.page : null,
    async begin(state) {
      metrics?.metrics.watch(state)
      if (metrics === undefined || port === undefined) return undefined
      server = await listen(metrics.handler, host, port)
      return `${server.url}/metrics`
    },
    async close() {
      await server?.close(0)
    },
  }
}

async function openMetrics(lagMs: () => number) {
  const { createMetrics, metricsHandler } = await import('../telemetry/metrics/metrics.ts')
  const metrics = createMetrics({ lagMs, now: Date.now })
  return { metrics, handler: metricsHandler(metrics.page) }
}
