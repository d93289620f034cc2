import { Gauge, type Registry } from 'prom-client'
import type { GatewayState } from '../../server/observation/observer.ts'

export interface GaugesOptions {
  /** Returns undefined until the gateway is created. */
  readonly state: () => GatewayState | undefined
  readonly lagMs: () => number
  readonly now: () => number
}

const EVENT_STATES = ['waiting', 'healthy', 'silent', 'contradicted'] as const

/** Adds gauges that read the gateway's state only when `/metrics` is read. */
export function addGauges(registry: Registry, { state, lagMs, now }: GaugesOptions): void {
  const registers = [registry]

  /** Adds a gauge with a value for each key. Its label is the first letters of the account, which is a hash. */
  function addKeyGauge(name: string, help: string, readValue: (key: Key) => number | undefined): void {
    new Gauge({
      name,
      help,
      labelNames: ['account'],
      registers,
      collect() {
        this.reset()
        for (const key of state()?.keys ?? []) {
          const value = readValue(key)
          if (value !== undefined) this.set({ account: key.account.slice(0, 8) }, value)
        }
      },
    })
  }

  addKeyGauge('gateway_quota_limit', 'Requests an hour.', ({ rateLimit }) => rateLimit?.limit)
  addKeyGauge(
    'gateway_quota_remaining',
    'Requests left of the hour.',
    ({ rateLimit }) => rateLimit?.remaining,
  )
  addKeyGauge('gateway_quota_reset_seconds', 'Until the quota is full again.', ({ rateLimit }) =>
    rateLimit === null ? undefined : Math.max(0, (Date.parse(rateLimit.resetsAt) - now()) / 1000),
  )
  addKeyGauge(
    'gateway_breaker_open',
    '1 while the circuit breaker is open: the upstream does not answer, and gets no requests.',
    (key) => (key.isBreakerOpen ? 1 : 0),
  )
  new Gauge({
    name: 'gateway_streams',
    help: 'Open streams: subscriptions, live queries and deferred answers.',
    registers,
    collect() {
      this.set(state()?.streams ?? 0)
    },
  })
  new Gauge({
    name: 'gateway_events_state',
    help: 'The state of the events: 1 for the current one. Absent without webhooks.',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset()
      const current = state()?.events ?? 'off'
      if (current === 'off') return
      for (const each of EVENT_STATES) this.set({ state: each }, each === current ? 1 : 0)
    },
  })
  new Gauge({
    name: 'gateway_shared_up',
    help: '1 while Redis answers, 0 while it is unreachable. Absent for an instance without Redis.',
    labelNames: [],
    registers,
    collect() {
      this.remove()
      const shared = state()?.shared ?? 'off'
      if (shared !== 'off') this.set(shared === 'up' ? 1 : 0)
    },
  })
  new Gauge({
    name: 'gateway_lag_seconds',
    help: 'The lag of the event loop.',
    registers,
    collect() {
      this.set(lagMs() / 1000)
    },
  })
}

type Key = GatewayState['keys'][number]
