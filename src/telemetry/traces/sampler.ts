import {
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

export interface Sampling {
  /** Decides on a trace that begins here, once and before it costs anything. */
  readonly isKept: () => boolean
  /** Decides on all others. */
  readonly sampler: Sampler
}

/** Which traces are kept. Those `parentbased_…` keep what the caller keeps, and decide only where it says nothing. */
export function createSampling(name: SamplerName, ratio: number): Sampling {
  const [, parentBased, own = ''] = /^(parentbased_)?(\w+)$/.exec(name) ?? []
  const share = SHARES[own] ?? ratio
  const ofCallers = new TraceIdRatioBasedSampler(share)
  return {
    isKept: () => Math.random() < share,
    sampler: new ParentBasedSampler({
      root: new AlwaysOnSampler(),
      ...(parentBased === undefined && { remoteParentSampled: ofCallers, remoteParentNotSampled: ofCallers }),
    }),
  }
}

const SHARES: Readonly<Record<string, number>> = { always_on: 1, always_off: 0 }
