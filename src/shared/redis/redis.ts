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
   * The prefix of every key.
   * @default 'appointments:'
   */
  readonly prefix?: string
  /**
   * The gateway's webhook secrets. Values are sealed with the first of them; without any, no change of an appointment is stored in
   * Redis.
   * @default []
   */
  readonly secrets?: readonly string[]
  /**
   * The number of changes of an account that subscribers can resume from.
   * @default 10000
   */
  readonly eventsKept?: number
  /**
   * How long the id of an event is kept to recognise duplicates, in milliseconds: twice the gateway's `webhooks.toleranceSeconds`.
   * @default two days
   */
  readonly seenMs?: number
  /**
   * Twice the longest lifetime of a cached answer, in milliseconds.
   * @default 7800000, for an hour, and five minutes where the quota is spent
   */
  readonly lifeMs?: number
  /**
   * Whether instances share answers of the upstream, each sealed by the credential of its request.
   * @default false
   */
  readonly replies?: boolean
  /**
   * How long an operation waits for Redis, once, before it continues without, in milliseconds.
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
  /** Called with each new state of Redis, also with the first. */
  readonly onChange?: (state: 'up' | 'down') => void
  /** Receives the errors that followers of the event log throw: faults of the gateway. */
  readonly onFault?: (thrown: unknown) => void
}

const RETRY_MS = 1000

const PROBE_LIFE_MS = 60_000

/**
 * The shared state on Redis, or on another server with its protocol. While that is down, operations continue without it. The caller
 * closes it after the gateway.
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
