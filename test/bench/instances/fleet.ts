import { request } from 'undici'
import { startSandbox } from '../../../src/sandbox/server.ts'
import type { GraphQLRequest, GraphQLResult } from '../../support/ask.ts'
import { SECRET } from '../../support/events.ts'
import { type Process, startProcess } from '../../support/process.ts'
import { type RedisServer, startRedis } from '../../support/redis.ts'

/** Four processes of the gateway in front of one sandbox. */
export interface Fleet extends AsyncDisposable {
  /** The URL of each GraphQL endpoint. */
  readonly urls: readonly string[]
  counts(): UpstreamCounts
  /** The Redis that they share, if any. */
  readonly redis: RedisServer | undefined
}

export interface UpstreamCounts {
  readonly requests: number
  readonly limited: number
}

export interface FleetOptions {
  /** With `memory` they share nothing. */
  readonly shares: 'redis' | 'memory'
  /** 0 = none. */
  readonly quota?: number
  readonly environment?: Readonly<Record<string, string>>
}

const INSTANCES = 4

export async function startFleet({ shares, quota = 0, environment = {} }: FleetOptions): Promise<Fleet> {
  await using stack = new AsyncDisposableStack()
  let requests = 0
  let limited = 0
  const sandbox = await startSandbox({
    rateLimit: quota,
    onExchange({ status }) {
      requests += 1
      if (status === 429) limited += 1
    },
  })
  stack.defer(() => sandbox.close())
  const redis: RedisServer | undefined = shares === 'redis' ? stack.use(await startRedis()) : undefined
  const start = () =>
    startProcess({
      PORT: '0',
      APPOINTMENTS_API_URL: sandbox.url,
      APPOINTMENTS_API_KEY: sandbox.key,
      LOG_LEVEL: 'silent',
      ...(redis && { REDIS_URL: redis.url, WEBHOOK_SECRETS: SECRET }),
      ...environment,
    })
  const processes = await Promise.all(Array.from({ length: INSTANCES }, start))
  for (const each of processes) stack.use(each)
  const urls = processes.map(graphqlUrl)
  if (redis) for (const url of urls) await untilShared(url)
  const ends = stack.move()
  return {
    urls,
    redis,
    counts: () => ({ requests, limited }),
    [Symbol.asyncDispose]: () => ends.disposeAsync(),
  }
}

function graphqlUrl({ firstLine }: Process): string {
  return /http:\S+\/graphql/.exec(firstLine)?.[0] ?? ''
}

async function untilShared(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const response = await fetch(url.replace(/graphql$/, 'ready'))
    const { shared } = (await response.json()) as { readonly shared?: string }
    if (shared === 'up') return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('The instances do not find Redis')
}

/** The same as `ask`, with half of its processor time, because the bench shares the machine with the gateways. */
export async function askQuickly(url: string, operation: GraphQLRequest): Promise<GraphQLResult> {
  const { body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(operation),
  })
  return (await body.json()) as GraphQLResult
}
