import type { Config } from '../../config.ts'
import { faultOf } from '../../server/errors.ts'
import type { WebhookOptions } from '../../server/gateway-options.ts'
import type { Shared } from '../../shared/shared.ts'
import type { Logger } from '../logger.ts'

/** How long a process that starts waits for Redis. */
const FIRST_ANSWER_MS = 1_000

/**
 * What instances share, loaded only where it is shared. The process waits for it a moment, because until then it has no
 * streams, and others do not see its writes; it starts without where nothing answers.
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
