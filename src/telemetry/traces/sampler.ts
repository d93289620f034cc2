import {
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace'

/** The samplers of `OTEL_TRACES_SAMPLER`, as OpenTelemetry names them. */
export type SamplerName =
  | 'always_on'
  | 'always_off'
  | 'traceidratio'
  | 'parentbased_always_on'
  | 'parentbased_always_off'
  | 'parentbased_traceidratio'

export interface Sampling {
  /** Decides whether to sample a trace that begins here. Called once, before a span is created. */
  readonly isSampled: () => boolean
  /** Decides on the traces of callers. */
  readonly sampler: Sampler
}

/** Decides which traces are sampled. A `parentbased_…` sampler adopts the caller's decision where there is one. */
export function createSampling(name: SamplerName, ratio: number): Sampling {
  const [, parentBased, own = ''] = /^(parentbased_)?(\w+)$/.exec(name) ?? []
  const share = SHARES[own] ?? ratio
  const ofCallers = new TraceIdRatioBasedSampler(share)
  return {
    isSampled: () => Math.random() < share,
    sampler: new ParentBasedSampler({
      root: new AlwaysOnSampler(),
      ...(parentBased === undefined && { remoteParentSampled: ofCallers, remoteParentNotSampled: ofCallers }),
    }),
  }
}

const SHARES: Readonly<Record<string, number>> = { always_on: 1, always_off: 0 }
