import { Gauge, type Registry } from 'prom-client'
import type { GatewayState } from '../../server/observation/observer.ts'

export interface GaugesOptions {
  /** Undefined until there is a gateway to look at. */
  readonly state: () => GatewayState | undefined
  readonly lagMs: () => number
  readonly now: () => number
}

const EVENT_STATES = ['waiting', 'healthy', 'silent', 'contradicted'] as const

/** What is looked at when Prometheus asks, and at no other time. */
export function addGauges(registry: Registry, { state, lagMs, now }: GaugesOptions): void {
  const registers = [registry]

  /** A gauge with a value for each key, whose account is told by the first letters of its hash. */
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
  addKeyGauge('gateway_breaker_open', '1 while the upstream does not answer, and is not asked.', (key) =>
    key.isBreakerOpen ? 1 : 0,
  )
  new Gauge({
    name: 'gateway_streams',
    help: 'Subscriptions and answers in parts that are open.',
    registers,
    collect() {
      this.set(state()?.streams ?? 0)
    },
  })
  new Gauge({
    name: 'gateway_events_state',
    help: 'Whether the events can be relied on: 1 for the state of now. Absent without webhooks.',
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
    help: '1 while Redis answers, 0 while it is away. Absent for an instance that shares nothing.',
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
    help: 'How far the event loop is behind.',
    registers,
    collect() {
      this.set(lagMs() / 1000)
    },
  })
}

type Key = GatewayState['keys'][number]
