import { randomUUID } from 'node:crypto'
import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Tracer } from '../../server/observation/observer.ts'
import { createExporter } from './exporter.ts'
import { createSampling, type SamplerName } from './sampler.ts'
import { createSpans } from './spans.ts'

export interface TracesOptions {
  /** Base URL of the collector, which accepts OTLP over HTTP, as JSON, at `/v1/traces`. */
  readonly endpoint: string
  /** @default `service.name` of the attributes, else appointments-gateway */
  readonly serviceName?: string | undefined
  /**
   * The resource attributes of each span.
   *
   * @default none
   */
  readonly attributes?: Readonly<Record<string, string>> | undefined
  readonly sampler: SamplerName
  /** For the samplers by ratio: the share of traces that are sampled, from 0 to 1. */
  readonly ratio: number
  /** Sends `traceparent` to the upstream. */
  readonly propagateUpstream: boolean
  /** Called when the collector becomes reachable or unreachable. */
  readonly onState: (state: 'up' | 'down') => void
  /**
   * The timeout of a batch, and of the last batches in `close`, in milliseconds.
   *
   * @default 3000
   */
  readonly exportMs?: number
  /**
   * The interval of batches, in milliseconds.
   *
   * @default 5000
   */
  readonly intervalMs?: number
}

export interface Traces extends Tracer {
  /** Sends the remaining spans, for `exportMs` at most. */
  close(): Promise<void>
}

/** The most spans in the queue. Further ones are dropped. */
const MAX_QUEUED = 2048

/**
 * Sends spans to a collector, in batches and off the request path. A slow or unreachable collector loses spans, and does not
 * affect requests.
 */
export function createTraces(options: TracesOptions): Traces {
  const { serviceName, attributes, propagateUpstream, exportMs = 3_000, intervalMs = 5_000 } = options
  const { exporter, destroy } = createExporter({ ...options, exportMs })
  const { isSampled, sampler } = createSampling(options.sampler, options.ratio)
  const provider = new TracerProvider({
    sampler,
    resource: resourceFromAttributes({
      'service.name': 'appointments-gateway',
      'service.instance.id': randomUUID(),
      ...attributes,
      ...(serviceName !== undefined && { 'service.name': serviceName }),
    }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: MAX_QUEUED,
        scheduledDelayMillis: intervalMs,
        // Never reached: the exporter has its own timeout, and the next batch starts only after this one has ended.
        exportTimeoutMillis: 2 * exportMs,
      }),
    ],
  })
  const spans = createSpans(provider.getTracer('appointments-gateway'), propagateUpstream)
  return {
    begin(name, traceparent) {
      const context = contextOf(traceparent)
      if (trace.getSpanContext(context) === undefined && !isSampled()) return spans.unsampled()
      return spans.begin(name, SpanKind.SERVER, context)
    },
    async close() {
      const { promise: timeout, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, exportMs)
      await Promise.race([timeout, provider.shutdown().catch(() => {})])
      clearTimeout(timer)
      destroy()
    },
  }
}

const propagator = new W3CTraceContextPropagator()

/** The context of the caller's trace. An invalid `traceparent` counts as none. */
function contextOf(traceparent: string | null | undefined) {
  if (traceparent == null) return ROOT_CONTEXT
  return propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter)
}
