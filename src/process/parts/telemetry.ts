import type { RequestListener } from 'node:http'
import type { Config } from '../../config.ts'
import { isLoopback, onLoopbackNames } from '../../server/http/loopback.ts'
import type { GatewayState, MetricsPage, Observer, Tracer } from '../../server/observation/observer.ts'
import type { Metrics } from '../../telemetry/metrics/metrics.ts'
import type { Traces } from '../../telemetry/traces/traces.ts'
import { type HttpServer, listen } from '../listen.ts'
import { openAt } from '../start-problem.ts'

export interface Telemetry {
  readonly observer: Observer | null
  readonly tracer: Tracer | null
  /** Renders `/metrics` for the gateway's own port; null where that port does not serve it. */
  readonly page: (() => Promise<MetricsPage>) | null
  /** Connects the gauges to the gateway, and opens the port of the metrics. Returns its address, if it has one. */
  begin(state: () => GatewayState): Promise<string | undefined>
  /** To be called after the gateway is closed, so that its last operations are reported. Sends the last spans. */
  close(): Promise<void>
}

export interface TelemetryOptions {
  readonly lagMs: () => number
  /** Called when the collector of traces becomes reachable or unreachable. */
  readonly onTraces: (state: 'up' | 'down') => void
}

/** Opens metrics and traces as configured. Their libraries are loaded only where they are on. */
export async function openTelemetry(config: Config, options: TelemetryOptions): Promise<Telemetry> {
  const [opened, traces] = await Promise.all([openMetrics(config, options), openTraces(config, options)])
  const { metrics, handler } = opened ?? {}
  let server: HttpServer | undefined
  return {
    observer: metrics ?? null,
    tracer: traces ?? null,
    page: config.METRICS ? (metrics?.page ?? null) : null,
    async begin(state) {
      metrics?.watch(state)
      if (handler === undefined || config.METRICS_PORT === undefined) return undefined
      const { HOST, METRICS_PORT } = config
      server = await openAt({ host: 'HOST', port: 'METRICS_PORT' }, () => listen(handler, HOST, METRICS_PORT))
      return `${server.url}/metrics`
    },
    async close() {
      try {
        await traces?.close()
      } finally {
        await server?.close(0)
      }
    },
  }
}

async function openMetrics(
  { HOST, METRICS, METRICS_PORT }: Config,
  { lagMs }: TelemetryOptions,
): Promise<{ readonly metrics: Metrics; readonly handler: RequestListener } | undefined> {
  if (!METRICS && METRICS_PORT === undefined) return undefined
  const { createMetrics, metricsHandler } = await import('../../telemetry/metrics/metrics.ts')
  const metrics = createMetrics({ lagMs, now: Date.now })
  const handler = metricsHandler(metrics.page)
  return { metrics, handler: isLoopback(HOST) ? onLoopbackNames(handler) : handler }
}

async function openTraces(config: Config, { onTraces }: TelemetryOptions): Promise<Traces | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED, OTEL_TRACES_EXPORTER } = config
  if (endpoint === undefined || OTEL_SDK_DISABLED || OTEL_TRACES_EXPORTER === 'none') return undefined
  const { createTraces } = await import('../../telemetry/traces/traces.ts')
  return createTraces({
    endpoint,
    serviceName: config.OTEL_SERVICE_NAME,
    attributes: config.OTEL_RESOURCE_ATTRIBUTES,
    sampler: config.OTEL_TRACES_SAMPLER,
    ratio: config.OTEL_TRACES_SAMPLER_ARG,
    propagateUpstream: config.OTEL_PROPAGATE_UPSTREAM,
    onState: onTraces,
  })
}
