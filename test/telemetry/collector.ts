import { createTraces, type Traces, type TracesOptions } from '../../src/telemetry/traces/traces.ts'
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scripted-upstream.ts'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly name: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly isError: boolean
  readonly events: readonly unknown[]
  /** The resource attributes of the process that sent the span. */
  readonly service: string
}

export interface Collector extends AsyncDisposable {
  readonly url: string
  readonly server: ScriptedUpstream
  /** The spans that it has received, in the order of their ends. */
  spans(): readonly CollectedSpan[]
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string
        readonly spanId: string
        readonly parentSpanId?: string
        readonly name: string
        readonly attributes: readonly Attribute[]
        readonly status: { readonly code: number }
        readonly events: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[]
      }[]
    }[]
  }[]
}

/** A collector of OTLP over HTTP on a free port. */
export async function startCollector(): Promise<Collector> {
  const server = await startScriptedUpstream(() => ({ body: {} }))
  return {
    url: server.url,
    server,
    spans: () => server.requests.flatMap(({ body }) => spansIn(body)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export function spansIn(body: string): readonly CollectedSpan[] {
  const { resourceSpans } = JSON.parse(body) as Sent
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId, name, attributes, status, events }) => ({
        traceId,
        spanId,
        parentSpanId,
        name,
        facts: factsOf(attributes),
        isError: status.code === 2,
        events: events.map((event) => [event.name, factsOf(event.attributes)]),
        service: String(factsOf(resource.attributes)['service.name']),
      })),
    ),
  )
}

function factsOf(attributes: readonly Attribute[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}

/** Traces that sample everything, unless the options say otherwise. */
export function startTraces(endpoint: string, options: Partial<TracesOptions> = {}): Traces {
  return createTraces({
    endpoint,
    serviceName: 'test',
    sampler: 'always_on',
    ratio: 1,
    propagateUpstream: false,
    onState() {},
    ...options,
  })
}
