import { type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'
import { createMemory } from '../../src/shared/memory.ts'
import { createRedis, type RedisOptions } from '../../src/shared/redis/redis.ts'
import type { Shared } from '../../src/shared/shared.ts'
import { SECRET } from '../support/events.ts'
import { type GatewayClient, type GatewayTestOptions, startGateway } from '../support/gateway.ts'

export interface Clock {
  readonly now: () => number
  readonly monotonic: () => number
}

export interface GatewaysOptions {
  /** null = each instance has its own memory, like several instances without Redis. */
  readonly redisUrl: string | null
  readonly upstream: { readonly url: string; readonly key: string }
  readonly count?: number
  readonly clock?: Clock
  /** @default false */
  readonly replies?: boolean
  readonly gateway?: GatewayTestOptions
}

export interface Gateways extends AsyncDisposable {
  readonly gateways: readonly GatewayClient[]
  /** The nth gateway, modulo their number. */
  at(nth: number): GatewayClient
}

const SYSTEM: Clock = { now: Date.now, monotonic: () => performance.now() }

let prefixes = 0

/** Several instances of the gateway in front of one upstream. Waits until each is connected to Redis. */
export async function startGateways(options: GatewaysOptions): Promise<Gateways> {
  const { redisUrl, upstream, count = 2, clock = SYSTEM, replies = false, gateway } = options
  await using stack = new AsyncDisposableStack()
  prefixes += 1
  const prefix = `instances${prefixes}:`
  const gateways: GatewayClient[] = []
  for (let nth = 0; nth < count; nth += 1) {
    const shared =
      redisUrl === null
        ? createMemory({ monotonic: clock.monotonic })
        : await openRedis({ url: redisUrl, prefix, replies, ...clock })
    stack.defer(() => shared.close())
    // So that no sweep runs during a test.
    const webhooks = { secrets: [{ secret: SECRET }], reconcileSeconds: 86_400 }
    const given = { ...upstream, ...clock, shared, webhooks, ...gateway }
    gateways.push(stack.use(await startGateway(given)))
  }
  const ends = stack.move()
  return {
    gateways,
    at: (nth) => gateways[nth % count] as GatewayClient,
    [Symbol.asyncDispose]: () => ends.disposeAsync(),
  }
}

async function openRedis(
  options: Pick<RedisOptions, 'url' | 'prefix' | 'replies' | 'now' | 'monotonic'>,
): Promise<Shared> {
  const { promise: up, resolve } = Promise.withResolvers<void>()
  const shared = createRedis({
    secrets: [SECRET],
    eventsKept: 10_000,
    seenMs: 3_600_000,
    lifeMs: 7_200_000,
    // Long, because the machine may be busy, and these tests are about what is shared.
    timeoutMs: 5_000,
    ...options,
    onChange: (state) => state === 'up' && resolve(),
  })
  await up
  return shared
}

export interface Instances extends Gateways {
  /** The requests to the sandbox since the last call, sorted, each without its query. */
  takeRequests(): string[]
  /** The answers of the sandbox with status 429 so far. */
  limited(): number
  readonly upstream: { readonly url: string; readonly key: string }
}

/** The same in front of a sandbox of their own. */
export async function startInstances(
  options: Omit<GatewaysOptions, 'upstream'> & {
    readonly sandbox?: SandboxOptions
    /** Whether the sandbox sends its events to the first instance, by a webhook. */
    readonly live?: boolean
  },
): Promise<Instances> {
  let requests: string[] = []
  let limited = 0
  const sandbox = await startSandbox({
    rateLimit: 0,
    ...options.sandbox,
    onExchange({ method, target, status }) {
      requests.push(`${method} ${target.replace(/\?.*/, '')}`)
      if (status === 429) limited += 1
    },
  })
  const started = await startGateways({ ...options, upstream: sandbox })
  if (options.live) sandbox.addWebhook({ url: `${started.at(0).url}/webhooks/appointments`, secret: SECRET })
  return {
    ...started,
    upstream: { url: sandbox.url, key: sandbox.key },
    takeRequests() {
      const taken = requests.toSorted()
      requests = []
      return taken
    },
    limited: () => limited,
    async [Symbol.asyncDispose]() {
      await started[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}
