import type { Config } from '../config.ts'
import type { GatewayOptions } from '../server/gateway-options.ts'
import { shownIn } from './settings.ts'

/** What a configuration says of a gateway, but for its upstream, its callers, and what has to be opened for it. */
export function gatewayOptions(config: Config): Omit<GatewayOptions, 'url'> {
  return {
    ...shownIn(config),
    ...(config.CORS_ORIGINS && { corsOrigins: config.CORS_ORIGINS }),
    ...(config.CORS_HEADERS && { corsHeaders: config.CORS_HEADERS }),
    limits: config,
    federation: config.FEDERATION,
    ...(config.FEDERATION_SECRET && { federationSecret: config.FEDERATION_SECRET }),
    upstreamTimeoutMs: config.UPSTREAM_TIMEOUT_MS,
    operationTimeoutMs: config.OPERATION_TIMEOUT_MS,
    maxPageSize: config.MAX_PAGE_SIZE,
    maxUpstreamRequests: config.MAX_UPSTREAM_REQUESTS,
    cacheTtlSeconds: config.CACHE_TTL_SECONDS,
    directoryTtlSeconds: config.DIRECTORY_TTL_SECONDS,
    staleIfLimitedSeconds: config.STALE_IF_LIMITED_SECONDS,
    staleIfDownSeconds: config.STALE_IF_DOWN_SECONDS,
    writeReservePercent: config.WRITE_RESERVE_PERCENT,
    clinicTimeZone: config.CLINIC_TIME_ZONE,
    ...(config.CALENDAR_SECRET && { calendarSecrets: config.CALENDAR_SECRET }),
    maxLagMs: config.MAX_LAG_MS,
  }
}
