import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

export interface ExporterOptions {
  readonly endpoint: string
  readonly onState: (state: 'up' | 'down') => void
  /** The timeout of a batch, in milliseconds. */
  readonly exportMs: number
}

export interface Exporter {
  readonly exporter: SpanExporter
  /** Closes the connections, also those with a batch in flight. */
  destroy(): void
}

/** An exporter of OTLP over HTTP that reports whether its collector accepts the batches. */
export function createExporter({ endpoint, onState, exportMs }: ExporterOptions): Exporter {
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const agent = url.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true })
    : new HttpAgent({ keepAlive: true })
  const otlp = new OTLPTraceExporter({ url, timeoutMillis: exportMs, httpAgentOptions: () => agent })
  let lastState: 'up' | 'down' = 'up'
  let inFlight = 0
  return {
    exporter: {
      export(spans, done) {
        let isOver = false
        inFlight += 1
        function end(result: ExportResult): void {
          if (isOver) return
          isOver = true
          inFlight -= 1
          clearTimeout(timer)
          const state = result.error === undefined ? 'up' : 'down'
          if (state !== lastState) onState(state)
          lastState = state
          done(result)
        }
        // The library limits only the idle time of a connection, so a response that trickles in would never time out.
        const timer = setTimeout(() => {
          end({ code: ExportResultCode.FAILED, error: new Error('The collector has not answered in time.') })
          // The library does not expose the connection of a batch, so all are closed once no batch is in flight.
          if (inFlight === 0) agent.destroy()
        }, exportMs)
        otlp.export(spans, end)
      },
      shutdown: () => otlp.shutdown(),
    },
    destroy: () => agent.destroy(),
  }
}
