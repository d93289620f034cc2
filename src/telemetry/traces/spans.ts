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
  /** Undefined where nobody is to know of the span. */
  begin(name: string, kind: SpanKind, context: Context): Span | undefined
  /** Of a trace that begins here, and is not kept. Undefined where nobody is to know of it. */
  unkept(): Span | undefined
}

const NO_HEADERS = {}
const ids = new RandomIdGenerator()

/** @param propagate whether `headers` tells another server of the trace */
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
      return propagate ? passing(span.spanContext()) : undefined
    },
    unkept() {
      if (!propagate) return undefined
      return passing({
        traceId: ids.generateTraceId(),
        spanId: ids.generateSpanId(),
        traceFlags: TraceFlags.NONE,
      })
    },
  }
}

/** A span that is not kept, of which another server is told that it is not. */
function passing(unkept: SpanContext): Span {
  const { traceId } = unkept
  const span: Span = { begin: () => span, end() {}, traceId, headers: headersOf(unkept) }
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
