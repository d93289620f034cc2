import type { Metrics } from '../../src/telemetry/metrics/metrics.ts'

/** Reports one of each kind, so that every metric has a series with all its labels. */
export function observeAll(metrics: Metrics): void {
  metrics.operation({
    name: 'Day',
    kind: 'query',
    code: 'OK',
    seconds: 0.1,
    requests: 1,
    remembered: 1,
    patched: 1,
    stale: 1,
    joined: 1,
    fused: 1,
  })
  metrics.refusal('BAD_REQUEST')
  metrics.exchange({ route: 'GET /appointments', outcome: 'ok', seconds: 0.1, isFirstRead: true })
  metrics.event({ kind: 'created', source: 'webhook', fate: 'logged', style: 'stripe', delayMs: 100 })
  const rateLimit = { limit: 1000, remaining: 10, resetsAt: '2026-01-05T13:00:00Z' }
  metrics.watch(() => ({
    keys: [{ account: 'a-hash-of-a-key', rateLimit, isBreakerOpen: true }],
    streams: 1,
    events: 'healthy',
    shared: 'up',
  }))
}
