import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

/** As OpenTelemetry names them in `OTEL_TRACES_SAMPLER`. */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

/** Which traces are kept. Those `parentbased_…` keep what the caller keeps, and decide only where it says nothing. */
export function createSampler(name: SamplerName, ratio: number): Sampler {
  const [, parentBased, own = ''] = /^(parentbased_)?(\w+)$/.exec(name) ?? []
  const root = createRoot(own, ratio)
  return parentBased === undefined ? root : new ParentBasedSampler({ root })
}

function createRoot(name: string, ratio: number): Sampler {
  if (name === 'always_on') return new AlwaysOnSampler()
  if (name === 'always_off') return new AlwaysOffSampler()
  return new TraceIdRatioBasedSampler(ratio)
}
