import { EventEmitter, once } from 'node:events'
import { createRedis } from '../../src/shared/redis/redis.ts'
import type { Shared } from '../../src/shared/shared.ts'
import { SECRET } from '../support/events.ts'
import { type GatewayClient, type GatewayTestOptions, startGateway } from '../support/gateway.ts'

export interface Instance extends GatewayClient {
  readonly shared: Shared
  /** The states of Redis that were reported, in order. */
  readonly states: readonly ('up' | 'down')[]
  /** Resolves once this state of Redis is reported. */
  until(state: 'up' | 'down'): Promise<void>
}

export interface InstanceOptions {
  /** The URL or the socket of Redis. */
  readonly redis: string
  readonly upstream: { readonly url: string; readonly key: string }
  /** Whether the instance receives the upstream's events. */
  readonly live?: boolean
  readonly eventsKept?: number
  readonly secrets?: readonly string[]
  /** @default false */
  readonly replies?: boolean
  readonly gateway?: GatewayTestOptions
}

/** A gateway that shares its state through that Redis. Does not wait for Redis. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { redis, upstream, live = false, eventsKept = 1000, secrets = [SECRET] } = options
  const { replies = false, gateway = {} } = options
  const states: ('up' | 'down')[] = []
  const changes = new EventEmitter()
  const shared = createRedis({
    url: redis,
    prefix: 'appointments:',
    secrets,
    eventsKept,
    seenMs: 60_000,
    lifeMs: 60_000,
    // Long, so that a Redis on a busy machine does not count as down.
    timeoutMs: 500,
    replies,
    now: Date.now,
    monotonic: gateway.monotonic ?? (() => performance.now()),
    onChange(state) {
      states.push(state)
      changes.emit('change')
    },
  })
  const client = await startGateway({
    ...upstream,
    ...(live && { webhooks: { secrets: secrets.map((secret) => ({ secret })), reconcileSeconds: 86_400 } }),
    shared,
    ...gateway,
  })
  return {
    ...client,
    shared,
    states,
    async until(state) {
      while (states.at(-1) !== state) await once(changes, 'change')
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      await shared.close()
    },
  }
}
