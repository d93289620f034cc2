import { createLeases } from '../leases.ts'
import { NO_REPLIES } from '../replies.ts'
import type { Shared } from '../shared.ts'
import { connect } from './connection.ts'
import { createRedisEpochs } from './epochs.ts'
import { createRedisEventLog } from './event-log.ts'
import { createRedisLeases } from './leases.ts'
import { createRedisReplies } from './replies.ts'
import { PROBE } from './scripts.ts'
import { createSeal } from './seal.ts'

export interface RedisOptions {
  /** `redis://`, or `rediss://` for TLS. */
  readonly url: string
  /**
   * Begins every key.
   * @default 'appointments:'
   */
  readonly prefix?: string
  /**
   * What is sealed is sealed with the first of them; without any, no change of an appointment goes to Redis. The gateway's
   * webhooks have the same.
   * @default []
   */
  readonly secrets?: readonly string[]
  /**
   * The changes that subscribers can resume from.
   * @default 10000
   */
  readonly eventsKept?: number
  /**
   * How long an event is known by its id, in milliseconds: twice the gateway's `webhooks.toleranceSeconds`.
   * @default two days
   */
  readonly seenMs?: number
  /**
   * Twice the longest life of what is cached, in milliseconds.
   * @default 7800000, for an hour, and five minutes where the quota is spent
   */
  readonly lifeMs?: number
  /**
   * Whether instances give each other the answers of the upstream, sealed by the credential that they were asked with.
   * @default false
   */
  readonly replies?: boolean
  /**
   * How long an operation may wait for Redis, once, before it goes on without, in milliseconds.
   * @default 50
   */
  readonly timeoutMs?: number
  /**
   * The clocks of the gateway, in milliseconds.
   * @default Date.now
   */
  readonly now?: () => number
  /** @default performance.now */
  readonly monotonic?: () => number
  /** Called when Redis is found to be there, or away, the first time too. */
  readonly onChange?: (state: 'up' | 'down') => void
  /** Called with what a follower of the events has thrown: a fault of the gateway. */
  readonly onFault?: (thrown: unknown) => void
}

const RETRY_MS = 1000

const PROBE_LIFE_MS = 60_000

/**
 * What is shared, through Redis or a server that speaks its protocol. It need not be there: operations go on without. Who
 * makes it closes it, after the gateway.
 *
 * @example
 * ```ts
 * import { createGateway } from 'appointments-gateway'
 * import { createRedis } from 'appointments-gateway/redis'
 *
 * const shared = createRedis({ url: 'redis://127.0.0.1:6379' })
 * const gateway = createGateway({ url: 'https://api.example/api-v1', shared })
 * ```
 */
export function createRedis({
  url,
  prefix = 'appointments:',
  secrets = [],
  eventsKept = 10_000,
  seenMs = 172_800_000,
  lifeMs = 7_800_000,
  replies = false,
  timeoutMs = 50,
  now = Date.now,
  monotonic = () => performance.now(),
  onChange = () => {},
  onFault = () => {},
}: RedisOptions): Shared {
  const connection = connect({
    url,
    timeoutMs,
    retryMs: RETRY_MS,
    probe: (redis) => redis.eval(PROBE, 1, `${prefix}probe`, PROBE_LIFE_MS),
    monotonic,
    onChange,
  })
  const seal = createSeal(secrets)
  const shared = createRedisEpochs({ connection, prefix, seal, lifeMs })
  const events = createRedisEventLog({
    connection,
    prefix,
    seal,
    maxChanges: eventsKept,
    seenMs,
    now,
    monotonic,
    onFault,
  })
  return {
    epochs: shared.epochs,
    notes: shared.notes,
    events,
    replies: replies ? createRedisReplies({ connection, prefix, epochs: shared }) : NO_REPLIES,
    leases: createRedisLeases(connection, prefix, createLeases(monotonic)),
    state: () => (connection.isUp() ? 'up' : 'down'),
    wasUpSince: connection.wasUpSince,
    async close() {
      events.close()
      await connection.close()
    },
  }
}
