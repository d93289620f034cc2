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
  /** Base URL of the collector, which takes OTLP over HTTP, as JSON, at `/v1/traces`. */
  readonly endpoint: string
  /** @default `service.name` of the attributes, else appointments-gateway */
  readonly serviceName?: string | undefined
  /**
   * What each span says of the service.
   *
   * @default none
   */
  readonly attributes?: Readonly<Record<string, string>> | undefined
  readonly sampler: SamplerName
  /** Of the samplers by ratio: how many of all traces are kept, from 0 to 1. */
  readonly ratio: number
  /** Tells the upstream which trace its requests are part of. */
  readonly propagateUpstream: boolean
  /** Called when the collector is found to answer, or not to, after it did the other. */
  readonly onState: (state: 'up' | 'down') => void
  /**
   * How long a batch may take to be sent, and the last ones at the end, in milliseconds.
   *
   * @default 3000
   */
  readonly exportMs?: number
  /**
   * Between two batches, in milliseconds.
   *
   * @default 5000
   */
  readonly everyMs?: number
}

export interface Traces extends Tracer {
  /** Sends what is left, for `exportMs` at most. */
  close(): Promise<void>
}

/** Spans that wait to be sent. What comes when there are so many is dropped. */
const MAX_WAITING = 2048

/**
 * Sends spans to a collector, in batches and beside the path of the answer. A collector that is slow or away costs spans,
 * and nothing else.
 */
export function createTraces(options: TracesOptions): Traces {
  const { serviceName, attributes, propagateUpstream, exportMs = 3_000, everyMs = 5_000 } = options
  const { exporter, destroy } = createExporter({ ...options, exportMs })
  const { isKept, sampler } = createSampling(options.sampler, options.ratio)
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
        maxQueueSize: MAX_WAITING,
        scheduledDelayMillis: everyMs,
        // Never reached: the exporter ends in time by itself, and only then is the next batch begun.
        exportTimeoutMillis: 2 * exportMs,
      }),
    ],
  })
  const spans = createSpans(provider.getTracer('appointments-gateway'), propagateUpstream)
  return {
    begin(name, traceparent) {
      const context = contextOf(traceparent)
      if (trace.getSpanContext(context) === undefined && !isKept()) return spans.unkept()
      return spans.begin(name, SpanKind.SERVER, context)
    },
    async close() {
      const { promise: isTime, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, exportMs)
      await Promise.race([isTime, provider.shutdown().catch(() => {})])
      clearTimeout(timer)
      destroy()
    },
  }
}

const propagator = new W3CTraceContextPropagator()

/** What the caller says of its trace; what can't be read is no parent. */
function contextOf(traceparent: string | null | undefined) {
  if (traceparent == null) return ROOT_CONTEXT
  return propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter)
}
