import {
  type Context,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { RandomIdGenerator } from '@opentelemetry/sdk-trace'
import type { Span } from '../../server/observation/observer.ts'

export interface Spans {
  /** Undefined where the span is neither recorded nor propagated. */
  begin(name: string, kind: SpanKind, context: Context): Span | undefined
  /** A span of a new trace that is not sampled. Undefined where it is not propagated. */
  unsampled(): Span | undefined
}

const NO_HEADERS = {}
const ids = new RandomIdGenerator()

/** @param propagate whether `headers` contains `traceparent`, for the upstream */
export function createSpans(tracer: Tracer, propagate: boolean): Spans {
  function recording(span: OtelSpan, context: Context): Span {
    return {
      begin(name) {
        const within = trace.setSpan(context, span)
        return recording(tracer.startSpan(name, { kind: SpanKind.CLIENT }, within), within)
      },
      end({ name, facts, code }) {
        if (name !== undefined) span.updateName(name)
        for (const [fact, value] of Object.entries(facts))
          if (value !== undefined) span.setAttribute(attributeOf(fact), value)
        if (code !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR })
          span.addEvent('error', { 'gateway.code': code })
        }
        span.end()
      },
      traceId: span.spanContext().traceId,
      headers: propagate ? headersOf(span.spanContext()) : NO_HEADERS,
    }
  }

  return {
    begin(name, kind, context) {
      const span = tracer.startSpan(name, { kind }, context)
      if (span.isRecording()) return recording(span, context)
      return propagate ? nonRecording(span.spanContext()) : undefined
    },
    unsampled() {
      if (!propagate) return undefined
      return nonRecording({
        traceId: ids.generateTraceId(),
        spanId: ids.generateSpanId(),
        traceFlags: TraceFlags.NONE,
      })
    },
  }
}

/** A span that is not recorded. Its headers tell the upstream that the trace is not sampled. */
function nonRecording(context: SpanContext): Span {
  const { traceId } = context
  const span: Span = { begin: () => span, end() {}, traceId, headers: headersOf(context) }
  return span
}

function headersOf({ traceId, spanId, traceFlags }: SpanContext): Span['headers'] {
  return { traceparent: `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}` }
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  status: 'http.response.status_code',
  quotaRemaining: 'gateway.quota_remaining',
}

function attributeOf(fact: string): string {
  return ATTRIBUTES[fact] ?? `gateway.${fact}`
}
