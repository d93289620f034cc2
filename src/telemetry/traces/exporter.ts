import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

export interface ExporterOptions {
  readonly endpoint: string
  readonly onState: (state: 'up' | 'down') => void
  /** The longest that a batch may take. */
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
  let onTheirWay = 0
  return {
    exporter: {
      export(spans, done) {
        let isOver = false
        onTheirWay += 1
        function end(result: ExportResult): void {
          if (isOver) return
          isOver = true
          onTheirWay -= 1
          clearTimeout(timer)
          const state = result.error === undefined ? 'up' : 'down'
          if (state !== known) onState(state)
          known = state
          done(result)
        }
        // The library limits how long a connection may be silent, and one that drips never is.
        const timer = setTimeout(() => {
          end({ code: ExportResultCode.FAILED, error: new Error('The collector has not answered in time.') })
          // The library tells of no connection of its own, so all are ended, once none has a batch with time left.
          if (onTheirWay === 0) agent.destroy()
        }, exportMs)
        otlp.export(spans, end)
      },
      shutdown: () => otlp.shutdown(),
    },
    destroy: () => agent.destroy(),
  }
}
