import { createLeases } from '../leases.ts'
import type { Shared } from '../shared.ts'
import { connect } from './connection.ts'
import { createRedisEpochs } from './epochs.ts'
import { createRedisEventLog } from './event-log.ts'
import { createRedisLeases } from './leases.ts'
import { PROBE } from './scripts.ts'
import { createSeal } from './seal.ts'

export interface RedisOptions {
  /** `redis://`, or `rediss://` for TLS. */
  readonly url: string
  /** Begins every key. */
  readonly prefix: string
  /** What is sealed is sealed with the first of them; without any, nothing of an appointment goes to Redis. */
  readonly secrets: readonly string[]
  readonly eventsKept: number
  /** How long an event is known by its id, in milliseconds. */
  readonly seenMs: number
  /** Twice the longest life of what is cached, in milliseconds. */
  readonly lifeMs: number
  readonly now: () => number
  readonly monotonic: () => number
  /** Called when Redis is found to be there, or away, the first time too. */
  readonly onChange: (state: 'up' | 'down') => void
}

/** How long an operation may wait for Redis, once, before it goes on without. */
const TIMEOUT_MS = 50
const RETRY_MS = 1000

const PROBE_LIFE_MS = 60_000

/** What is shared, through Redis or a server that speaks its protocol. It need not be there: operations go on without. */
export function createRedis(options: RedisOptions): Shared {
  const { url, prefix, secrets, eventsKept, seenMs, lifeMs, now, monotonic, onChange } = options
  const connection = connect({
    url,
    timeoutMs: TIMEOUT_MS,
    retryMs: RETRY_MS,
    probe: (redis) => redis.eval(PROBE, 1, `${prefix}probe`, PROBE_LIFE_MS),
    monotonic,
    onChange,
  })
  const seal = createSeal(secrets)
  const { epochs, notes } = createRedisEpochs({ connection, prefix, seal, lifeMs })
  const events = createRedisEventLog({
    connection,
    prefix,
    seal,
    maxChanges: eventsKept,
    seenMs,
    now,
    monotonic,
  })
  return {
    epochs,
    notes,
    events,
    leases: createRedisLeases(connection, prefix, createLeases(monotonic)),
    state: () => (connection.isUp() ? 'up' : 'down'),
    wasUpSince: connection.wasUpSince,
    async close() {
      events.close()
      await connection.close()
    },
  }
}
