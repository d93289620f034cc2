import type { Config } from '../../config.ts'
import { faultOf } from '../../server/errors.ts'
import type { WebhookOptions } from '../../server/gateway-options.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Logger } from '../logger.ts'

/** How long the start waits for Redis, in milliseconds. */
const FIRST_ANSWER_MS = 1_000

/**
 * Connects to the Redis that instances share, and loads its client only where `REDIS_URL` is set. The start waits shortly
 * for Redis, because without it the gateway serves no streams, and other instances do not see its writes. If Redis does not
 * answer in time, the gateway starts all the same.
 */
export async function openShared(
  config: Config,
  secrets: WebhookOptions['secrets'],
  logger: Pick<Logger, 'shared' | 'fault'>,
): Promise<Shared | null> {
  const { REDIS_URL: url, REDIS_PREFIX: prefix } = config
  if (url === undefined) return null
  const { createRedis } = await import('../../shared/redis/redis.ts')
  const longestSeconds = Math.max(
    config.CACHE_TTL_SECONDS,
    config.CACHE_TTL_FED_SECONDS,
    config.DIRECTORY_TTL_SECONDS,
  )
  const staleSeconds = Math.max(config.STALE_IF_LIMITED_SECONDS, config.STALE_IF_DOWN_SECONDS)
  const { promise: isUp, resolve } = Promise.withResolvers<void>()
  const shared = createRedis({
    url,
    prefix,
    secrets: secrets.map(({ secret }) => secret),
    eventsKept: config.EVENTS_KEPT,
    seenMs: 2 * config.WEBHOOK_TOLERANCE_SECONDS * 1000,
    replies: config.REDIS_REPLIES,
    timeoutMs: config.REDIS_TIMEOUT_MS,
    lifeMs: 2 * (longestSeconds + staleSeconds) * 1000,
    now: Date.now,
    monotonic: () => performance.now(),
    onChange(state) {
      logger.shared(state)
      resolve()
    },
    onFault: (thrown) => logger.fault(faultOf(thrown)),
  })
  const timer = setTimeout(resolve, FIRST_ANSWER_MS)
  await isUp
  clearTimeout(timer)
  return shared
}
