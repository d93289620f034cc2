import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

export interface ExporterOptions {
  readonly endpoint: string
  readonly onState: (state: 'up' | 'down') => void
  readonly exportMs: number
}

export interface Exporter {
  readonly exporter: SpanExporter
  /** Ends its connections, whatever is on its way in them. */
  destroy(): void
}

/** The exporter of OTLP over HTTP, which tells whether its collector takes what it is sent. */
export function createExporter({ endpoint, onState, exportMs }: ExporterOptions): Exporter {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const agent = url.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true })
    : new HttpAgent({ keepAlive: true })
  const otlp = new OTLPTraceExporter({ url, timeoutMillis: exportMs, httpAgentOptions: () => agent })
  let known: 'up' | 'down' = 'up'
  return {
    exporter: {
      export(spans, done) {
        otlp.export(spans, (result) => {
          const state = result.error === undefined ? 'up' : 'down'
          if (state !== known) onState(state)
          known = state
          done(result)
        })
      },
      shutdown: () => otlp.shutdown(),
    },
    destroy: () => agent.destroy(),
  }
}
